//! Random appends from several stores on one log at once, and the log compared with their answers.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use cqrs_runtime::event::RawEvent;
use cqrs_runtime::store::{
    AppendError, Appended, Claim, ClaimChange, EventStore, LoadQuery, LoadSink, MemoryBackend, Receipt, ReceiptAnswer,
    ReceiptKey, Snapshot, SnapshotFilter, StoredEvent, StoredSnapshot, Until, Verdict,
};
use futures_util::TryStreamExt;

use super::*;

const STREAMS: u64 = 6;
const CLAIMS: u64 = 4;
const FILTER: SnapshotFilter = SnapshotFilter { fingerprint: 7, state_version: 1 };

/// What was sent and how it was answered.
type Answer = (Append, Result<Appended, AppendError>);

/// How much is done, and what has come of it.
#[derive(Default)]
pub(super) struct Workload {
    pub(super) done: AtomicUsize,
    /// Calls that failed for want of the database.
    pub(super) lost: AtomicUsize,
}

impl Workload {
    /// `tasks` on each store append `each` times, read what is new in between, and keep snapshots; then the log must be
    /// what the answers say.
    pub(super) async fn run(&self, stores: &[EventStore], tasks: u64, each: u64) {
        let numbered = stores.iter().flat_map(|store| (0..tasks).map(move |_| store)).zip(1..);
        let tasks = numbered.map(|(store, number)| Task::new(self, store, number).run(each));
        let ended = futures_util::future::join_all(tasks).await;
        let (answers, seen): (Vec<_>, Vec<_>) = ended.into_iter().unzip();
        let log: Vec<StoredEvent> = stores[0].read(EventQuery::log()).try_collect().await.unwrap();
        for seen in seen {
            let there = log.iter().take(seen.len()).map(|event| (event.position, event.event_id));
            assert!(there.eq(seen.iter().copied()), "a reader has missed an event");
        }
        compare(&stores[0], &log, answers.into_iter().flatten().collect()).await;
    }

    /// Calls until the database is there.
    async fn insist<T, F: Future<Output = Result<T, StoreError>>>(&self, mut call: impl FnMut() -> F) -> T {
        loop {
            match call().await {
                Ok(answer) => return answer,
                Err(error) => assert!(error.is_retryable(), "{error:?}"),
            }
            self.lost.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    }
}

struct Task<'a> {
    workload: &'a Workload,
    store: &'a EventStore,
    random: u64,
    answers: Vec<Answer>,
    seen: Vec<(u64, Uuid)>,
}

impl<'a> Task<'a> {
    fn new(workload: &'a Workload, store: &'a EventStore, number: u64) -> Self {
        Self {
            workload,
            store,
            random: number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            answers: Vec::new(),
            seen: Vec::new(),
        }
    }

    async fn run(mut self, each: u64) -> (Vec<Answer>, Vec<(u64, Uuid)>) {
        for _ in 0..each {
            let append = self.append();
            let answer = self.send(&append).await;
            if let Ok(appended) = &answer {
                self.keep_snapshot(&append, appended).await;
            }
            self.answers.push((append, answer));
            self.read_on().await;
            self.workload.done.fetch_add(1, Ordering::Relaxed);
        }
        (self.answers, self.seen)
    }

    /// A number below `end`, by xorshift.
    fn below(&mut self, end: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) % end
    }

    fn append(&mut self) -> Append {
        let mut append = append();
        append.stream = StreamKey::new("Account", self.below(STREAMS).to_string());
        append.expected = match self.below(5) {
            0 => ExpectedVersion::Exact(self.below(40)),
            1 => ExpectedVersion::Exists,
            _ => ExpectedVersion::Any,
        };
        for _ in 0..self.below(3) {
            append.events.push(NewEvent { id: Uuid::now_v7(), ..append.events[0].clone() });
        }
        if self.below(3) == 0 {
            let claim = Claim::new("email", self.below(CLAIMS).to_string());
            append.claims.push(match self.below(2) {
                0 => ClaimChange::Take(claim),
                _ => ClaimChange::Release(claim),
            });
        }
        if self.below(3) == 0 {
            append.receipt = Some(Receipt {
                key: key(self.below(200)),
                input_hash: [1; 32],
                stream: append.stream.clone(),
                answer: ReceiptAnswer::Events { first: 0, last: 0 },
            });
        }
        append
    }

    /// Sends until the database is there.
    async fn send(&self, append: &Append) -> Result<Appended, AppendError> {
        loop {
            match self.store.append(append.clone()).await {
                Err(AppendError::Store(error)) => assert!(error.is_retryable(), "{error:?}"),
                answer => return answer,
            }
            self.workload.lost.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    }

    /// Reads what is new.
    async fn read_on(&mut self) {
        let (store, after) = (self.store, self.seen.last().map_or(0, |(position, _)| *position));
        let read = || store.read(EventQuery::log().after_position(after)).try_collect::<Vec<_>>();
        let events = self.workload.insist(read).await;
        self.seen.extend(events.iter().map(|event| (event.position, event.event_id)));
    }

    async fn keep_snapshot(&self, append: &Append, appended: &Appended) {
        let snapshot = Snapshot {
            stream: append.stream.clone(),
            version: appended.version,
            event_id: append.events.last().unwrap().id,
            position: appended.position.unwrap(),
            recorded_at: appended.recorded_at,
            filter: FILTER,
            payload: appended.version.to_string(),
            checksum: 7,
        };
        self.workload.insist(|| self.store.save_snapshot(snapshot.clone())).await;
        let query = LoadQuery { stream: append.stream.clone(), snapshot: Some(FILTER), until: Until::Head };
        let version = self.workload.insist(|| async {
            let mut fold = Fold(0);
            self.store.load(&query, &mut fold).await.map(|()| fold.0)
        });
        assert!(version.await >= appended.version);
    }
}

