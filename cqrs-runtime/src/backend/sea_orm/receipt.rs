//! A receipt's answer as columns.

use crate::store::{Receipt, ReceiptAnswer, ReceiptKey, StoreError, StreamKey};

/// The columns `first`, `last` and `refusal`; an empty refusal is none.
pub(super) fn columns(answer: &ReceiptAnswer) -> (u64, u64, &str) {
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
