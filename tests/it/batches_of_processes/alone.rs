//! The verdict that an append gets alone, said once more and in other words than the runtime's.

use std::collections::HashMap;

use cqrs_runtime::store::StoredEvent;
use cqrs_tests::appending::REFUSED;
use cqrs_tests::together::{Expected, Planned};
use uuid::Uuid;

/// A log that has come to its end, of which any earlier state can be asked.
pub(super) struct Log {
    events: HashMap<Uuid, StoredEvent>,
    /// Position and version of each stream's events, in order.
    streams: HashMap<String, Vec<(u64, u64)>>,
    positions: Vec<u64>,
}

/// The verdict on an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Alone {
    /// It is written behind this version.
    Written { behind: u64 },
    /// It had been written, up to this version and position.
    Repeated { version: u64, position: u64 },
    /// The stream is at another version.
    Conflict { actual: u64 },
    /// An id is known for something else.
    Reused { id: Uuid },
    /// The database refuses the data.
    Refused,
}

impl Log {
    pub(super) fn new(events: Vec<StoredEvent>) -> Self {
        let mut streams = HashMap::<_, Vec<_>>::new();
        for event in &events {
            streams.entry(event.stream.id.clone()).or_default().push((event.position, event.version));
        }
        let positions = events.iter().map(|event| event.position).collect();
        Self { events: events.into_iter().map(|event| (event.event_id, event)).collect(), streams, positions }
    }

    pub(super) fn event(&self, id: Uuid) -> Option<&StoredEvent> {
        self.events.get(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// The positions at which the log ended from `first` to `last`.
    pub(super) fn ends(&self, first: u64, last: u64) -> impl Iterator<Item = u64> {
        let within = self.positions.iter().copied().filter(move |end| *end > first && *end <= last);
        std::iter::once(first).chain(within)
    }

    /// The version of a stream when the log ended at `end`.
    fn version(&self, stream: &str, end: u64) -> u64 {
        let events = self.streams.get(stream).map_or(&[][..], Vec::as_slice);
        let count = events.partition_point(|(position, _)| *position <= end);
        count.checked_sub(1).map_or(0, |last| events[last].1)
    }

    /// What `append` alone would be told when the log ends at `end`.
    pub(super) fn alone(&self, append: &Planned, end: u64) -> Alone {
        let version = self.version(&append.stream, end);
        let known: Vec<_> = append
            .events
            .iter()
            .map(|(id, payload)| (id, payload, self.event(*id).filter(|event| event.position <= end)))
            .collect();
        let is_other =
            |event: &StoredEvent, payload: &str| event.stream.id != append.stream || event.payload != payload;
        if let Some((id, ..)) =
            known.iter().find(|(_, payload, event)| event.is_some_and(|event| is_other(event, payload)))
        {
            return Alone::Reused { id: **id };
        }
        let events: Vec<_> = known.iter().filter_map(|(.., event)| *event).collect();
        if events.is_empty() {
            return match (accepts(append.expected, version), append.events.iter().any(|(_, data)| data == REFUSED)) {
                (false, _) => Alone::Conflict { actual: version },
                (true, true) => Alone::Refused,
                (true, false) => Alone::Written { behind: version },
            };
        }
        let (first, last) = (events[0], events[events.len() - 1]);
        let in_a_row = events.windows(2).all(|pair| pair[0].version + 1 == pair[1].version);
        let at_its_place = match append.expected {
            Expected::Any | Expected::Exists => true,
            expected => accepts(expected, first.version - 1),
        };
        if events.len() == append.events.len() && in_a_row && at_its_place {
            Alone::Repeated { version: last.version, position: last.position }
        } else {
            Alone::Conflict { actual: version }
        }
    }
}

fn accepts(expected: Expected, version: u64) -> bool {
    match expected {
        Expected::Any => true,
        Expected::Exists => version > 0,
        Expected::NoStream => version == 0,
        Expected::Exact(wanted) => version == wanted,
    }
}
