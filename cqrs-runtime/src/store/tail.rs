//! The streams of the last events: looked at once for all who follow single streams.

use std::collections::VecDeque;

use tokio::sync::Mutex;

use super::pages::{EventPosition, page};
use super::{Backend, EventQuery, StoreError, StreamKey};

/// How many events are looked at at once, and remembered; more of them are news to everybody.
const MOST: usize = 256;
/// How many bytes of payloads are read for it, before the last.
const BYTES: usize = 1 << 20;

/// What has been appended lately, as far as it has been looked at.
#[derive(Debug, Default)]
pub(super) struct Tail(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The hint that was looked at last.
    hint: u64,
    /// Counts how often what had come before was forgotten.
    epoch: u64,
    /// Up to which event it has been looked.
    end: Option<EventPosition>,
    /// The position behind which all events are remembered.
    from: u64,
    events: VecDeque<(u64, StreamKey)>,
}

/// Up to where it has been looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Looked {
    epoch: u64,
    position: u64,
}

impl Tail {
    /// Whether a stream may have got events since it was looked last; and up to where it has been looked now, which is at
    /// least up to what the hint tells of.
    pub(super) async fn has_news(
        &self,
        backend: &dyn Backend,
        hint: u64,
        stream: &StreamKey,
        last: Option<Looked>,
    ) -> Result<(bool, Looked), StoreError> {
        let mut known = self.0.lock().await;
        // Whoever came first has looked for all others.
        if known.hint < hint {
            known.hint = hint;
            if let Err(error) = known.look(backend).await {
                // The others read for themselves, and find out what is the matter: nobody waits behind this for each of them.
                known.begin_at(None);
                return Err(error);
            }
        }
        let looked = Looked { epoch: known.epoch, position: known.end.map_or(0, |end| end.position) };
        Ok((last.is_none_or(|last| known.has_news(stream, last)), looked))
    }
}

impl Known {
    fn has_news(&self, stream: &StreamKey, last: Looked) -> bool {
        let mut since = self.events.iter().rev().take_while(|(position, _)| *position > last.position);
        last.epoch != self.epoch || last.position < self.from || since.any(|(_, of)| of == stream)
    }

    /// Looks what has come, if the log still is the one that it was.
    async fn look(&mut self, backend: &dyn Backend) -> Result<(), StoreError> {
        let Some(end) = self.end else { return self.begin_anew(backend).await };
        let query = EventQuery::log().after_position(end.position - 1).limit(MOST as u64 + 1);
        let (events, read) = page(backend, &query, BYTES).await;
        let bytes: usize = events.iter().map(|event| event.payload.len()).sum();
        let is_full = events.len() > MOST || bytes >= BYTES;
        let mut events = events.into_iter();
        let is_same = events.next().is_some_and(|first| EventPosition::of(&first.as_raw()) == end);
        // An event that can't be read concerns those who follow its stream, and they find out by themselves.
        if !is_same || is_full || read.is_err() {
            return self.begin_anew(backend).await;
        }
        for event in events {
            self.end = Some(EventPosition::of(&event.as_raw()));
            self.events.push_back((event.position, event.stream));
        }
        while self.events.len() > MOST {
            self.from = self.events.pop_front().map_or(self.from, |(position, _)| position);
        }
        Ok(())
    }

    /// Forgets what was before the end of the log as it is now.
    async fn begin_anew(&mut self, backend: &dyn Backend) -> Result<(), StoreError> {
        let (events, read) = page(backend, &EventQuery::log().backwards().limit(1), BYTES).await;
        read?;
        self.begin_at(events.last().map(|event| EventPosition::of(&event.as_raw())));
        Ok(())
    }

    fn begin_at(&mut self, end: Option<EventPosition>) {
        self.epoch += 1;
        self.end = end;
        self.from = end.map_or(0, |end| end.position);
        self.events.clear();
    }
}
