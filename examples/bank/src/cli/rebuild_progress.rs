//! How far a read model is in the making: a bar on a terminal, a line now and then elsewhere; always on standard error.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use cqrs_runtime::projection::{RebuildProgress, VerifyProgress, VerifyStep};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use super::output::thousands;

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(2);

pub(crate) struct Shown {
    bar: ProgressBar,
    is_terminal: bool,
    line_at: Instant,
    /// Where it was when it was first told of: what was there before costs no time.
    began: Option<(u64, Duration)>,
}

impl Shown {
    pub(crate) fn new() -> Self {
        let is_terminal = io::stderr().is_terminal();
        let bar = if is_terminal { ProgressBar::new(0) } else { ProgressBar::hidden() };
        // The template is fixed and known to be right; a wrong one costs the looks alone.
        let style = ProgressStyle::with_template("{prefix} {bar:30} {percent:>3} %  {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: bar.with_style(style), is_terminal, line_at: Instant::now(), began: None }
    }

    pub(crate) fn show(&mut self, progress: &RebuildProgress) {
        let RebuildProgress { name, position, head, events, elapsed, .. } = *progress;
        let (began, since) = *self.began.get_or_insert((position, elapsed));
        let rate = rate(events, elapsed);
        let left = left(position - began.min(position), head - position.min(head), elapsed.saturating_sub(since));
        let left = left.map_or_else(String::new, |left| format!(", {} left", HumanDuration(left)));
        if self.is_terminal {
            self.bar.set_prefix(name);
            self.bar.set_length(head);
            self.bar.set_position(position);
            self.bar.set_message(format!("{} events, {}/s{left}", thousands(events), thousands(rate)));
        } else if self.line_at.elapsed() >= EVERY {
            self.line_at = Instant::now();
            let (position, head) = (thousands(position), thousands(head));
            eprintln!(
                "{name}: position {position} of {head}, {} events, {}/s{left}",
                thousands(events),
                thousands(rate)
            );
        }
    }

    pub(crate) fn show_verify(&mut self, progress: &VerifyProgress) {
        let VerifyProgress { name, step, position, to, events, rows, elapsed } = *progress;
        match step {
            VerifyStep::Replaying => {
                let generation = 0;
                self.show(&RebuildProgress { name, generation, position, head: to, events, elapsed });
            }
            VerifyStep::Comparing if self.is_terminal => {
                self.bar.set_prefix(name);
                self.bar.set_length(to);
                self.bar.set_position(position);
                self.bar.set_message(format!("{} rows compared", thousands(rows)));
            }
            VerifyStep::Comparing if self.line_at.elapsed() >= EVERY => {
                self.line_at = Instant::now();
                eprintln!("{name}: {} rows compared", thousands(rows));
            }
            VerifyStep::Comparing => {}
        }
    }

    /// Leaves nothing of the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn rate(events: u64, elapsed: Duration) -> u64 {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    events.saturating_mul(1_000) / millis
}

/// How long the rest takes if it goes on as until now; unknown at the start.
fn left(done: u64, rest: u64, elapsed: Duration) -> Option<Duration> {
    let millis = u64::try_from(elapsed.as_millis()).ok()?.checked_mul(rest)?.checked_div(done)?;
    // To the second: no more is known.
    Some(Duration::from_secs(millis.div_ceil(1_000)))
}
