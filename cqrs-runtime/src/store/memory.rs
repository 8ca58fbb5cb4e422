//! The log in memory: the reference for the databases, and a store for tests.

mod leases;

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use uuid::Uuid;

use self::leases::LeaseTables;
use super::judge::{Facts, Head, Judgement, KnownEvent, Placement, apply_claims};
use super::{
    Append, Appended, Backend, Claim, ClaimChange, CommitError, Direction, EventQuery, EventSink, LoadQuery, LoadSink,
    LogHead, Receipt, ReceiptKey, Snapshot, SnapshotFilter, StoreError, StoredEvent, StoredSnapshot, StreamKey, Until,
    Verdict,
};
use crate::clock::{Clock, SystemClock};

/// A log that is gone with the process.
#[derive(Debug)]
pub struct MemoryBackend {
    log: Uuid,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    events: Vec<StoredEvent>,
    streams: HashMap<StreamKey, Vec<usize>>,
    ids: HashMap<Uuid, usize>,
    receipts: HashMap<ReceiptKey, Receipt>,
    holders: HashMap<(String, Claim), StreamKey>,
    snapshots: BTreeMap<StreamKey, Snapshot>,
    leases: LeaseTables,
}

impl Default for MemoryBackend {
    fn default() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }
}

impl MemoryBackend {
    /// An empty log whose leases go by `clock`.
    #[must_use]
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { log: Uuid::now_v7(), clock, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Neither judging nor writing panics, so nothing is left half written.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Backend for MemoryBackend {
    async fn commit(&self, _: Uuid, batch: &[Append]) -> Result<Vec<Verdict>, CommitError> {
        let mut state = self.state();
        let mut facts = state.facts(batch);
        Ok(batch
            .iter()
            .map(|append| match facts.judge(append) {
                Judgement::Write(placement) => Verdict::Appended(state.write(append, placement)),
                Judgement::Settled(verdict) => verdict,
            })
            .collect())
    }

    async fn settle(&self, _: Uuid) -> Result<(), StoreError> {
        Ok(())
    }

    async fn load(&self, query: &LoadQuery, sink: &mut dyn LoadSink) -> Result<(), StoreError> {
        let state = self.state();
        let snapshot = query.snapshot.and_then(|filter| state.snapshot(query, filter));
        if let Some(snapshot) = snapshot
            && sink.snapshot(snapshot.stored()).is_break()
        {
            return Ok(());
        }
        let after = snapshot.map_or(0, |snapshot| snapshot.version);
        for event in state.stream(&query.stream) {
            let beyond = !query.until.includes(event.version, event.recorded_at, event.position);
            if beyond || (event.version > after && sink.event(event.as_raw()).is_break()) {
                break;
            }
        }
        Ok(())
    }

    async fn read(&self, query: &EventQuery, sink: EventSink<'_>) -> Result<(), StoreError> {
        let state = self.state();
        let limit = query.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let matching = |event: &&StoredEvent| matches(query, event);
        let mut hand_over = |event: &StoredEvent| sink(event.as_raw());
        let _: ControlFlow<()> = match query.direction {
            Direction::Forwards => state.events.iter().filter(matching).take(limit).try_for_each(&mut hand_over),
            Direction::Backwards => state.events.iter().rev().filter(matching).take(limit).try_for_each(&mut hand_over),
        };
        Ok(())
    }

    async fn receipt(&self, key: &ReceiptKey) -> Result<Option<Receipt>, StoreError> {
        Ok(self.state().receipts.get(key).cloned())
    }

    async fn claim_holder(&self, tenant: &str, claim: &Claim) -> Result<Option<StreamKey>, StoreError> {
        Ok(self.state().holders.get(&(tenant.to_owned(), claim.clone())).cloned())
    }

    async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.state().snapshots.insert(snapshot.stream.clone(), snapshot);
        Ok(())
    }

    async fn head(&self) -> Result<LogHead, StoreError> {
        Ok(LogHead { log: self.log, position: self.state().events.len() as u64, is_replica: false })
    }

    async fn close(&self) {}
}

fn matches(query: &EventQuery, event: &StoredEvent) -> bool {
    let within =
        |list: &[std::borrow::Cow<'static, str>], name: &str| list.is_empty() || list.iter().any(|n| n == name);
    query.stream.as_ref().is_none_or(|stream| *stream == event.stream)
        && query.tenant.as_ref().is_none_or(|tenant| *tenant == event.stream.tenant)
        && within(&query.names, &event.name)
        && within(&query.stream_types, &event.stream.stream_type)
        && query.from_version.is_none_or(|from| event.version >= from)
        && query.to_version.is_none_or(|to| event.version <= to)
        && query.after_position.is_none_or(|after| event.position > after)
        && query.to_position.is_none_or(|to| event.position <= to)
        && query.recorded_from.is_none_or(|from| event.recorded_at >= from)
        && query.recorded_before.is_none_or(|before| event.recorded_at < before)
}

impl State {
    fn stream(&self, stream: &StreamKey) -> impl DoubleEndedIterator<Item = &StoredEvent> {
        self.streams.get(stream).into_iter().flatten().map(|&index| &self.events[index])
    }

    fn snapshot(&self, query: &LoadQuery, filter: SnapshotFilter) -> Option<&Snapshot> {
        let snapshot = self.snapshots.get(&query.stream)?;
        let usable = snapshot.filter == filter
            && query.until.includes(snapshot.version, snapshot.recorded_at, snapshot.position)
            && self
                .stream(&query.stream)
                .any(|event| event.version == snapshot.version && event.event_id == snapshot.event_id);
        usable.then_some(snapshot)
    }

    fn facts(&self, batch: &[Append]) -> Facts {
        let mut facts = Facts::default();
        for append in batch {
            if let Some(last) = self.stream(&append.stream).next_back() {
                let head = Head { version: last.version, recorded_at: last.recorded_at };
                facts.heads.insert(append.stream.clone(), head);
            }
            for event in &append.events {
                if let Some(&index) = self.ids.get(&event.id) {
                    facts.events.insert(event.id, known(&self.events[index]));
                }
            }
            for claim in append.claims.iter().map(ClaimChange::claim) {
                let key = (append.stream.tenant.clone(), claim.clone());
                if let Some(holder) = self.holders.get(&key) {
                    facts.holders.insert(key, holder.clone());
                }
            }
            if let Some(receipt) = append.receipt.as_ref().and_then(|receipt| self.receipts.get(&receipt.key)) {
                facts.receipts.insert(receipt.key.clone(), receipt.clone());
            }
        }
        facts
    }

    fn write(&mut self, append: &Append, placement: Placement) -> Appended {
        let count = append.events.len() as u64;
        for (event, version) in append.events.iter().zip(placement.first_version..) {
            let index = self.events.len();
            self.events.push(StoredEvent {
                position: index as u64 + 1,
                stream: append.stream.clone(),
                version,
                event_id: event.id,
                name: event.name.to_string(),
                schema_version: event.schema_version,
                payload: event.payload.clone(),
                recorded_at: placement.recorded_at,
                correlation_id: append.correlation_id,
                causation_id: append.causation_id,
                principal: append.principal.clone(),
                keys: append.keys.clone(),
            });
            self.streams.entry(append.stream.clone()).or_default().push(index);
            self.ids.insert(event.id, index);
        }
        apply_claims(&mut self.holders, append);
        if let Some(receipt) = placement.receipt {
            self.receipts.insert(receipt.key.clone(), receipt);
        }
        Appended {
            version: placement.first_version - 1 + count,
            count,
            position: (count > 0).then_some(self.events.len() as u64),
            recorded_at: placement.recorded_at,
            repeated: false,
        }
    }
}

fn known(event: &StoredEvent) -> KnownEvent {
    KnownEvent {
        stream: event.stream.clone(),
        version: event.version,
        position: event.position,
        name: event.name.clone(),
        schema_version: event.schema_version,
        payload: event.payload.clone(),
        recorded_at: event.recorded_at,
    }
}

impl Snapshot {
    fn stored(&self) -> StoredSnapshot<'_> {
        StoredSnapshot {
            version: self.version,
            position: self.position,
            recorded_at: self.recorded_at,
            payload: &self.payload,
            checksum: self.checksum,
        }
    }
}

impl Until {
    /// Whether an event is within the bound.
    pub(crate) fn includes(self, version: u64, recorded_at: chrono::DateTime<chrono::Utc>, position: u64) -> bool {
        match self {
            Self::Head => true,
            Self::Version(last) => version <= last,
            Self::Time(last) => recorded_at <= last,
            Self::Position(last) => position <= last,
        }
    }
}
