//! How far a read model is in the making: a bar on a terminal, a line now and then elsewhere; always on standard error.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use cqrs_runtime::projection::{RebuildProgress, VerifyProgress, VerifyStep};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use super::output::thousands;

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(2);

pub(crate) struct Shown {
    /// Nothing before there is something to show.
    bar: Option<ProgressBar>,
    is_terminal: bool,
    /// When the last line was written.
    line_at: Option<Instant>,
    /// Where it was when it was first told of: what was there before costs no time.
    began: Option<(u64, Duration)>,
}

impl Shown {
    pub(crate) fn new() -> Self {
        Self { bar: None, is_terminal: io::stderr().is_terminal(), line_at: None, began: None }
    }

    pub(crate) fn show(&mut self, progress: &RebuildProgress) {
        let RebuildProgress { name, position, head, events, elapsed, .. } = *progress;
        let (began, since) = *self.began.get_or_insert((position, elapsed));
        let rate = rate(events, elapsed);
        let left = left(position - began.min(position), head - position.min(head), elapsed.saturating_sub(since));
        let left = left.map_or_else(String::new, |left| format!(", {} left", HumanDuration(left)));
        if self.is_terminal {
            self.draw(name, (position, head), format!("{} events, {}/s{left}", thousands(events), thousands(rate)));
        } else if position < head && self.is_due() {
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
            VerifyStep::Replaying | VerifyStep::Repairing => {
                let generation = 0;
                self.show(&RebuildProgress { name, generation, position, head: to, events, elapsed });
            }
            VerifyStep::Comparing if self.is_terminal => {
                self.draw(name, (position, to), format!("{} rows compared", thousands(rows)));
            }
            VerifyStep::Comparing if self.line_at.is_some() && self.is_due() => {
                eprintln!("{name}: {} rows compared", thousands(rows));
            }
            // What was quick is over.
            VerifyStep::Comparing => {}
        }
    }

    fn draw(&mut self, name: &'static str, (position, to): (u64, u64), message: String) {
        if let Some(bar) = &self.bar {
            bar.set_length(to);
            bar.set_position(position);
            return bar.set_message(message);
        }
        // The template is fixed and known to be right; a wrong one costs the looks alone.
        let style = ProgressStyle::with_template("{prefix} {bar:30} {percent:>3} %  {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar =
            ProgressBar::new(to).with_style(style).with_prefix(name).with_position(position).with_message(message);
        bar.tick();
        self.bar = Some(bar);
    }

    /// Whether a line is due: the first at once, unless all is done by then.
    fn is_due(&mut self) -> bool {
        let is_due = self.line_at.is_none_or(|at| at.elapsed() >= EVERY);
        if is_due {
            self.line_at = Some(Instant::now());
        }
        is_due
    }

    /// Leaves nothing of the bar.
    pub(crate) fn finish(&self) {
        self.bar.iter().for_each(ProgressBar::finish_and_clear);
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
