//! A database that waits to be told what happens to each commit.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cqrs_runtime::event::RawEvent;
use cqrs_runtime::store::{
    Advance, AdvanceVerdict, Append, Backend, Checkpoint, Claim, CommitError, Direction, EventQuery, EventSink, Lease,
    Leases, LoadQuery, LoadSink, LogHead, MemoryBackend, Receipt, ReceiptKey, Session, Snapshot, StoreError, StreamKey,
    Verdict, WorkerId,
};
use futures_util::future::BoxFuture;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::sleep;
use uuid::Uuid;

/// What happens to a commit.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// It is written and answered.
    Answered,
    /// It is written; the answer is lost.
    LostAfterwards,
    /// The connection is lost before it is written.
    LostBefore,
    /// No answer comes within [`COMMIT_TIMEOUT`]; it is written or not.
    Silent { written: bool },
    /// The server can't be reached; nothing is sent.
    Unreachable,
    /// It is refused, whatever it is.
    Refused,
    /// The lock stays with others.
    Busy,
    /// The database's code panics, before or after it has written it.
    Panics { written: bool },
    /// Another process writes this just before.
    Overtaken(Box<Append>),
}

/// How long the database waits for an answer to a commit: by default as long as the writer looks for the outcome.
pub(crate) const COMMIT_TIMEOUT: Duration = Duration::from_secs(30);

/// The test's hand on the database.
#[derive(Clone)]
pub(crate) struct Gated(Arc<Inner>);

struct Inner {
    log: Arc<MemoryBackend>,
    before_load: Mutex<Option<BoxFuture<'static, ()>>>,
    before_snapshot: Mutex<Option<BoxFuture<'static, Result<(), StoreError>>>>,
    fates: Mutex<VecDeque<Fate>>,
    allowed: Semaphore,
    settling: Mutex<bool>,
    reading: Mutex<bool>,
    looks: AtomicUsize,
    shown: AtomicUsize,
    last_after: AtomicU64,
    batches: Mutex<Vec<Vec<u128>>>,
    began: (mpsc::UnboundedSender<()>, tokio::sync::Mutex<mpsc::UnboundedReceiver<()>>),
}

impl Default for Gated {
    fn default() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self(Arc::new(Inner {
            log: Arc::default(),
            before_load: Mutex::default(),
            before_snapshot: Mutex::default(),
            fates: Mutex::default(),
            allowed: Semaphore::new(0),
            settling: Mutex::new(true),
            reading: Mutex::new(true),
            looks: AtomicUsize::new(0),
            shown: AtomicUsize::new(0),
            last_after: AtomicU64::new(u64::MAX),
            batches: Mutex::default(),
            began: (sender, tokio::sync::Mutex::new(receiver)),
        }))
    }
}

impl Gated {
    pub(crate) fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(self.clone())
    }

    /// The same log, as another process has it: nothing happens to its commits.
    pub(crate) fn elsewhere(&self) -> Arc<dyn Backend> {
        Arc::clone(&self.0.log) as Arc<dyn Backend>
    }

    /// What others do just before a state is loaded for the next time.
    pub(crate) fn before_next_load(&self, others: impl Future<Output = ()> + Send + 'static) {
        *self.0.before_load.lock().expect("no test panics here") = Some(Box::pin(others));
    }

    /// What has to happen before the next snapshot is kept; if that fails, it is not kept.
    pub(crate) fn before_next_snapshot(&self, others: impl Future<Output = Result<(), StoreError>> + Send + 'static) {
        *self.0.before_snapshot.lock().expect("no test panics here") = Some(Box::pin(others));
    }

    /// Waits until the database has been given a batch.
    pub(crate) async fn commit_begun(&self) {
        self.0.began.1.lock().await.recv().await.expect("the database is there");
    }

    /// Lets the next commits go on, each to its fate.
    pub(crate) fn allow(&self, fates: impl IntoIterator<Item = Fate>) {
        for fate in fates {
            self.0.fates.lock().expect("no test panics here").push_back(fate);
            self.0.allowed.add_permits(1);
        }
    }

    /// Whether an unknown outcome can be settled.
    pub(crate) fn can_settle(&self, can: bool) {
        *self.0.settling.lock().expect("no test panics here") = can;
    }

    /// Whether the log can be read.
    pub(crate) fn can_read(&self, can: bool) {
        *self.0.reading.lock().expect("no test panics here") = can;
    }

    /// How often it was asked where the log ends, since the last call.
    pub(crate) fn looks(&self) -> usize {
        self.0.looks.swap(0, Ordering::Relaxed)
    }

    /// How many events it has handed to readers, since the last call.
    pub(crate) fn shown(&self) -> usize {
        self.0.shown.swap(0, Ordering::Relaxed)
    }

    /// Behind which position it was last asked for events, since this was asked before; the greatest one where it was not.
    pub(crate) fn last_after(&self) -> u64 {
        self.0.last_after.swap(u64::MAX, Ordering::Relaxed)
    }

    fn check_reading(&self) -> Result<(), StoreError> {
        if *self.0.reading.lock().expect("no test panics here") { Ok(()) } else { Err(lost()) }
    }

    /// The event ids of each batch that was given to the database.
    pub(crate) fn batches(&self) -> Vec<Vec<u128>> {
        self.0.batches.lock().expect("no test panics here").clone()
    }
}

pub(crate) fn lost() -> StoreError {
    StoreError::Unreachable("the connection was lost".into())
}

/// A payload that the database refuses, whatever stands beside it.
pub(crate) const POISON: &str = "\"poison\"";

