//! A database that tells of each step that is taken towards its tables, before and after it, and waits meanwhile.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::column::Numbers;
use cqrs_runtime::store::{
    Advance, AdvanceVerdict, Append, Backend, ChangeCounts, ChangesQuery, Checkpoint, Claim, CommitError, Compare,
    Compared, DeadLetter, Dialect, Discard, EventQuery, EventSink, EventStore, Generation, GenerationKey,
    GenerationState, Lease, Leases, LetterRequest, LoadQuery, LoadSink, LogHead, NewGeneration, Receipt, ReceiptKey,
    RowBatch, Select, Selected, Session, Snapshot, StateVerdict, StoreError, StreamKey, SwapVerdict, TableShape,
    Tables, ToldChanges, Transaction, Verdict, Wanted, WorkerId, WriterOptions,
};
use futures_util::future::BoxFuture;
use uuid::Uuid;

/// What is about to be done, or has been done just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Acquire,
    Load,
    /// A transaction is to begin.
    Begin,
    /// These steps and their rows are to be written.
    Write(GenerationKey, WorkerId, Vec<Advance>),
    /// What has come of it.
    Written(AdvanceVerdict),
    Swap(GenerationKey),
    /// It was looked at whether a generation could serve.
    Stood(SwapVerdict),
    Swapped(SwapVerdict),
    Compare,
    Compared,
    /// It is to be told which rows have changed.
    AskChanges,
    ToldChanges,
    /// Rows are to be read.
    Select,
    Selected,
}

/// What the test does between two steps.
pub(crate) type Hook = Box<dyn Fn(Step) -> BoxFuture<'static, ()> + Send + Sync>;

