//! `bank rebuild`

use std::process::ExitCode;

use clap::Args;
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{ReadModels, RebuildOptions, Rebuilt};
use cqrs_runtime::store::GenerationKey;

use super::bank::Bank;
use super::each::{Each, named};
use super::failure::Failure;
use super::output::{Output, thousands};
use super::rebuild_progress::Shown;

/// Build read models anew beside those that answer, and let them answer then
///
/// What answered before is kept: `bank rollback` goes back to it. A rebuild that was interrupted goes on where it was.
#[derive(Args)]
pub(crate) struct Rebuild {
    /// The read models, such as `account_summary`; all, where none is named
    names: Vec<String>,
    /// Let them answer although events are parked that those before them have
    #[arg(long)]
    accept_parked: bool,
    /// Give up what is being built, whichever program is at it
    #[arg(long, conflicts_with = "accept_parked")]
    cancel: bool,
}

/// A read model that answers by another generation now.
#[derive(Serialize)]
pub(crate) struct RebuiltView {
    read_model: String,
    generation: u32,
    events: u64,
    seconds: f64,
    parked: usize,
}

#[derive(Serialize)]
struct Cancelled {
    read_model: String,
    generation: Option<u32>,
}

impl Rebuild {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let (read_models, names) = named(bank, &self.names);
        if self.cancel {
            return cancel(&read_models, &names, output).await;
        }
        let options = RebuildOptions { accept_parked: self.accept_parked };
        let mut each = Each::default();
        for name in &names {
            each.push(name, one(&read_models, name, options).await.map(RebuiltView::of));
        }
        each.answer(output, |views| views.iter().map(|view| view.prose()).collect(), |_| ExitCode::SUCCESS)
    }
}

impl RebuiltView {
    pub(crate) fn of(rebuilt: Rebuilt) -> Self {
        Self {
            read_model: rebuilt.generation.projection,
            generation: rebuilt.generation.number,
            events: rebuilt.events,
            seconds: rebuilt.elapsed.as_secs_f64(),
            parked: rebuilt.parked,
        }
    }

    pub(crate) fn prose(&self) -> String {
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
pub(crate) async fn one(read_models: &ReadModels, name: &str, options: RebuildOptions) -> Result<Rebuilt, Failure> {
    let mut shown = Shown::new();
    let rebuilt = read_models.rebuild_with(name, options, |progress| shown.show(&progress)).await;
    shown.finish();
    Ok(rebuilt?)
}

async fn cancel(read_models: &ReadModels, names: &[String], output: &Output) -> Result<ExitCode, Failure> {
    let mut each = Each::default();
    for name in names {
        let cancelled = read_models.cancel_rebuild(name).await.map_err(Failure::from);
        let number = |key: GenerationKey| key.number;
        each.push(name, cancelled.map(|key| Cancelled { read_model: name.clone(), generation: key.map(number) }));
    }
    each.answer(output, |views| views.iter().map(|view| view.prose()).collect(), |_| ExitCode::SUCCESS)
}

impl Cancelled {
    fn prose(&self) -> String {
        match self.generation {
            Some(generation) => format!("{}: generation {generation} is no longer built\n", self.read_model),
            None => format!("{}: nothing was being built\n", self.read_model),
        }
    }
}
