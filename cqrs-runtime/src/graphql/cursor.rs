//! Cursors: where a row stands among others, for whoever goes on behind it or before it.
//!
//! One is made of the values by which rows are ordered, of the key, which tells rows apart that have the same values, and of a hash
//! of what was asked: a cursor of another filter or order is refused instead of leading anywhere.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::ReadError;
use super::order::OrderedBy;
use crate::read_model::Table;
use crate::store::Condition;

/// The form of cursors; raised when it changes, so that earlier ones are told from others.
const VERSION: u64 = 1;

/// What the cursors of a question have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    hash: String,
    values: usize,
}

impl Question {
    /// A question for rows of a table that satisfy a condition, in an order.
    pub(super) fn of(table: &Table, condition: &Condition, order: &[OrderedBy]) -> Self {
        let mut hash = Sha256::new();
        hash.update(table.name);
        hash.update(table.fingerprint());
        // Values stand in conditions as the database compares them: the same ones, however a client has written them.
        hash.update(format!("{condition:?}{order:?}"));
        let hash: [u8; 32] = hash.finalize().into();
        let (first, _) = hash.split_at(9);
        Self { hash: URL_SAFE_NO_PAD.encode(first), values: order.len() + table.key.len() }
    }

    /// The cursor of a row: the stored forms of the fields of its order, then of its key.
    pub(super) fn cursor(&self, values: &[Json]) -> String {
        let head = [Json::from(VERSION), Json::from(self.hash.as_str())];
        let parts: Vec<Json> = head.into_iter().chain(values.iter().cloned()).collect();
        URL_SAFE_NO_PAD.encode(Json::Array(parts).to_string())
    }

    /// The values of a cursor.
    ///
    /// # Errors
    /// [`ReadError::StaleCursor`] where it is none of this question.
    pub(super) fn read(&self, cursor: &str) -> Result<Vec<Json>, ReadError> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| ReadError::StaleCursor)?;
        let parts: Vec<Json> = serde_json::from_slice(&bytes).map_err(|_| ReadError::StaleCursor)?;
        match parts.as_slice() {
            [version, hash, values @ ..]
                if *version == VERSION && *hash == self.hash && values.len() == self.values =>
            {
                Ok(values.to_vec())
            }
            _ => Err(ReadError::StaleCursor),
        }
    }
}