/// What the test refuses: what is asked for, and of what.
pub(crate) type Refuse = Box<dyn Fn(&'static str, &str) -> Result<(), StoreError> + Send + Sync>;

struct Stepped {
    backend: Arc<dyn Backend>,
    hook: Hook,
    refuse: Refuse,
}

impl Stepped {
    fn inner(&self) -> Result<&dyn Tables, StoreError> {
        self.backend.tables().ok_or(StoreError::NoTables)
    }
}

/// A store over the database at `url`, of whose steps the test is told.
pub(crate) async fn stepped(
    url: &str,
    hook: impl Fn(Step) -> BoxFuture<'static, ()> + Send + Sync + 'static,
) -> EventStore {
    refusing(url, hook, |_, _| Ok(())).await
}

/// The same, and the test may refuse what is asked.
pub(crate) async fn refusing(
    url: &str,
    hook: impl Fn(Step) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    refuse: impl Fn(&'static str, &str) -> Result<(), StoreError> + Send + Sync + 'static,
) -> EventStore {
    let backend = open(url, &Options::default()).await.unwrap();
    let (hook, refuse) = (Box::new(hook), Box::new(refuse));
    EventStore::with_backend(Arc::new(Stepped { backend, hook, refuse }), WriterOptions::default())
}

#[async_trait]
impl Backend for Stepped {
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
        self.backend.read(query, sink).await
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
        (self.refuse)("head", "")?;
        self.backend.head().await
    }

    fn tables(&self) -> Option<&dyn Tables> {
        Some(self)
    }

    async fn close(&self) {
        self.backend.close().await;
    }
}

#[async_trait]
impl Leases for Stepped {
    async fn acquire(&self, session: &Session) -> Result<Vec<Lease>, StoreError> {
        (self.refuse)("acquire", &session.name)?;
        (self.hook)(Step::Acquire).await;
        self.backend.acquire(session).await
    }

    async fn heartbeat(&self, worker: WorkerId, lease_time: Duration) -> Result<Vec<String>, StoreError> {
        self.backend.heartbeat(worker, lease_time).await
    }

    async fn release(&self, name: &str, worker: WorkerId) -> Result<(), StoreError> {
        (self.refuse)("release", name)?;
        self.backend.release(name, worker).await
    }

    async fn advance(&self, name: &str, worker: WorkerId, steps: &[Advance]) -> Result<AdvanceVerdict, StoreError> {
        self.backend.advance(name, worker, steps).await
    }

    async fn checkpoints(&self, name: &str) -> Result<Vec<Checkpoint>, StoreError> {
        (self.refuse)("checkpoints", name)?;
        self.backend.checkpoints(name).await
    }

    async fn names(&self) -> Result<Vec<String>, StoreError> {
        self.backend.names().await
    }

    async fn forget(&self, name: &str) -> Result<bool, StoreError> {
        self.backend.forget(name).await
    }
}

#[async_trait]
impl Tables for Stepped {
    fn dialect(&self) -> Dialect {
        self.backend.tables().map_or(Dialect::Postgres, Tables::dialect)
    }

    fn numbers(&self) -> Numbers {
        self.backend.tables().map_or(Numbers::Exact, Tables::numbers)
    }

    async fn generations(&self, projection: &str) -> Result<Vec<Generation>, StoreError> {
        (self.refuse)("generations", projection)?;
        self.inner()?.generations(projection).await
    }

    async fn create_generation(&self, new: &NewGeneration<'_>) -> Result<Generation, StoreError> {
        (self.refuse)("create_generation", new.projection)?;
        self.inner()?.create_generation(new).await
    }

    async fn swap(&self, generation: &GenerationKey, accepts_parked: bool) -> Result<SwapVerdict, StoreError> {
        (self.refuse)("swap", &generation.to_string())?;
        (self.hook)(Step::Swap(generation.clone())).await;
        let verdict = self.inner()?.swap(generation, accepts_parked).await?;
        (self.hook)(Step::Swapped(verdict)).await;
        Ok(verdict)
    }

    async fn standing(&self, generation: &GenerationKey) -> Result<SwapVerdict, StoreError> {
        (self.refuse)("standing", &generation.to_string())?;
        let verdict = self.inner()?.standing(generation).await?;
        (self.hook)(Step::Stood(verdict)).await;
        Ok(verdict)
    }

    async fn set_state(
        &self,
        generation: &GenerationKey,
        from: GenerationState,
        to: GenerationState,
    ) -> Result<StateVerdict, StoreError> {
        (self.refuse)("set_state", &generation.to_string())?;
        let set = self.inner()?.set_state(generation, from, to).await?;
        // Its answer may be lost.
        (self.refuse)("state_set", &generation.to_string())?;
        Ok(set)
    }

    async fn drop_generation(&self, generation: &GenerationKey) -> Result<(), StoreError> {
        (self.refuse)("drop_generation", &generation.to_string())?;
        self.inner()?.drop_generation(generation).await
    }

    async fn load(&self, table: &TableShape, wanted: &Wanted) -> Result<String, StoreError> {
        (self.hook)(Step::Load).await;
        self.inner()?.load(table, wanted).await
    }

    async fn write(&self, batch: &RowBatch<'_>) -> Result<AdvanceVerdict, StoreError> {
        (self.refuse)("write", &batch.generation.to_string())?;
        (self.hook)(Step::Write(batch.generation.clone(), batch.worker, batch.steps.to_vec())).await;
        let verdict = self.inner()?.write(batch).await?;
        (self.hook)(Step::Written(verdict)).await;
        Ok(verdict)
    }

    async fn begin_batch(&self, lasts: Duration) -> Result<Box<dyn Transaction>, StoreError> {
        (self.hook)(Step::Begin).await;
        self.inner()?.begin_batch(lasts).await
    }

    async fn write_in(
        &self,
        transaction: Box<dyn Transaction>,
        batch: &RowBatch<'_>,
    ) -> Result<AdvanceVerdict, StoreError> {
        (self.refuse)("write_in", &batch.generation.to_string())?;
        (self.hook)(Step::Write(batch.generation.clone(), batch.worker, batch.steps.to_vec())).await;
        let verdict = self.inner()?.write_in(transaction, batch).await?;
        (self.hook)(Step::Written(verdict)).await;
        (self.refuse)("written_in", &batch.generation.to_string())?;
        Ok(verdict)
    }

    async fn select(&self, select: &Select<'_>) -> Result<Selected, StoreError> {
        (self.refuse)("select", select.projection)?;
        (self.hook)(Step::Select).await;
        let selected = self.inner()?.select(select).await?;
        (self.hook)(Step::Selected).await;
        Ok(selected)
    }

    async fn changes(&self, query: &ChangesQuery<'_>) -> Result<ToldChanges, StoreError> {
        (self.refuse)("changes", query.projection)?;
        (self.hook)(Step::AskChanges).await;
        let told = self.inner()?.changes(query).await?;
        (self.hook)(Step::ToldChanges).await;
        Ok(told)
    }

    async fn count_changes(&self) -> Result<ChangeCounts, StoreError> {
        (self.refuse)("count_changes", "")?;
        self.inner()?.count_changes().await
    }

    async fn letters(&self, generation: &GenerationKey) -> Result<Vec<DeadLetter>, StoreError> {
        (self.refuse)("letters", &generation.to_string())?;
        self.inner()?.letters(generation).await
    }

    async fn discards(&self, projection: &str) -> Result<Vec<Discard>, StoreError> {
        (self.refuse)("discards", projection)?;
        self.inner()?.discards(projection).await
    }

    async fn compare(&self, compare: &Compare<'_>) -> Result<Compared, StoreError> {
        (self.hook)(Step::Compare).await;
        (self.refuse)("compare", &compare.verifying.to_string())?;
        let compared = self.inner()?.compare(compare).await?;
        (self.hook)(Step::Compared).await;
        Ok(compared)
    }

    async fn request(
        &self,
        generation: &GenerationKey,
        sequence: i64,
        first: u64,
        request: LetterRequest,
    ) -> Result<u64, StoreError> {
        self.inner()?.request(generation, sequence, first, request).await
    }
}
