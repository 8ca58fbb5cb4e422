//! How long is waited for a database, and how often it is asked meanwhile.

use std::time::Duration;

use tokio::time::Instant;

/// How long a database has not been of any help, and how long it may be.
///
/// What it takes to find out that a commit has no answer does not count, nor what other parts of a batch have taken.
pub(super) struct Patience {
    within: Duration,
    since: Option<Instant>,
}

impl Patience {
    pub(super) fn of(within: Duration) -> Self {
        Self { within, since: None }
    }

    /// Counts from now on, unless it has begun before.
    pub(super) fn begin(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    pub(super) fn is_over(&mut self) -> bool {
        self.since.get_or_insert_with(Instant::now).elapsed() >= self.within
    }

    /// The database has helped.
    pub(super) fn renew(&mut self) {
        self.since = None;
    }
}
