//! What an append has left in the log, once each try to write it has ended.

use std::collections::HashMap;
use std::ops::ControlFlow;

use uuid::Uuid;

use super::part::without_events_again;
use crate::event::RawEvent;
use crate::store::judge::{KnownEvent, judge_repeat};
use crate::store::{Append, AppendError, Appended, Backend, EventQuery, ExpectedVersion, StoreError, Verdict};

/// What is known of an append.
pub(super) enum Trace {
    /// What the database would answer to a repetition.
    Answered(Result<Appended, AppendError>),
    /// It was not written.
    Nothing,
    /// Nobody can tell.
    Untold,
}

/// Looks for what `append` would have written.
pub(super) async fn trace(backend: &dyn Backend, append: &Append) -> Result<Trace, StoreError> {
    if append.events.is_empty() {
        // A claim leaves no trace of who has taken it when.
        let Some(receipt) = &append.receipt else { return Ok(Trace::Untold) };
        let kept = backend.receipt(&receipt.key).await?;
        return Ok(kept.map_or(Trace::Nothing, |kept| {
            Trace::Answered(without_events_again(append.clone(), Verdict::Receipted(kept)))
        }));
    }
    let known = written(backend, append).await?;
    // Only where all of its events are known: a written append is there as a whole.
    if append.events.iter().all(|event| known.contains_key(&event.id))
        && let Verdict::Appended(appended) = judge_repeat(append, &known, 0)
    {
        return Ok(Trace::Answered(Ok(appended)));
    }
    Ok(Trace::Nothing)
}

/// Those of its events that stand where it would have written them.
async fn written(backend: &dyn Backend, append: &Append) -> Result<HashMap<Uuid, KnownEvent>, StoreError> {
    let stream = EventQuery::stream(append.stream.clone());
    let at = |version: u64| stream.clone().from_version(version).limit(append.events.len() as u64);
    let query = match append.expected {
        ExpectedVersion::Exact(version) => at(version.saturating_add(1)),
        ExpectedVersion::NoStream => at(1),
        ExpectedVersion::Exists | ExpectedVersion::Any => stream.backwards(),
    };
    let mut known = HashMap::new();
    let mut compare = |event: RawEvent<'_>| {
        if append.events.iter().any(|own| own.id == event.event_id) {
            known.insert(event.event_id, as_known(append, &event));
        }
        if known.len() == append.events.len() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    backend.read(&query, &mut compare).await?;
    Ok(known)
}

fn as_known(append: &Append, event: &RawEvent<'_>) -> KnownEvent {
    KnownEvent {
        stream: append.stream.clone(),
        version: event.version,
        position: event.position,
        name: event.name.to_owned(),
        schema_version: event.schema_version,
        payload: event.payload.to_owned(),
        recorded_at: event.recorded_at,
    }
}
