//! Pauses between tries to reach a lost database.

use std::time::Duration;

use tokio::time::sleep;

/// The first pause; each is twice as long as the one before.
const FIRST: Duration = Duration::from_millis(5);

/// Pauses that grow.
#[derive(Debug)]
pub(crate) struct Pause {
    next: Duration,
    longest: Duration,
}

impl Default for Pause {
    fn default() -> Self {
        Self::up_to(Duration::from_millis(500))
    }
}

impl Pause {
    pub(crate) fn up_to(longest: Duration) -> Self {
        Self { next: FIRST, longest }
    }

    /// The next one, for who waits for other things, too.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.longest);
        pause
    }

    pub(crate) async fn wait(&mut self) {
        sleep(self.next()).await;
    }
}
