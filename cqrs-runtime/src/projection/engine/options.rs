use std::time::Duration;

/// How read models are kept up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineOptions {
    /// Into how many partitions a new generation of a read model is divided: so many workers can share it at most.
    pub partitions: u32,
    /// How long a worker that gives no sign of life keeps its partitions.
    pub lease_time: Duration,
    /// How many events are projected at once, at most.
    pub batch_events: usize,
    /// How many bytes of payload are projected at once, at most; an event that has more is projected alone.
    pub batch_bytes: usize,
    /// How many rows of each table are kept in memory between two batches.
    pub rows_in_memory: usize,
    /// When an event that has failed is tried again by itself.
    pub retry: RetryPolicy,
    /// How many events may be parked; a projection with more of them stops, and skips none.
    pub parked_events: usize,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            partitions: 4,
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