/// A payload over which the database takes longer than it may, whatever stands beside it.
pub(crate) const COSTLY: &str = "\"costly\"";

/// A payload whose place in the database's file is damaged.
pub(crate) const ON_A_BAD_PAGE: &str = "\"on a bad page\"";

/// A payload at which the connection breaks, whatever stands beside it.
pub(crate) const DEADLY: &str = "\"deadly\"";

fn fault(payload: &str) -> Option<CommitError> {
    match payload {
        POISON => Some(CommitError::Refused(StoreError::Refused("poison".into()))),
        COSTLY => Some(CommitError::Refused(StoreError::OverLimit("it takes too long".into()))),
        ON_A_BAD_PAGE => Some(CommitError::Refused(StoreError::Damaged("a bad page".into()))),
        DEADLY => Some(CommitError::Unknown(lost())),
        _ => None,
    }
}

#[async_trait]
impl Backend for Gated {
    async fn commit(&self, attempt: Uuid, batch: &[Append]) -> Result<Vec<Verdict>, CommitError> {
        let ids = batch.iter().flat_map(|append| &append.events).map(|event| event.id.as_u128()).collect();
        self.0.batches.lock().expect("no test panics here").push(ids);
        self.0.began.0.send(()).expect("the test is there");
        self.0.allowed.acquire().await.expect("the gate is never closed").forget();
        let fate = self.0.fates.lock().expect("no test panics here").pop_front().expect("a fate for each permit");
        if let Some(error) = batch.iter().flat_map(|append| &append.events).find_map(|event| fault(&event.payload)) {
            return Err(error);
        }
        match fate {
            Fate::Answered => self.0.log.commit(attempt, batch).await,
            Fate::LostAfterwards => {
                self.0.log.commit(attempt, batch).await?;
                Err(CommitError::Unknown(lost()))
            }
            Fate::LostBefore => Err(CommitError::Unknown(lost())),
            Fate::Silent { written } => {
                if written {
                    self.0.log.commit(attempt, batch).await?;
                }
                sleep(COMMIT_TIMEOUT).await;
                Err(CommitError::Unknown(lost()))
            }
            Fate::Panics { written } => {
                if written {
                    self.0.log.commit(attempt, batch).await?;
                }
                panic!("the database's code has a mistake")
            }
            Fate::Refused => Err(CommitError::Refused(StoreError::Refused("for no reason".into()))),
            Fate::Busy => Err(CommitError::Refused(StoreError::Busy("others write".into()))),
            Fate::Overtaken(by) => {
                self.0.log.commit(attempt, &[*by]).await?;
                self.0.log.commit(attempt, batch).await
            }
            Fate::Unreachable => Err(CommitError::Refused(lost())),
        }
    }

    async fn settle(&self, _: Uuid) -> Result<(), StoreError> {
        if *self.0.settling.lock().expect("no test panics here") { Ok(()) } else { Err(lost()) }
    }

    async fn load(&self, query: &LoadQuery, sink: &mut dyn LoadSink) -> Result<(), StoreError> {
        let others = self.0.before_load.lock().expect("no test panics here").take();
        if let Some(others) = others {
            others.await;
        }
        self.0.log.load(query, sink).await
    }

    async fn read(&self, query: &EventQuery, sink: EventSink<'_>) -> Result<(), StoreError> {
        self.check_reading()?;
        if query.direction == Direction::Forwards && query.to_position.is_none() {
            self.0.last_after.store(query.after_position.unwrap_or(0), Ordering::Relaxed);
        }
        let mut count = |event: RawEvent<'_>| {
            self.0.shown.fetch_add(1, Ordering::Relaxed);
            sink(event)
        };
        self.0.log.read(query, &mut count).await
    }

    async fn receipt(&self, key: &ReceiptKey) -> Result<Option<Receipt>, StoreError> {
        self.check_reading()?;
        self.0.log.receipt(key).await
    }

    async fn claim_holder(&self, tenant: &str, claim: &Claim) -> Result<Option<StreamKey>, StoreError> {
        self.0.log.claim_holder(tenant, claim).await
    }

    async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        let others = self.0.before_snapshot.lock().expect("no test panics here").take();
        if let Some(others) = others {
            others.await?;
        }
        self.0.log.save_snapshot(snapshot).await
    }

    async fn head(&self) -> Result<LogHead, StoreError> {
        self.0.looks.fetch_add(1, Ordering::Relaxed);
        self.0.log.head().await
    }

    async fn close(&self) {
        self.0.log.close().await;
    }
}

#[async_trait]
impl Leases for Gated {
    async fn acquire(&self, session: &Session) -> Result<Vec<Lease>, StoreError> {
        self.0.log.acquire(session).await
    }

    async fn heartbeat(&self, worker: WorkerId, lease_time: Duration) -> Result<Vec<String>, StoreError> {
        self.0.log.heartbeat(worker, lease_time).await
    }

    async fn release(&self, name: &str, worker: WorkerId) -> Result<(), StoreError> {
        self.0.log.release(name, worker).await
    }

    async fn advance(&self, name: &str, worker: WorkerId, steps: &[Advance]) -> Result<AdvanceVerdict, StoreError> {
        self.0.log.advance(name, worker, steps).await
    }

    async fn checkpoints(&self, name: &str) -> Result<Vec<Checkpoint>, StoreError> {
        self.0.log.checkpoints(name).await
    }

    async fn names(&self) -> Result<Vec<String>, StoreError> {
        self.0.log.names().await
    }

    async fn forget(&self, name: &str) -> Result<bool, StoreError> {
        self.0.log.forget(name).await
    }
}
