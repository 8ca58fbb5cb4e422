//! Snapshots: states kept beside the log, used only where they are certainly right.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{LoadError, Loaded, Repository};
use crate::aggregate::{Aggregate, SnapshotPolicy};
use crate::schema::Shapes;
use crate::store::{Snapshot, SnapshotFilter, StoredSnapshot, StreamKey, Until};

/// How often snapshots were used, and why not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotStats {
    /// Loads that began with a snapshot.
    pub used: u64,
    /// Snapshots that were set aside because they were damaged or could not be decoded.
    pub rejected: u64,
    /// Loads of streams long enough for a snapshot that found no usable one: it is not kept yet, or it is of another
    /// shape, version or history.
    pub missed: u64,
    /// Snapshots kept.
    pub saved: u64,
    /// Snapshots that could not be kept; nothing depends on them.
    pub failed: u64,
}

/// What a comparison of an aggregate's snapshot with its events has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotCheck {
    /// There is no usable snapshot.
    None,
    /// The state built on the snapshot is the one that all events build.
    Right {
        /// The snapshot's version.
        version: u64,
    },
    /// The snapshot leads to another state than the events: `apply` has changed its meaning, so raise
    /// `snapshot(version = ..)`.
    Wrong {
        /// The snapshot's version.
        version: u64,
    },
}

/// The snapshots of one aggregate type.
#[derive(Debug)]
pub(super) struct Snapshots<A> {
    policy: SnapshotPolicy<A>,
    fingerprint: u64,
    used: AtomicU64,
    rejected: AtomicU64,
    missed: AtomicU64,
    saved: AtomicU64,
    failed: AtomicU64,
}

/// The event that a snapshot is taken after.
#[derive(Clone, Copy, Debug)]
pub(super) struct LastEvent {
    pub(super) version: u64,
    pub(super) event_id: Uuid,
    pub(super) position: u64,
    pub(super) recorded_at: DateTime<Utc>,
}

impl<A: Aggregate> Snapshots<A> {
    /// `None` where the aggregate keeps none.
    pub(super) fn of_aggregate() -> Option<Self> {
        let policy = A::snapshots()?;
        let mut shapes = Shapes::default();
        let fingerprint = A::schema(&mut shapes).state.map_or(0, |(_, state)| state.fingerprint(&shapes));
        Some(Self {
            policy,
            fingerprint,
            used: AtomicU64::default(),
            rejected: AtomicU64::default(),
            missed: AtomicU64::default(),
            saved: AtomicU64::default(),
            failed: AtomicU64::default(),
        })
    }

    pub(super) fn filter(&self) -> SnapshotFilter {
        SnapshotFilter { fingerprint: self.fingerprint, state_version: self.policy.version }
    }

    /// Whether a state at `version` that was built on a snapshot at `snapshot_version` is to be kept.
    pub(super) fn due(&self, snapshot_version: u64, version: u64) -> bool {
        version.saturating_sub(snapshot_version) >= self.policy.every.max(1)
    }

    /// The state, where the snapshot is intact.
    pub(super) fn restore(&self, snapshot: &StoredSnapshot<'_>) -> Option<A> {
        let intact = crc32fast::hash(snapshot.payload.as_bytes()) == snapshot.checksum;
        let state = intact.then(|| (self.policy.decode)(snapshot.payload).ok()).flatten();
        if state.is_some() {
            self.used.fetch_add(1, Ordering::Relaxed);
        } else {
            self.note_damage(Some(snapshot.version));
        }
        state
    }

    /// Counts a snapshot that was set aside; its version is not known where it could not even be read.
    pub(super) fn note_damage(&self, version: Option<u64>) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(stream_type = A::TYPE, version, "a snapshot is damaged and was set aside");
    }

    /// Counts a load that found no snapshot where one was to be expected.
    pub(super) fn note_load(&self, loaded: &Loaded<A>) {
        if loaded.snapshot_version == 0 && self.due(0, loaded.version) {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The snapshot of a state; `None` where it could not be read again.
    pub(super) fn take(&self, stream: StreamKey, state: &A, last: LastEvent) -> Option<Snapshot> {
        let payload = (self.policy.encode)(state).inspect_err(|error| self.note_failure(error)).ok()?;
        (self.policy.decode)(&payload).inspect_err(|error| self.note_failure(error)).ok()?;
        Some(Snapshot {
            stream,
            version: last.version,
            event_id: last.event_id,
            position: last.position,
            recorded_at: last.recorded_at,
            filter: self.filter(),
            checksum: crc32fast::hash(payload.as_bytes()),
            payload,
        })
    }

    pub(super) fn note_saved(&self) {
        self.saved.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn note_failure(&self, error: &(dyn std::error::Error + 'static)) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(stream_type = A::TYPE, error, "a snapshot could not be kept");
    }

    fn stats(&self) -> SnapshotStats {
        SnapshotStats {
            used: self.used.load(Ordering::Relaxed),
            rejected: self.rejected.load(Ordering::Relaxed),
            missed: self.missed.load(Ordering::Relaxed),
            saved: self.saved.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }
}

impl<A: Aggregate> Repository<A> {
    /// How snapshots have fared in this repository and its clones.
    #[must_use]
    pub fn snapshot_stats(&self) -> SnapshotStats {
        self.snapshots.as_ref().map(|snapshots| snapshots.stats()).unwrap_or_default()
    }

    /// Compares the state that an aggregate's snapshot leads to with the state that all its events build.
    ///
    /// # Errors
    /// When the database can't be read, or an event can't be decoded.
    pub async fn check_snapshot(&self, id: &A::Id) -> Result<SnapshotCheck, LoadError>
    where
        A: PartialEq,
    {
        let Loaded { snapshot_version: version, state, version: head, .. } = self.load(id).await?;
        if version == 0 {
            return Ok(SnapshotCheck::None);
        }
        let replayed = self.replay(id, Until::Version(head)).await?;
        Ok(if replayed.state == state { SnapshotCheck::Right { version } } else { SnapshotCheck::Wrong { version } })
    }
}
