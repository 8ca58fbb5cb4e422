//! A database whose answers get lost, or that can't be asked.

use std::any::Any;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cqrs_runtime::store::{
    Advance, AdvanceVerdict, Append, Backend, Begun, Checkpoint, Claim, CommitError, EventQuery, EventSink, EventStore,
    Lease, Leases, LoadQuery, LoadSink, LogHead, Receipt, ReceiptKey, Session, Snapshot, StoreError, StreamKey, Tables,
    Transaction, Verdict, WorkerId, WriterOptions,
};
use uuid::Uuid;

use super::super::Log;

/// What becomes of what the database is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Answered,
    /// It does not reach the database.
    LostBefore,
    /// It is done, and nobody is told.
    LostAfterwards,
    /// Nothing is ever heard of it.
    Silent,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Acquire,
    Advance,
    Begin,
    Commit,
    Read,
    Heartbeat,
}

type Fates = Arc<Mutex<dyn FnMut(Asked) -> Fate + Send>>;

struct Faulty {
    backend: Arc<dyn Backend>,
    fates: Fates,
}

/// A store over `log`, and what becomes of what it asks for.
pub(super) async fn faulty(log: &Log, fates: impl FnMut(Asked) -> Fate + Send + 'static) -> EventStore {
    let backend = Faulty { backend: log.backend().await, fates: Arc::new(Mutex::new(fates)) };
    EventStore::with_backend(Arc::new(backend), WriterOptions::default())
}

fn lost() -> StoreError {
    StoreError::Unreachable("the connection was lost".into())
}

async fn meet<T>(
    fates: &Fates,
    asked: Asked,
    done: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let fate = (fates.lock().unwrap())(asked);
    match fate {
        Fate::Answered => done.await,
        Fate::LostBefore => Err(lost()),
        Fate::Silent => std::future::pending().await,
        Fate::LostAfterwards => {
            done.await?;
            Err(lost())
        }
    }
}

#[async_trait]
impl Backend for Faulty {
    async fn commit(&self, attempt: Uuid, batch: &[Append]) -> Result<Vec<Verdict>, CommitError> {
        self.backend.commit(attempt, batch).await
    }

    async fn settle(&self, attempt: Uuid) -> Result<(), StoreError> {
        self.backend.settle(attempt).await
    }

    async fn load(&self, query: &LoadQuery, sink: &mut dyn LoadSink) -> Result<(), StoreError> {
        self.backend.load(query, sink).await
    }

    async fn read(&self, query: &EventQuery, sink: EventSink<'_>) -> Result<(), StoreError> {
        meet(&self.fates, Asked::Read, self.backend.read(query, sink)).await
    }

    async fn receipt(&self, key: &ReceiptKey) -> Result<Option<Receipt>, StoreError> {
        self.backend.receipt(key).await
    }

    async fn claim_holder(&self, tenant: &str, claim: &Claim) -> Result<Option<StreamKey>, StoreError> {
        self.backend.claim_holder(tenant, claim).await
    }

    async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.backend.save_snapshot(snapshot).await
    }

    async fn head(&self) -> Result<LogHead, StoreError> {
        self.backend.head().await
    }

    fn tables(&self) -> Option<&dyn Tables> {
        self.backend.tables()
    }

    async fn close(&self) {
        self.backend.close().await;
    }
}

#[async_trait]
impl Leases for Faulty {
    async fn acquire(&self, session: &Session) -> Result<Vec<Lease>, StoreError> {
        meet(&self.fates, Asked::Acquire, self.backend.acquire(session)).await
    }

    async fn heartbeat(&self, worker: WorkerId, lease_time: Duration) -> Result<Vec<String>, StoreError> {
        meet(&self.fates, Asked::Heartbeat, self.backend.heartbeat(worker, lease_time)).await
    }

    async fn release(&self, name: &str, worker: WorkerId) -> Result<(), StoreError> {
        self.backend.release(name, worker).await
    }

    async fn advance(&self, name: &str, worker: WorkerId, steps: &[Advance]) -> Result<AdvanceVerdict, StoreError> {
        meet(&self.fates, Asked::Advance, self.backend.advance(name, worker, steps)).await
    }

    async fn begin(&self, session: &Session, steps: &[Advance]) -> Result<Begun, StoreError> {
        let begun = meet(&self.fates, Asked::Begin, self.backend.begin(session, steps)).await?;
        Ok(match begun {
            Begun::Transaction(inner) => Begun::Transaction(Box::new(Lossy { inner, fates: Arc::clone(&self.fates) })),
            refused @ Begun::Refused(_) => refused,
        })
    }

    async fn checkpoints(&self, name: &str) -> Result<Vec<Checkpoint>, StoreError> {
        self.backend.checkpoints(name).await
    }

    async fn names(&self) -> Result<Vec<String>, StoreError> {
        self.backend.names().await
    }

    async fn forget(&self, name: &str) -> Result<bool, StoreError> {
        self.backend.forget(name).await
    }
}

/// A transaction whose commit meets its fate.
struct Lossy {
    inner: Box<dyn Transaction>,
    fates: Fates,
}

#[async_trait]
impl Transaction for Lossy {
    fn as_any(&self) -> &dyn Any {
        self.inner.as_any()
    }

    async fn mark(&self) -> Result<(), StoreError> {
        self.inner.mark().await
    }

    async fn keep(&self) -> Result<(), StoreError> {
        self.inner.keep().await
    }

    async fn take_back(&self) -> Result<(), StoreError> {
        self.inner.take_back().await
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let Self { inner, fates } = *self;
        meet(&fates, Asked::Commit, inner.commit()).await
    }
}
