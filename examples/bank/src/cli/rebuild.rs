//! `bank rebuild`

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bank::read_models::read_models;
use clap::Args;
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{ReadModels, RebuildProgress, Rebuilt};
use indicatif::{ProgressBar, ProgressStyle};

use super::bank::Bank;
use super::failure::Failure;
use super::output::{Output, thousands};

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(2);

/// Build read models anew beside those that answer, and let them answer then
///
/// What answered before is kept. A rebuild that was interrupted goes on where it was.
#[derive(Args)]
pub(crate) struct Rebuild {
    /// The read models, such as `account_summary`; all, where none is named
    names: Vec<String>,
}

#[derive(Serialize)]
struct RebuiltView {
    read_model: String,
    generation: u32,
    events: u64,
    seconds: f64,
    parked: usize,
}

impl Rebuild {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let read_models = read_models(bank.store().clone());
        let names: Vec<String> =
            if self.names.is_empty() { read_models.names().map(str::to_owned).collect() } else { self.names.clone() };
        let mut views = Vec::new();
        for name in &names {
            let rebuilt = one(&read_models, name).await?;
            views.push(RebuiltView {
                read_model: rebuilt.generation.projection.clone(),
                generation: rebuilt.generation.number,
                events: rebuilt.events,
                seconds: rebuilt.elapsed.as_secs_f64(),
                parked: rebuilt.parked,
            });
        }
        output.answer(&views, || views.iter().map(RebuiltView::prose).collect())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl RebuiltView {
    fn prose(&self) -> String {
        let Self { read_model, generation, events, seconds, parked } = self;
        let done = format!("{read_model}: {} events in {seconds:.1} s", thousands(*events));
        let parked = match parked {
            0 => String::new(),
            parked => format!("; {parked} are parked: `bank dead-letters list {read_model}`"),
        };
        format!("{done}; generation {generation} answers now{parked}\n")
    }
}

/// Rebuilds a read model, and shows how far it is.
pub(crate) async fn one(read_models: &ReadModels, name: &str) -> Result<Rebuilt, Failure> {
    let mut shown = Shown::new();
    let rebuilt = read_models.rebuild(name, |progress| shown.show(&progress)).await;
    shown.bar.finish_and_clear();
    Ok(rebuilt?)
}

/// A bar on a terminal, a line now and then elsewhere; always on standard error.
struct Shown {
    bar: ProgressBar,
    is_terminal: bool,
    line_at: Instant,
}

impl Shown {
    fn new() -> Self {
        let is_terminal = io::stderr().is_terminal();
        let bar = if is_terminal { ProgressBar::new(0) } else { ProgressBar::hidden() };
        // The template is fixed and known to be right; a wrong one costs the looks alone.
        let style = ProgressStyle::with_template("{prefix} {bar:30} {percent:>3} %  {msg}  {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: bar.with_style(style), is_terminal, line_at: Instant::now() }
    }

    fn show(&mut self, progress: &RebuildProgress) {
        let RebuildProgress { name, position, head, events, elapsed, .. } = *progress;
        let rate = rate(events, elapsed);
        if self.is_terminal {
            self.bar.set_prefix(name);
            self.bar.set_length(head);
            self.bar.set_position(position);
            self.bar.set_message(format!("{} events, {}/s", thousands(events), thousands(rate)));
        } else if self.line_at.elapsed() >= EVERY {
            self.line_at = Instant::now();
            let (position, head) = (thousands(position), thousands(head));
            eprintln!("{name}: position {position} of {head}, {} events, {}/s", thousands(events), thousands(rate));
        }
    }
}

fn rate(events: u64, elapsed: Duration) -> u64 {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    events.saturating_mul(1_000) / millis
}
