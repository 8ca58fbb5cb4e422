//! How often a command is decided again after a conflict.

use std::time::Duration;

use uuid::Uuid;

/// How often a command is decided again when others have changed the aggregate, and how long it waits in between.
///
/// The commands on one aggregate that go through a dispatcher or its clones wait for each other; conflicts come from
/// other dispatchers and other processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often the command is decided at most; 1 is no retry.
    pub attempts: u32,
    /// The longest pause before the second attempt; it doubles with every further one. The pause is a random part of it.
    pub pause: Duration,
    /// What the pause does not exceed.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { attempts: 100, pause: Duration::from_micros(200), longest_pause: Duration::from_millis(20) }
    }
}

impl RetryPolicy {
    /// No retry: a conflict is answered at once.
    #[must_use]
    pub fn never() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// The pause after `attempt` attempts.
    pub(super) fn pause_after(&self, attempt: u32) -> Duration {
        let doubled = self.pause.saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX));
        let longest = doubled.min(self.longest_pause);
        // The lower half of a UUIDv7 is random: as good a die as any, and at hand.
        let (_, random) = Uuid::now_v7().as_u64_pair();
        let nanos = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(if nanos == 0 { 0 } else { random % nanos })
    }
}
