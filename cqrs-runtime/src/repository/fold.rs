//! Folding a stream into a state as it arrives.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::Loaded;
use super::error::{EventPlace, LoadError, stream_of, undecodable};
use super::snapshot::Snapshots;
use crate::aggregate::{Aggregate, EventSet};
use crate::event::RawEvent;
use crate::store::{LoadSink, StoredSnapshot};

/// Takes a snapshot and events, and keeps nothing but the state.
pub(super) struct Fold<'s, A: Aggregate> {
    snapshots: Option<&'s Snapshots<A>>,
    folded: Folded<A>,
    outcome: Outcome,
}

enum Outcome {
    Fine,
    UnusableSnapshot,
    Failed(LoadError),
}

/// A state and the last event in it.
pub(super) struct Folded<A> {
    state: Option<A>,
    version: u64,
    position: u64,
    recorded_at: Option<DateTime<Utc>>,
    snapshot_version: u64,
}

impl<A> Default for Folded<A> {
    fn default() -> Self {
        Self { state: None, version: 0, position: 0, recorded_at: None, snapshot_version: 0 }
    }
}

impl<A: Aggregate> Folded<A> {
    pub(super) fn loaded(self, id: &A::Id) -> Loaded<A> {
        Loaded {
            id: id.clone(),
            version: self.version,
            position: self.position,
            recorded_at: self.recorded_at,
            state: self.state,
            snapshot_version: self.snapshot_version,
        }
    }
}

impl<'s, A: Aggregate> Fold<'s, A> {
    pub(super) fn new(snapshots: Option<&'s Snapshots<A>>) -> Self {
        Self { snapshots, folded: Folded::default(), outcome: Outcome::Fine }
    }

    /// The state; `None` where a snapshot turned out to be unusable and the stream must be read without.
    pub(super) fn finish(self) -> Result<Option<Folded<A>>, LoadError> {
        match self.outcome {
            Outcome::Fine => Ok(Some(self.folded)),
            Outcome::UnusableSnapshot => Ok(None),
            Outcome::Failed(error) => Err(error),
        }
    }

    fn fold(&mut self, raw: &RawEvent<'_>) -> Result<(), LoadError> {
        let next = self.folded.version + 1;
        if raw.version != next {
            return Err(LoadError::Hole {
                stream: stream_of(raw),
                missing: next,
                found: raw.version,
                position: raw.position,
            });
        }
        let parts = A::Event::decode(raw).map_err(|source| undecodable(raw, source))?;
        for event in parts {
            if !A::advance(&mut self.folded.state, &event) {
                return Err(LoadError::OutOfPlace { event: Box::new(EventPlace::of(raw)) });
            }
        }
        self.folded.version = raw.version;
        self.folded.position = raw.position;
        self.folded.recorded_at = Some(raw.recorded_at);
        Ok(())
    }
}

impl<A: Aggregate> LoadSink for Fold<'_, A> {
    fn snapshot(&mut self, snapshot: StoredSnapshot<'_>) -> ControlFlow<()> {
        let Some(state) = self.snapshots.and_then(|snapshots| snapshots.restore(&snapshot)) else {
            self.outcome = Outcome::UnusableSnapshot;
            return ControlFlow::Break(());
        };
        self.folded = Folded {
            state: Some(state),
            version: snapshot.version,
            position: snapshot.position,
            recorded_at: Some(snapshot.recorded_at),
            snapshot_version: snapshot.version,
        };
        ControlFlow::Continue(())
    }

    fn damaged_snapshot(&mut self) {
        if let Some(snapshots) = self.snapshots {
            snapshots.note_damage(None);
        }
        self.outcome = Outcome::UnusableSnapshot;
    }

    fn event(&mut self, event: RawEvent<'_>) -> ControlFlow<()> {
        match self.fold(&event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.outcome = Outcome::Failed(error);
                ControlFlow::Break(())
            }
        }
    }
}
