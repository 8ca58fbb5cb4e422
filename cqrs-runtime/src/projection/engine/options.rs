use std::time::Duration;

/// How read models are kept up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineOptions {
    /// Into how many partitions a new generation of a read model is divided: so many workers can share it at most. A projection
    /// with a transaction always has one.
    pub partitions: u32,
    /// How many workers of this process share the partitions of each read model. Each reads the log for itself, and folds and
    /// writes what is in its partitions beside the others: more of them help where a server has several processors, and not where
    /// a file is written by one at a time.
    pub workers: u32,
    /// Within which time other workers have the partitions of one that gives no sign of life any more; one that is held up
    /// for two thirds of it has lost them.
    pub lease_time: Duration,
    /// How many events are projected at once, at most; in a transaction, never more than 200.
    pub batch_events: usize,
    /// How many bytes of payload are projected at once, at most; an event that has more is projected alone.
    pub batch_bytes: usize,
    /// How many rows of each table are kept in memory between two batches.
    pub rows_in_memory: usize,
    /// When an event that has failed is tried again by itself.
    pub retry: RetryPolicy,
    /// How many events of a read model may be parked; one that would have more stops, and skips none.
    pub parked_events: usize,
}

/// Why options are of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOptions {
    /// Nobody could have a partition.
    #[error("a read model has at least one partition")]
    Partitions,
    /// Nobody would project anything, or some would never have a partition.
    #[error("a read model has at least one worker, and not more than partitions")]
    Workers,
    /// No batch would have an event.
    #[error("a batch has at least one event")]
    BatchEvents,
    /// Workers could not prolong their leases in time, or not at all.
    #[error("a lease lasts at least {} milliseconds, and a day at most", SHORTEST.as_millis())]
    LeaseTime,
}

/// The shortest time of a lease: several round trips to the database.
const SHORTEST: Duration = Duration::from_millis(30);
const LONGEST: Duration = Duration::from_hours(24);

impl EngineOptions {
    /// Whether anything can be done with them.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check(&self) -> Result<(), InvalidOptions> {
        if self.partitions == 0 {
            return Err(InvalidOptions::Partitions);
        }
        if !(1..=self.partitions).contains(&self.workers) {
            return Err(InvalidOptions::Workers);
        }
        if self.batch_events == 0 {
            return Err(InvalidOptions::BatchEvents);
        }
        if (SHORTEST..=LONGEST).contains(&self.lease_time) { Ok(()) } else { Err(InvalidOptions::LeaseTime) }
    }

    /// How long a session lasts that is not prolonged: with [`beat`](Self::beat), in which others ask, less than the lease
    /// time.
    pub(crate) fn session(&self) -> Duration {
        self.lease_time / 3 * 2
    }

    /// How long a transaction may last in which others write: so short that signs of life that have to wait for it, as they do
    /// on SQLite, come in time.
    pub(crate) fn transaction(&self) -> Duration {
        self.lease_time / 3
    }

    /// The time between two signs of life, and between two looks at what there is to take.
    pub(crate) fn beat(&self) -> Duration {
        self.lease_time / 6
    }

    /// For how long a worker that has met an event of a newer program leaves the work to it.
    pub(crate) fn away(&self) -> Duration {
        self.lease_time * 3
    }
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            partitions: 4,
            workers: 1,
            lease_time: Duration::from_secs(10),
            batch_events: 5_000,
            batch_bytes: 16 << 20,
            rows_in_memory: 20_000,
            retry: RetryPolicy::default(),
            parked_events: 10_000,
        }
    }
}

/// When an event that has failed is tried again by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often it is tried at most, the first time included.
    pub attempts: u32,
    /// The pause before the second time; it doubles each time.
    pub pause: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 5, pause: Duration::from_secs(1), longest: Duration::from_mins(5) }
    }
}

impl RetryPolicy {
    /// The pause after so many attempts; `None` where there is to be no other.
    #[must_use]
    pub fn pause_after(&self, attempts: u32) -> Option<Duration> {
        (attempts < self.attempts)
            .then(|| self.pause.saturating_mul(1 << attempts.saturating_sub(1).min(20)).min(self.longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever dies right behind a sign of life has its session for as long, and others ask a beat later at most; that they have
    /// asked in vain just before leaves room for another beat.
    #[test]
    fn what_a_dead_worker_has_is_asked_for_within_the_lease_time() {
        for lease_time in [SHORTEST, Duration::from_millis(601), Duration::from_secs(10), LONGEST] {
            let options = EngineOptions { lease_time, ..EngineOptions::default() };
            assert!(options.session() + options.beat() * 2 <= lease_time, "{lease_time:?}");
        }
    }

    /// A sign of life that waits for a transaction on SQLite comes before the session is over.
    #[test]
    fn a_transaction_ends_within_the_session() {
        for lease_time in [SHORTEST, Duration::from_secs(10), LONGEST] {
            let options = EngineOptions { lease_time, ..EngineOptions::default() };
            assert!(options.beat() + options.transaction() < options.session(), "{lease_time:?}");
        }
    }
}
