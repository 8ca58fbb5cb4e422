//! How long is waited for a database, and how often it is asked meanwhile.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// The first pause between two tries to reach a lost database; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

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

/// Pauses that grow.
pub(super) struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(FIRST_PAUSE)
    }
}

impl Pause {
    pub(super) async fn wait(&mut self) {
        sleep(self.0).await;
        self.0 = (self.0 * 2).min(LONGEST_PAUSE);
    }
}
