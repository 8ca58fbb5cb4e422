//! A log in an SQLite file.

mod commit;
mod connect;
mod load;
mod migrate;
mod page;
mod read;
mod snapshot;

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, SqlxError, Statement, Value};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::receipt::ReceiptRow;
use super::{Options, error};
use crate::store::{
    Append, Backend, Claim, CommitError, EventQuery, EventSink, LoadQuery, LoadSink, LogHead, Receipt, ReceiptKey,
    Snapshot, StoreError, StreamKey, Verdict,
};

const RECEIPT: &str = "SELECT input_hash, stream_type, stream_id, first, last, refusal FROM cqrs_receipts \
    WHERE tenant = $1 AND principal = $2 AND command = $3 AND key = $4";
const HOLDER: &str = "SELECT stream_type, stream_id FROM cqrs_claims WHERE tenant = $1 AND scope = $2 AND name = $3";
const HEAD: &str = "SELECT coalesce(max(position), 0) FROM cqrs_events";

/// A log in an SQLite file: one connection writes, a few read.
pub(super) struct SqliteBackend {
    /// A pool of one; who holds the lock may leave a transaction open between two calls.
    writer: Mutex<DatabaseConnection>,
    readers: DatabaseConnection,
    log: Uuid,
}

impl SqliteBackend {
    pub(super) async fn open(url: &str, options: &Options) -> Result<Self, StoreError> {
        let (writer, readers) = connect::connect(url, options).await?;
        migrate::migrate(&writer).await?;
        let log = migrate::verify(&writer).await?;
        Ok(Self { writer: Mutex::new(writer), readers, log })
    }
}

/// Runs a statement that yields at most one row.
async fn one(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<QueryResult>, DbErr> {
    connection.query_one_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await
}

/// Runs statements whose rows are of no interest.
async fn execute(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<(), DbErr> {
    connection.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)).await.map(drop)
}

/// Whether a page's text is longer than SQLite's texts may be: a smaller page will do.
fn is_too_big(error: &DbErr) -> bool {
    const TOO_BIG: &str = "18";
    matches!(error::sqlx(error), Some(SqlxError::Database(refusal)) if refusal.code().as_deref() == Some(TOO_BIG))
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
        let values = [&key.tenant, &key.principal, key.command.as_ref(), &key.key].map(Value::from);
        let Some(row) = one(&self.readers, RECEIPT, values).await? else { return Ok(None) };
        let row = ReceiptRow {
            input_hash: row.try_get_by_index(0)?,
            stream_type: row.try_get_by_index(1)?,
            stream_id: row.try_get_by_index(2)?,
            first: row.try_get_by_index(3)?,
            last: row.try_get_by_index(4)?,
            refusal: row.try_get_by_index(5)?,
        };
        row.receipt(key.clone()).map(Some)
    }

    async fn claim_holder(&self, tenant: &str, claim: &Claim) -> Result<Option<StreamKey>, StoreError> {
        let values = [tenant, claim.scope.as_ref(), &claim.name].map(Value::from);
        let Some(row) = one(&self.readers, HOLDER, values).await? else { return Ok(None) };
        let (stream_type, id): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok(Some(StreamKey::new(stream_type, id).of_tenant(tenant)))
    }

    async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        snapshot::save(&*self.writer.lock().await, snapshot).await
    }

    async fn head(&self) -> Result<LogHead, StoreError> {
        let row = one(&self.readers, HEAD, []).await?;
        let position: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        let position = u64::try_from(position)
            .map_err(|_| StoreError::CorruptRow { table: "cqrs_events", what: "a position is negative" })?;
        Ok(LogHead { log: self.log, position })
    }

    async fn close(&self) {
        // What a failing close leaves behind, the end of the process takes away; committed data is on the disk.
        let _ = self.writer.lock().await.close_by_ref().await;
        let _ = self.readers.close_by_ref().await;
    }
}
