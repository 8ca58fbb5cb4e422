//! The events of a batch.

use std::ops::ControlFlow;

use uuid::Uuid;

use super::super::Projection;
use super::super::fold::{Failure, Prepared};
use super::super::route::Routing;
use super::EngineError;
use super::letters::Letters;
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
    /// Whether the event behind it is another worker's, who has to park it before anybody goes on.
    pub(super) waits: bool,
}

/// What a page is read for.
pub(super) struct Reader<'w, M: Projection> {
    pub(super) store: &'w EventStore,
    pub(super) routing: &'w Routing<M>,
    pub(super) leases: &'w [Lease],
    pub(super) partitions: u32,
    pub(super) letters: &'w Letters,
    /// The last position that is read, where there is one.
    pub(super) to: Option<u64>,
    /// How many events, and how many bytes of payload, at most.
    pub(super) limit: (usize, usize),
}

impl<M: Projection> Reader<'_, M> {
    /// Reads what comes behind `after`.
    pub(super) async fn page(&self, after: u64) -> Result<Page<M>, StoreError> {
        let names = EventQuery::log().named(self.routing.names().iter().copied());
        let names = self.to.into_iter().fold(names, EventQuery::to_position);
        let (mut page, mut read, mut bytes) = (Page::default(), 0, 0);
        let mut from = after;
        loop {
            let query = names.clone().after_position(from).limit((self.limit.0 - read) as u64);
            let mut take = |raw: RawEvent<'_>| {
                read += 1;
                bytes += self
                    .take(&mut page, Prepared::of(&raw, self.routing), (raw.position, raw.event_id))
                    .map_or(0, |()| raw.payload.len());
                page.full |= read >= self.limit.0 || bytes >= self.limit.1;
                if page.is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            match self.store.backend().read(&query, &mut take).await {
                Err(StoreError::CorruptEvent { position, event: Some(event), column }) => {
                    read += 1;
                    let prepared = Prepared::corrupt(position, &event, column, self.routing);
                    // Its id may be what is damaged.
                    self.take(&mut page, prepared, (position, Uuid::nil()));
                    page.full |= read >= self.limit.0;
                    from = position;
                }
                read => {
                    read?;
                    return Ok(page);
                }
            }
            if page.is_over() {
                return Ok(page);
            }
        }
    }

    /// Takes an event into the page; `Some` where it is this worker's.
    fn take(&self, page: &mut Page<M>, event: Option<Prepared<M>>, place: (u64, Uuid)) -> Option<()> {
        let taken = match event {
            Some(event) => self.take_known(page, event),
            None => None,
        };
        if page.stopped.is_none() && !page.waits {
            page.last = Some(place);
        }
        taken
    }

    fn take_known(&self, page: &mut Page<M>, event: Prepared<M>) -> Option<()> {
        let is_unknown = event.sequence.is_unknown();
        if is_unknown && self.leases.iter().any(|lease| lease.checkpoint < event.position) {
            // Who knows it may find it in any partition.
            page.stopped = newer(&event);
            if page.stopped.is_some() {
                return None;
            }
        }
        let partition = event.sequence.partition(self.partitions);
        let Some(lease) = self.leases.iter().find(|lease| lease.partition == partition) else {
            page.waits = is_unknown && !self.letters.is_settled_or_parked(event.position, partition);
            return None;
        };
        if lease.checkpoint >= event.position {
            return None;
        }
        if let Some(error) = newer(&event) {
            page.stopped = Some(error);
            return None;
        }
        page.events.push(event);
        Some(())
    }
}

impl<M: Projection> Default for Page<M> {
    fn default() -> Self {
        Self { events: Vec::new(), last: None, full: false, stopped: None, waits: false }
    }
}

impl<M: Projection> Page<M> {
    fn is_over(&self) -> bool {
        self.full || self.waits || self.stopped.is_some()
    }
}

/// Whether an event is one of a newer program, to be left to it.
fn newer<M: Projection>(event: &Prepared<M>) -> Option<EngineError> {
    let Some(Failure::Undecodable(error)) = &event.failed else { return None };
    let (position, name, schema_version) = (event.position, event.name.clone(), event.schema_version);
    match **error {
        DecodeError::UnknownVersion { latest } if schema_version > latest => {
            Some(EngineError::NewerEvent { position, name, schema_version })
        }
        _ => None,
    }
}
