//! Saving a decision: its events, and what commits with them.

use std::sync::Arc;

use tokio::time::Instant;
use uuid::Uuid;

use super::snapshot::LastEvent;
use super::{Loaded, Repository, SaveError};
use crate::aggregate::{Aggregate, EventSet, Events};
use crate::event::Recorded;
use crate::metadata::{CommandMetadata, EventMetadata};
use crate::store::{Append, Appended, ClaimChange, ExpectedVersion, NewEvent, Receipt};

/// A saved decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved<A: Aggregate> {
    /// The state after it, ready for the next decision.
    pub loaded: Loaded<A>,
    /// Its events, as they are recorded.
    pub events: Vec<Recorded<A::Event>>,
}

/// What is saved on a state, and what it answers to.
pub(crate) struct Decision<'d, A: Aggregate> {
    pub(crate) events: Vec<A::Event>,
    pub(crate) claims: Vec<ClaimChange>,
    pub(crate) command_id: Uuid,
    pub(crate) metadata: &'d CommandMetadata,
    pub(crate) receipt: Option<Receipt>,
    pub(crate) deadline: Option<Instant>,
}

impl<A: Aggregate> Repository<A> {
    /// Saves what was decided on `loaded`, if the stream is still at its version.
    ///
    /// # Errors
    /// [`AppendError::Conflict`](crate::store::AppendError::Conflict) when it is not; see [`SaveError`].
    pub async fn save(
        &self,
        loaded: Loaded<A>,
        decided: Events<A>,
        metadata: &CommandMetadata,
    ) -> Result<Saved<A>, SaveError> {
        if !metadata.tenant.is_empty() && metadata.tenant != self.tenant {
            return Err(SaveError::OtherTenant { tenant: metadata.tenant.clone(), repository: self.tenant.clone() });
        }
        let (events, claims) = decided.into_parts();
        let command_id = self.ids().next();
        let decision = Decision { events, claims, command_id, metadata, receipt: None, deadline: None };
        self.save_decision(loaded, decision).await
    }

    pub(crate) async fn save_decision(
        &self,
        mut loaded: Loaded<A>,
        decision: Decision<'_, A>,
    ) -> Result<Saved<A>, SaveError> {
        let append = self.append_of(&loaded, &decision)?;
        let ids: Vec<Uuid> = append.events.iter().map(|event| event.id).collect();
        let recording = Recording {
            aggregate: append.stream.id.clone(),
            correlation: append.correlation_id,
            causation: append.causation_id,
        };
        self.advance(&mut loaded, &decision.events)?;
        let appended = self.store.append_before(append, decision.deadline).await?;
        let events = recording.recorded::<A>(self, &ids, &decision, &appended);
        if let (Some(last), Some(position)) = (ids.last(), appended.position) {
            loaded.version = appended.version;
            loaded.position = position;
            loaded.recorded_at = Some(appended.recorded_at);
            self.keep_snapshot(&mut loaded, *last, &appended);
        }
        Ok(Saved { loaded, events })
    }

    fn append_of(&self, loaded: &Loaded<A>, decision: &Decision<'_, A>) -> Result<Append, SaveError> {
        let metadata = decision.metadata;
        let keys = if metadata.keys.is_empty() {
            String::new()
        } else {
            serde_json::to_string(&metadata.keys).map_err(SaveError::Metadata)?
        };
        Ok(Append {
            stream: self.stream(&loaded.id),
            expected: ExpectedVersion::Exact(loaded.version),
            events: decision.events.iter().map(|event| self.new_event(event)).collect::<Result<_, _>>()?,
            recorded_at: self.clock().now(),
            correlation_id: metadata.correlation_id.unwrap_or(decision.command_id),
            causation_id: metadata.causation_id.unwrap_or(decision.command_id),
            principal: metadata.principal.clone(),
            keys,
            claims: decision.claims.clone(),
            receipt: decision.receipt.clone(),
        })
    }

    fn new_event(&self, event: &A::Event) -> Result<NewEvent, SaveError> {
        let name = event.name();
        let payload = event.payload().map_err(|source| SaveError::Encode { name, source })?;
        Ok(NewEvent { id: self.ids().next(), name: name.into(), schema_version: event.schema_version(), payload })
    }

    fn advance(&self, loaded: &mut Loaded<A>, events: &[A::Event]) -> Result<(), SaveError> {
        for (event, version) in events.iter().zip(loaded.version + 1..) {
            if !A::advance(&mut loaded.state, event) {
                return Err(SaveError::OutOfPlace { name: event.name(), version, stream: self.stream(&loaded.id) });
            }
        }
        Ok(())
    }

    /// Snapshots follow the append, best effort, and nobody waits for them: a state that is not kept costs a longer read.
    fn keep_snapshot(&self, loaded: &mut Loaded<A>, event_id: Uuid, appended: &Appended) {
        let (Some(snapshots), Some(state)) = (&self.snapshots, &loaded.state) else { return };
        let stream = self.stream(&loaded.id);
        if !snapshots.due(loaded.snapshot_version, loaded.version) || !self.store.wants_snapshot(&stream) {
            return;
        }
        let last = LastEvent {
            version: loaded.version,
            event_id,
            position: loaded.position,
            recorded_at: appended.recorded_at,
        };
        let Some(snapshot) = snapshots.take(stream, state, last) else { return };
        loaded.snapshot_version = loaded.version;
        let counted = Arc::clone(snapshots);
        self.store.keep_snapshot(snapshot, move |outcome| match outcome {
            Ok(()) => counted.note_saved(),
            Err(error) => counted.note_failure(&error),
        });
    }
}

/// What all events of one append share.
struct Recording {
    aggregate: String,
    correlation: Uuid,
    causation: Uuid,
}

impl Recording {
    /// The events as they stand in the log: those of one append have consecutive positions.
    fn recorded<A: Aggregate>(
        &self,
        repository: &Repository<A>,
        ids: &[Uuid],
        decision: &Decision<'_, A>,
        appended: &Appended,
    ) -> Vec<Recorded<A::Event>> {
        let count = ids.len() as u64;
        let first_version = appended.version.saturating_sub(count) + 1;
        let first_position = appended.position.unwrap_or(0).saturating_sub(count) + 1;
        let numbered = ids.iter().zip(&decision.events).zip(0..);
        let record = |((event_id, event), index): ((&Uuid, &A::Event), u64)| Recorded {
            event: event.clone(),
            stream_id: self.aggregate.clone(),
            position: first_position + index,
            version: first_version + index,
            part: 0,
            parts: 1,
            metadata: EventMetadata {
                event_id: *event_id,
                correlation_id: self.correlation,
                causation_id: self.causation,
                principal: decision.metadata.principal.clone(),
                tenant: repository.tenant.clone(),
                recorded_at: appended.recorded_at,
                keys: decision.metadata.keys.clone(),
            },
        };
        numbered.map(record).collect()
    }
}
