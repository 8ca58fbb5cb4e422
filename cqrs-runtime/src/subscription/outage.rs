use std::time::Duration;

use crate::store::StoreError;
use crate::store::pause::Pause;

/// The longest pause between two tries to reach a lost database.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A time during which the database can't be reached.
pub(crate) struct Outage {
    pause: Pause,
    said: bool,
}

impl Default for Outage {
    fn default() -> Self {
        Self { pause: Pause::up_to(LONGEST_PAUSE), said: false }
    }
}

impl Outage {
    /// Waits before the database is tried again; says so the first time.
    pub(crate) async fn wait(&mut self, error: &StoreError) {
        if !std::mem::replace(&mut self.said, true) {
            tracing::warn!(error = error as &dyn std::error::Error, "a subscription waits for the database");
        }
        self.pause.wait().await;
    }
}