fn key(number: u64) -> ReceiptKey {
    ReceiptKey { tenant: String::new(), principal: "ada".into(), command: "Deposit".into(), key: number.to_string() }
}

/// The version of what is loaded, without a hole.
struct Fold(u64);

impl LoadSink for Fold {
    fn snapshot(&mut self, snapshot: StoredSnapshot<'_>) -> ControlFlow<()> {
        assert_eq!(snapshot.payload, snapshot.version.to_string());
        self.0 = snapshot.version;
        ControlFlow::Continue(())
    }

    fn damaged_snapshot(&mut self) {
        panic!("no snapshot is damaged");
    }

    fn event(&mut self, event: RawEvent<'_>) -> ControlFlow<()> {
        assert_eq!(event.version, self.0 + 1);
        self.0 = event.version;
        ControlFlow::Continue(())
    }
}

/// What the log holds is what was accepted, each as it would have been alone, in the order of the log.
async fn compare(store: &EventStore, log: &[StoredEvent], answers: Vec<Answer>) {
    let ids =
        answers.iter().enumerate().flat_map(|(index, (append, _))| append.events.iter().map(move |e| (e.id, index)));
    let ids: HashMap<Uuid, usize> = ids.collect();
    let reference = MemoryBackend::default();
    let mut written = vec![false; answers.len()];
    for events in log.chunk_by(|one, next| ids[&one.event_id] == ids[&next.event_id]) {
        let index = ids[&events[0].event_id];
        let (append, answer) = &answers[index];
        let verdict = reference.commit(Uuid::now_v7(), std::slice::from_ref(append)).await.unwrap().remove(0);
        let Verdict::Appended(alone) = verdict else { panic!("{append:?}: {verdict:?}") };
        let last = events.last().unwrap();
        assert!(events.iter().map(|event| event.event_id).eq(append.events.iter().map(|event| event.id)));
        assert!(events.iter().zip(alone.version + 1 - alone.count..).all(|(event, version)| event.version == version));
        match answer {
            Ok(said) => assert_eq!((said.version, said.position), (alone.version, Some(last.position))),
            Err(AppendError::Indeterminate { .. }) => {}
            Err(error) => panic!("it was written, but answered was {error:?}"),
        }
        assert!(!std::mem::replace(&mut written[index], true), "an append is in the log twice");
    }
    let mut kinds = HashMap::new();
    for ((append, answer), written) in answers.iter().zip(written) {
        assert!(written || answer.is_err(), "an accepted append is lost: {append:?}");
        *kinds.entry(kind(answer)).or_insert(0) += 1;
    }
    for kind in ["accepted", "conflict", "taken", "answered"] {
        assert!(kinds.contains_key(kind), "{kinds:?}");
    }
    for claim in (0..CLAIMS).map(|number| Claim::new("email", number.to_string())) {
        assert_eq!(store.claim_holder("", &claim).await.unwrap(), reference.claim_holder("", &claim).await.unwrap());
    }
    for key in (0..200).map(key) {
        assert_eq!(store.receipt(&key).await.unwrap(), reference.receipt(&key).await.unwrap());
    }
}

fn kind(answer: &Result<Appended, AppendError>) -> &'static str {
    match answer {
        Ok(_) => "accepted",
        Err(AppendError::Conflict { .. }) => "conflict",
        Err(AppendError::AlreadyTaken { .. }) => "taken",
        Err(AppendError::AlreadyAnswered(_)) => "answered",
        Err(AppendError::Indeterminate { .. }) => "open",
        Err(error) => panic!("{error:?}"),
    }
}
