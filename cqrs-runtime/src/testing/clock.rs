//! Time and ids that a test chooses.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::IntoMoment;
use crate::clock::{Clock, IdSource};

/// A clock that stands still until it is moved; clones show the same time.
///
/// ```
/// use chrono::TimeDelta;
/// use cqrs_runtime::{clock::Clock, testing::ManualClock};
///
/// let clock = ManualClock::at("2026-03-01T10:00:00Z");
/// clock.advance(TimeDelta::hours(1));
/// assert_eq!(clock.now().to_rfc3339(), "2026-03-01T11:00:00+00:00");
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `moment`.
    #[must_use]
    pub fn at(moment: impl IntoMoment) -> Self {
        Self(Arc::new(AtomicI64::new(moment.into_moment().timestamp_micros())))
    }

    /// Shows `moment` from now on, be it earlier or later.
    pub fn set(&self, moment: impl IntoMoment) {
        self.0.store(moment.into_moment().timestamp_micros(), Ordering::SeqCst);
    }

    /// Moves the clock on, or back where `by` is negative.
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// Ids that count up from 1; clones share the count.
#[derive(Clone, Debug, Default)]
pub struct SequentialIds(Arc<AtomicU64>);

impl IdSource for SequentialIds {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + 1)
    }
}
