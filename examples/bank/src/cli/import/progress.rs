//! How far an import is: a bar on a terminal, a line now and then elsewhere; always on standard error.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::output::thousands;

/// How many commands lie between two lines.
const EVERY: u64 = 2_500;

#[derive(Clone)]
pub(super) struct Progress {
    bar: ProgressBar,
    lines: bool,
    executed: Arc<AtomicU64>,
}

impl Progress {
    pub(super) fn new(size: Option<u64>) -> Self {
        let terminal = io::stderr().is_terminal();
        let bar = match size {
            _ if !terminal => ProgressBar::hidden(),
            Some(size) => styled(ProgressBar::new(size), "{bar:40} {percent:>3} %  {msg}  {eta} left"),
            None => styled(ProgressBar::new_spinner(), "{spinner} {msg}"),
        };
        Self { bar, lines: !terminal, executed: Arc::default() }
    }

    /// So many bytes of the file were read.
    pub(super) fn read(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// A command was executed or refused.
    pub(super) fn executed(&self) {
        let executed = self.executed.fetch_add(1, Ordering::Relaxed) + 1;
        if !self.lines {
            self.bar.set_message(format!("{} commands", thousands(executed)));
        } else if executed.is_multiple_of(EVERY) {
            eprintln!("{} commands executed", thousands(executed));
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    // The templates are fixed and known to be right; a wrong one costs the looks alone.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style)
}
