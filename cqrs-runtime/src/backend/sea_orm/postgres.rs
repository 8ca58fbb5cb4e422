//! A log on a PostgreSQL server.

mod cell;
mod commit;
mod connect;
mod leases;
mod listen;
mod load;
mod migrate;
mod notify;
mod pool;
mod read;
mod row;
mod snapshot;
mod tables;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

pub(super) use self::cell::cell;
use self::connect::Connections;
use self::leases::begin::Transactions;
use self::listen::Listening;
use self::notify::Notifier;
use self::pool::Pool;
use super::tables::Serving;
use super::{Options, lookup};
use crate::store::{
    Append, Appended, Backend, Claim, CommitError, EventQuery, EventSink, LoadQuery, LoadSink, LogHead, Receipt,
    ReceiptKey, Snapshot, StoreError, StreamKey, Tables, Verdict, Waiting, Watch,
};

/// A log on a PostgreSQL server: one connection at a time appends, a few read, and a few do the work of projections.
pub(super) struct PostgresBackend {
    writer: Pool,
    readers: Arc<Pool>,
    /// Their transactions are READ COMMITTED, as the writer's.
    workers: Pool,
    transactions: Transactions,
    serving: Serving,
    log: Uuid,
    notifier: Notifier,
    listening: Listening,
    poll_interval: Duration,
}

impl PostgresBackend {
    pub(super) async fn open(url: &str, options: &Options) -> Result<Self, StoreError> {
        let Connections { writer, readers, workers, transactions, listening } = connect::connect(url, options).await?;
        migrate::migrate(&writer).await?;
        let log = migrate::verify(&writer).await?;
        let readers = Arc::new(readers);
        let notifier = Notifier::new(Arc::clone(&readers), log);
        let poll_interval = options.poll_interval;
        let serving = Serving::default();
        Ok(Self { writer, readers, workers, transactions, serving, log, notifier, listening, poll_interval })
    }
}

#[async_trait]
impl Backend for PostgresBackend {
    async fn commit(&self, attempt: Uuid, batch: &[Append]) -> Result<Vec<Verdict>, CommitError> {
        let verdicts = commit::commit(&self.writer, attempt, batch).await?;
        if verdicts.iter().any(|verdict| matches!(verdict, Verdict::Appended(Appended { position: Some(_), .. }))) {
            self.notifier.notify();
        }
        Ok(verdicts)
    }

    async fn settle(&self, attempt: Uuid) -> Result<(), StoreError> {
        commit::settle(&self.writer, attempt).await
    }

    async fn load(&self, query: &LoadQuery, sink: &mut dyn LoadSink) -> Result<(), StoreError> {
        load::load(&self.readers, query, sink).await
    }

    async fn read(&self, query: &EventQuery, sink: EventSink<'_>) -> Result<(), StoreError> {
        read::read(&self.readers, query, sink).await
    }

    async fn receipt(&self, key: &ReceiptKey) -> Result<Option<Receipt>, StoreError> {
        lookup::receipt(&*self.readers, key).await
    }

    async fn claim_holder(&self, tenant: &str, claim: &Claim) -> Result<Option<StreamKey>, StoreError> {
        lookup::holder(&*self.readers, tenant, claim).await
    }

    async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        snapshot::save(&self.readers, snapshot).await
    }

    async fn head(&self) -> Result<LogHead, StoreError> {
        lookup::head(&*self.readers, self.log, "pg_is_in_recovery()").await
    }

    async fn watch(&self, _: Waiting) -> Result<Option<Box<dyn Watch>>, StoreError> {
        self.listening.begin(&self.notifier).await
    }

    fn poll_interval(&self) -> Duration {
        self.poll_interval
    }

    fn tables(&self) -> Option<&dyn Tables> {
        Some(self)
    }

    async fn close(&self) {
        self.notifier.idle().await;
        self.writer.close().await;
        self.readers.close().await;
        self.workers.close().await;
        self.transactions.close().await;
    }
}
