//! A log in an SQLite file.

mod cell;
mod commit;
mod connect;
mod held;
mod leases;
mod load;
mod migrate;
mod page;
mod read;
mod row;
mod snapshot;
mod tables;
mod watch;

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::DatabaseConnection;
use tokio::sync::Mutex;
use uuid::Uuid;

pub(super) use self::cell::cell;
use self::leases::begin::Transactions;
use super::tables::Serving;
use super::{Options, lookup};
use crate::store::{
    Append, Backend, Claim, CommitError, EventQuery, EventSink, LoadQuery, LoadSink, LogHead, Receipt, ReceiptKey,
    Snapshot, StoreError, StreamKey, Tables, Verdict, Waiting, Watch,
};

/// A log in an SQLite file: one connection writes, a few read.
pub(super) struct SqliteBackend {
    /// A pool of one; who holds the lock may leave a transaction open between two calls.
    writer: Mutex<DatabaseConnection>,
    readers: DatabaseConnection,
    transactions: Transactions,
    serving: Serving,
    log: Uuid,
    url: String,
    options: Options,
}

impl SqliteBackend {
    pub(super) async fn open(url: &str, options: &Options) -> Result<Self, StoreError> {
        let (writer, readers) = connect::connect(url, options).await?;
        migrate::migrate(&writer).await?;
        let log = migrate::verify(&writer).await?;
        let serving = Serving::default();
        let transactions = Transactions::default();
        Ok(Self {
            writer: Mutex::new(writer),
            readers,
            transactions,
            serving,
            log,
            url: url.to_owned(),
            options: *options,
        })
    }
}

#[async_trait]
impl Backend for SqliteBackend {
    async fn commit(&self, _: Uuid, batch: &[Append]) -> Result<Vec<Verdict>, CommitError> {
        commit::commit(&*self.writer.lock().await, batch).await
    }

    async fn settle(&self, _: Uuid) -> Result<(), StoreError> {
        commit::settle(&*self.writer.lock().await).await
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
        snapshot::save(&*self.writer.lock().await, snapshot).await
    }

    async fn head(&self) -> Result<LogHead, StoreError> {
        lookup::head(&self.readers, self.log, "false").await
    }

    async fn watch(&self, waiting: Waiting) -> Result<Option<Box<dyn Watch>>, StoreError> {
        let connection = connect::another(&self.url, &self.options).await?;
        Ok(Some(Box::new(watch::DataVersion::new(connection, self.options.watch_interval, waiting).await?)))
    }

    fn poll_interval(&self) -> Duration {
        self.options.poll_interval
    }

    fn tables(&self) -> Option<&dyn Tables> {
        Some(self)
    }

    async fn close(&self) {
        // What a failing close leaves behind, the end of the process takes away; committed data is on the disk.
        let _ = self.writer.lock().await.close_by_ref().await;
        let _ = self.readers.close_by_ref().await;
        self.transactions.close(self.options.busy_timeout).await;
    }
}
