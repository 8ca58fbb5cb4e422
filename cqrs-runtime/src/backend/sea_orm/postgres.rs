//! A log on a PostgreSQL server.

mod commit;
mod connect;
mod leases;
mod load;
mod migrate;
mod pool;
mod read;
mod row;
mod snapshot;

use async_trait::async_trait;
use uuid::Uuid;

use self::connect::Pools;
use self::pool::Pool;
use super::{Options, lookup};
use crate::store::{
    Append, Backend, Claim, CommitError, EventQuery, EventSink, LoadQuery, LoadSink, LogHead, Receipt, ReceiptKey,
    Snapshot, StoreError, StreamKey, Verdict,
};

/// A log on a PostgreSQL server: one connection at a time appends, a few read, and a few do the work of projections.
pub(super) struct PostgresBackend {
    writer: Pool,
    readers: Pool,
    /// Their transactions are READ COMMITTED, as the writer's.
    workers: Pool,
    log: Uuid,
}

impl PostgresBackend {
    pub(super) async fn open(url: &str, options: &Options) -> Result<Self, StoreError> {
        let Pools { writer, readers, workers } = connect::connect(url, options).await?;
        migrate::migrate(&writer).await?;
        let log = migrate::verify(&writer).await?;
        Ok(Self { writer, readers, workers, log })
    }
}

#[async_trait]
impl Backend for PostgresBackend {
    async fn commit(&self, attempt: Uuid, batch: &[Append]) -> Result<Vec<Verdict>, CommitError> {
        commit::commit(&self.writer, attempt, batch).await
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
        lookup::receipt(&self.readers, key).await
    }

    async fn claim_holder(&self, tenant: &str, claim: &Claim) -> Result<Option<StreamKey>, StoreError> {
        lookup::holder(&self.readers, tenant, claim).await
    }

    async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        snapshot::save(&self.readers, snapshot).await
    }

    async fn head(&self) -> Result<LogHead, StoreError> {
        lookup::head(&self.readers, self.log, "pg_is_in_recovery()").await
    }

    async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
        self.workers.close().await;
    }
}
