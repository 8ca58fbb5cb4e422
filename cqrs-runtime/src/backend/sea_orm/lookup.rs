//! Receipts, claims and the head: looked up with the same words on both databases.

use sea_orm::Value;
use uuid::Uuid;

use super::statement::{Run, one};
use crate::store::{Claim, LogHead, Receipt, ReceiptAnswer, ReceiptKey, StoreError, StreamKey};

const RECEIPT: &str = "SELECT input_hash, stream_type, stream_id, first, last, refusal FROM cqrs_receipts
    WHERE tenant = $1 AND principal = $2 AND command = $3 AND key = $4";
const HOLDER: &str = "SELECT stream_type, stream_id FROM cqrs_claims WHERE tenant = $1 AND scope = $2 AND name = $3";

/// The kept answer to a command.
pub(super) async fn receipt(connection: &impl Run, key: &ReceiptKey) -> Result<Option<Receipt>, StoreError> {
    let values = [&key.tenant, &key.principal, key.command.as_ref(), &key.key].map(Value::from);
    let Some(row) = one(connection, RECEIPT, values).await? else { return Ok(None) };
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

/// Who holds a name.
pub(super) async fn holder(
    connection: &impl Run,
    tenant: &str,
    claim: &Claim,
) -> Result<Option<StreamKey>, StoreError> {
    let values = [tenant, claim.scope.as_ref(), &claim.name].map(Value::from);
    let Some(row) = one(connection, HOLDER, values).await? else { return Ok(None) };
    let (stream_type, id): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    Ok(Some(StreamKey::new(stream_type, id).of_tenant(tenant)))
}

/// Where the log ends; whether it is a replica's is for the database to say, in words of its own.
pub(super) async fn head(connection: &impl Run, log: Uuid, is_replica: &str) -> Result<LogHead, StoreError> {
    let sql = format!("SELECT coalesce(max(position), 0), {is_replica} FROM cqrs_events");
    let row = one(connection, &sql, []).await?;
    let row = row.ok_or(StoreError::CorruptRow { table: "cqrs_events", what: "the head is missing" })?;
    let position: i64 = row.try_get_by_index(0)?;
    let position = u64::try_from(position)
        .map_err(|_| StoreError::CorruptRow { table: "cqrs_events", what: "a position is negative" })?;
    Ok(LogHead { log, position, is_replica: row.try_get_by_index(1)? })
}

/// An answer as the columns `first`, `last` and `refusal`; an empty refusal is none.
pub(super) fn answer_columns(answer: &ReceiptAnswer) -> (u64, u64, &str) {
    match answer {
        ReceiptAnswer::Events { first, last } => (*first, *last, ""),
        ReceiptAnswer::Nothing { version } => (0, *version, ""),
        ReceiptAnswer::Refused { version, error } => (0, *version, error),
    }
}

/// A receipt as its columns were read.
pub(super) struct ReceiptRow {
    pub(super) input_hash: Vec<u8>,
    pub(super) stream_type: String,
    pub(super) stream_id: String,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) refusal: String,
}

impl ReceiptRow {
    /// The receipt kept under `key`.
    pub(super) fn receipt(self, key: ReceiptKey) -> Result<Receipt, StoreError> {
        let corrupt = |what| StoreError::CorruptRow { table: "cqrs_receipts", what };
        let version = |value: i64| u64::try_from(value).map_err(|_| corrupt("a version is negative"));
        let (first, last) = (version(self.first)?, version(self.last)?);
        let answer = match self.refusal {
            error if !error.is_empty() => ReceiptAnswer::Refused { version: last, error },
            _ if first > 0 => ReceiptAnswer::Events { first, last },
            _ => ReceiptAnswer::Nothing { version: last },
        };
        Ok(Receipt {
            input_hash: self.input_hash.try_into().map_err(|_| corrupt("the hash has not 32 bytes"))?,
            stream: StreamKey::new(self.stream_type, self.stream_id).of_tenant(key.tenant.clone()),
            key,
            answer,
        })
    }
}
