//! Looking whether rows of read models have changed, as long as somebody follows them.
//!
//! This process says at once which it has changed. Others say nothing of rows: those who follow none would pay for it. But
//! rows change behind the events that change them, and soon; so whatever tells of an append is worth a look, and a few more
//! after growing pauses.

use std::collections::HashMap;
use std::time::Duration;

use tokio::select;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::store::guard::guarded;
use crate::store::pause::Pause;
use crate::store::{Backend, StoreError, Waiting};

/// The shortest time between two looks.
const BETWEEN: Duration = Duration::from_millis(4);

/// A projection and the fingerprint of its read model.
pub(crate) type RowsOf = (String, String);

/// What has been told of the rows of a read model; when it is another value, they may have changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The generation that served when the database was looked at, and how many changes it had.
    found: Option<(u32, u64)>,
    /// How many changes this process has made.
    made: u64,
}

pub(super) struct Rows {
    pub(super) told: watch::Sender<HashMap<RowsOf, Mark>>,
    /// How many wait for changes.
    following: watch::Sender<usize>,
    /// Something tells that rows may change soon.
    stirred: watch::Sender<()>,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            told: watch::Sender::new(HashMap::new()),
            following: watch::Sender::new(0),
            stirred: watch::Sender::new(()),
        }
    }
}

impl Rows {
    pub(super) fn stir(&self) {
        self.stirred.send_replace(());
    }

    /// This process has changed rows; who follows them is told without a question to the database.
    pub(super) fn changed(&self, projection: &str, fingerprint: &str) {
        if self.told.receiver_count() > 0 {
            let of = (projection.to_owned(), fingerprint.to_owned());
            self.told.send_modify(|told| told.entry(of).or_default().made += 1);
        }
    }

    pub(super) fn follows(&self) -> Follows<'_> {
        self.following.send_modify(|count| *count += 1);
        Follows(self)
    }

    /// Looks at the database while somebody waits: when there is reason to, then less and less often, at last as often as
    /// the log is polled.
    pub(super) async fn keep_looking(&self, backend: &dyn Backend) {
        let longest = backend.poll_interval().max(BETWEEN);
        let mut stirred = self.stirred.subscribe();
        let (mut following, mut pause) = (Waiting::of(&self.following), Pause::up_to(longest));
        loop {
            following.somebody().await;
            match guarded(async { backend.tables().ok_or(StoreError::NoTables)?.count_changes().await }).await.flatten()
            {
                Ok(counts) => self.found(&counts),
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "changes of rows can't be looked for");
                    // Those who follow find out by themselves what is the matter.
                    self.told.send_modify(|told| told.values_mut().for_each(|mark| mark.made += 1));
                }
            }
            select! {
                () = pause.wait() => {}
                // It holds its sender, so that it can't be gone.
                _ = stirred.changed() => {
                    pause = Pause::up_to(longest);
                    sleep(BETWEEN).await;
                }
            }
        }
    }

    fn found(&self, counts: &HashMap<RowsOf, (u32, u64)>) {
        self.told.send_if_modified(|told| {
            let mut news = false;
            for (of, found) in counts {
                let mark = told.entry(of.clone()).or_default();
                news |= mark.found.replace(*found) != Some(*found);
            }
            // What serves no more.
            for (_, mark) in told.iter_mut().filter(|(of, _)| !counts.contains_key(of)) {
                news |= mark.found.take().is_some();
            }
            news
        });
    }
}

/// Somebody who waits for changes.
pub(crate) struct Follows<'r>(&'r Rows);

impl Drop for Follows<'_> {
    fn drop(&mut self) {
        self.0.following.send_modify(|count| *count -= 1);
    }
}
