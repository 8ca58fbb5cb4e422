//! The events of a batch.

use std::ops::ControlFlow;

use uuid::Uuid;

use super::super::fold::{Failure, Prepared};
use super::super::route::Routing;
use super::super::target::Target;
use super::EngineError;
use super::letters::Letters;
use crate::event::{DecodeError, RawEvent};
use crate::store::{EventQuery, EventStore, Lease, StoreError};

/// Events that were read at once.
pub(super) struct Page<T: Target> {
    /// Those that the worker's partitions have yet to see.
    pub(super) events: Vec<Prepared<T>>,
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
pub(super) struct Reader<'w, T: Target> {
    pub(super) store: &'w EventStore,
    pub(super) routing: &'w Routing<T>,
    pub(super) leases: &'w [Lease],
    pub(super) partitions: u32,
    pub(super) letters: &'w Letters,
    /// The last position that is read, where there is one.
    pub(super) to: Option<u64>,
    /// How many events, and how many bytes of payload, at most.
    pub(super) limit: (usize, usize),
}

impl<T: Target> Reader<'_, T> {
    /// Reads what comes behind `after`.
    pub(super) async fn page(&self, after: u64) -> Result<Page<T>, StoreError> {
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
    fn take(&self, page: &mut Page<T>, event: Option<Prepared<T>>, place: (u64, Uuid)) -> Option<()> {
        let taken = match event {
            Some(event) => self.take_known(page, event),
            None => None,
        };
        if page.stopped.is_none() && !page.waits {
            page.last = Some(place);
        }
        taken
    }

    fn take_known(&self, page: &mut Page<T>, event: Prepared<T>) -> Option<()> {
        if event.sequence.is_unknown() {
            return self.take_unknown(page, event);
        }
        self.lease_of(&event).filter(|lease| lease.checkpoint < event.position)?;
        if self.letters.has(event.position) && !self.is_alone() {
            // It was parked by who could not tell its sequence; what comes of it comes of its letter.
            page.full |= self.letters.is_first_unknown(&event.stream.tenant, event.position);
            return None;
        }
        page.stopped = newer(&event);
        if page.stopped.is_some() {
            return None;
        }
        page.events.push(event);
        Some(())
    }

    /// Takes an event of which this program can't tell the sequence. Another program may, and find it in any partition: the
    /// event is this worker's only where nobody has passed it.
    fn take_unknown(&self, page: &mut Page<T>, event: Prepared<T>) -> Option<()> {
        let position = event.position;
        if self.leases.iter().all(|lease| lease.checkpoint >= position) {
            return None;
        }
        page.stopped = newer(&event);
        if page.stopped.is_some() {
            return None;
        }
        let lease = self.lease_of(&event);
        if !self.is_alone() {
            let tenant = &event.stream.tenant;
            if self.letters.has(position) {
                page.full |= self.letters.is_first_unknown(tenant, position);
                return None;
            }
            let is_passed =
                self.letters.is_passed(position) || self.leases.iter().any(|lease| lease.checkpoint >= position);
            if is_passed && event.is_placeable() {
                let name = event.name.clone();
                page.stopped = Some(EngineError::KnownElsewhere { position, name });
                return None;
            }
            if !is_passed && lease.is_none() {
                page.waits = true;
                return None;
            }
            // What stands behind it is not parked before all have passed it.
            page.full |= lease.is_some() && !self.letters.holds(tenant);
        }
        lease.filter(|lease| lease.checkpoint < position)?;
        page.events.push(event);
        Some(())
    }

    fn lease_of(&self, event: &Prepared<T>) -> Option<&Lease> {
        let partition = event.sequence.partition(self.partitions);
        self.leases.iter().find(|lease| lease.partition == partition)
    }

    /// Whether all partitions are this worker's, and no other program may be at them.
    fn is_alone(&self) -> bool {
        self.to.is_some()
    }
}

impl<T: Target> Default for Page<T> {
    fn default() -> Self {
        Self { events: Vec::new(), last: None, full: false, stopped: None, waits: false }
    }
}

impl<T: Target> Page<T> {
    fn is_over(&self) -> bool {
        self.full || self.waits || self.stopped.is_some()
    }
}

/// Whether an event is one of a newer program, to be left to it.
fn newer<T: Target>(event: &Prepared<T>) -> Option<EngineError> {
    let Some(Failure::Undecodable(error)) = &event.failed else { return None };
    let (position, name, schema_version) = (event.position, event.name.clone(), event.schema_version);
    match **error {
        DecodeError::UnknownVersion { latest } if schema_version > latest => {
            Some(EngineError::NewerEvent { position, name, schema_version })
        }
        _ => None,
    }
}
