//! The events of a batch.

use std::ops::ControlFlow;

use uuid::Uuid;

use super::super::fold::Prepared;
use super::super::route::Routing;
use super::super::{PartitionBy, Projection, ProjectionError};
use super::{EngineError, EngineOptions};
use crate::event::{DecodeError, RawEvent};
use crate::store::{EventQuery, EventStore, Lease, StoreError};

/// Events that were read at once.
pub(super) struct Page<M: Projection> {
    /// Those that the worker's partitions have yet to see.
    pub(super) events: Vec<Prepared<M>>,
    /// The last event that was read, whoever's it is.
    pub(super) last: Option<(u64, Uuid)>,
    /// Whether there may be more behind it.
    pub(super) full: bool,
    /// Why the event behind it can't be projected by this program.
    pub(super) stopped: Option<EngineError>,
}

/// Reads what comes behind `after`.
pub(super) async fn read<M: Projection>(
    store: &EventStore,
    routing: &Routing<M>,
    (leases, partitions): (&[Lease], u32),
    after: u64,
    options: &EngineOptions,
) -> Result<Page<M>, StoreError> {
    let query = EventQuery::log().named(routing.names().iter().copied()).after_position(after);
    let limit = options.batch_events.max(1);
    let mut page = Page { events: Vec::new(), last: None, full: false, stopped: None };
    let (mut read, mut bytes) = (0, 0);
    let mut take = |raw: RawEvent<'_>| {
        if let Some(prepared) = Prepared::of(&raw, routing) {
            if let Err(error) = check(&prepared) {
                page.stopped = Some(error);
                return ControlFlow::Break(());
            }
            let partition = prepared.sequence.partition(partitions);
            if leases.iter().any(|lease| lease.partition == partition && lease.checkpoint < raw.position) {
                bytes += raw.payload.len();
                page.events.push(prepared);
            }
        }
        page.last = Some((raw.position, raw.event_id));
        read += 1;
        page.full = read >= limit || bytes >= options.batch_bytes;
        if page.full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    match store.backend().read(&query.limit(limit as u64), &mut take).await {
        // What comes before an event that is damaged is projected first.
        Err(StoreError::CorruptEvent { .. }) if page.last.is_some() => page.full = true,
        read => read?,
    }
    Ok(page)
}

/// Whether an event can be projected or parked by this program.
fn check<M: Projection>(event: &Prepared<M>) -> Result<(), EngineError> {
    let Some(error) = &event.failed else { return Ok(()) };
    let (position, name) = (event.position, event.name.clone());
    match **error {
        DecodeError::UnknownVersion { latest } if event.schema_version > latest => {
            Err(EngineError::NewerEvent { position, name, schema_version: event.schema_version })
        }
        _ if matches!(M::PARTITION, PartitionBy::Field(_)) => {
            let source = ProjectionError::Undecodable(std::sync::Arc::clone(error));
            Err(EngineError::UnknownSequence { position, name, source })
        }
        _ => Ok(()),
    }
}
