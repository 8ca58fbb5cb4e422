//! A database that remembers in which order appends were judged.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cqrs_runtime::store::{
    Advance, AdvanceVerdict, Append, Backend, Checkpoint, Claim, CommitError, EventQuery, EventSink, Lease, Leases,
    LoadQuery, LoadSink, LogHead, Receipt, ReceiptKey, Session, Snapshot, StoreError, StreamKey, Verdict, WorkerId,
};
use uuid::Uuid;

/// The test's hand on the record.
#[derive(Clone)]
pub(super) struct Recorder {
    database: Arc<dyn Backend>,
    record: Arc<Mutex<Record>>,
}

#[derive(Default)]
struct Record {
    judged: Vec<Append>,
    together: usize,
}

impl Recorder {
    pub(super) fn of(database: Arc<dyn Backend>) -> Self {
        Self { database, record: Arc::default() }
    }

    pub(super) fn backend(&self) -> Arc<dyn Backend> {
        Arc::new(self.clone())
    }

    /// What was judged since this was asked last, in order.
    pub(super) fn take_judged(&self) -> Vec<Append> {
        std::mem::take(&mut self.record.lock().unwrap().judged)
    }

    /// How many appends shared their commit with others.
    pub(super) fn together(&self) -> usize {
        self.record.lock().unwrap().together
    }
}

#[async_trait]
impl Backend for Recorder {
    async fn commit(&self, attempt: Uuid, batch: &[Append]) -> Result<Vec<Verdict>, CommitError> {
        let outcome = self.database.commit(attempt, batch).await;
        // What is refused as a whole is sent again in parts.
        if outcome.is_ok() || batch.len() == 1 {
            let mut record = self.record.lock().unwrap();
            record.judged.extend_from_slice(batch);
            record.together += if batch.len() > 1 { batch.len() } else { 0 };
        }
        outcome
    }

    async fn settle(&self, attempt: Uuid) -> Result<(), StoreError> {
        self.database.settle(attempt).await
    }

    async fn load(&self, query: &LoadQuery, sink: &mut dyn LoadSink) -> Result<(), StoreError> {
        self.database.load(query, sink).await
    }

    async fn read(&self, query: &EventQuery, sink: EventSink<'_>) -> Result<(), StoreError> {
        self.database.read(query, sink).await
    }

    async fn receipt(&self, key: &ReceiptKey) -> Result<Option<Receipt>, StoreError> {
        self.database.receipt(key).await
    }

    async fn claim_holder(&self, tenant: &str, claim: &Claim) -> Result<Option<StreamKey>, StoreError> {
        self.database.claim_holder(tenant, claim).await
    }

    async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.database.save_snapshot(snapshot).await
    }

    async fn head(&self) -> Result<LogHead, StoreError> {
        self.database.head().await
    }

    async fn close(&self) {
        self.database.close().await;
    }
}

#[async_trait]
impl Leases for Recorder {
    async fn acquire(&self, session: &Session) -> Result<Vec<Lease>, StoreError> {
        self.database.acquire(session).await
    }

    async fn heartbeat(&self, worker: WorkerId, lease_time: Duration) -> Result<Vec<String>, StoreError> {
        self.database.heartbeat(worker, lease_time).await
    }

    async fn release(&self, name: &str, worker: WorkerId) -> Result<(), StoreError> {
        self.database.release(name, worker).await
    }

    async fn advance(&self, name: &str, worker: WorkerId, steps: &[Advance]) -> Result<AdvanceVerdict, StoreError> {
        self.database.advance(name, worker, steps).await
    }

    async fn checkpoints(&self, name: &str) -> Result<Vec<Checkpoint>, StoreError> {
        self.database.checkpoints(name).await
    }

    async fn names(&self) -> Result<Vec<String>, StoreError> {
        self.database.names().await
    }

    async fn forget(&self, name: &str) -> Result<bool, StoreError> {
        self.database.forget(name).await
    }
}
