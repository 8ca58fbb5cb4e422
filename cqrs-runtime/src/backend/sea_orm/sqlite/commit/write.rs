//! What the accepted appends of a batch write, in one call that ends with the commit.

use sea_orm::sqlx::query;
use serde::Serialize;
use serde::ser::SerializeTuple;

use super::super::super::filter::signed;
use super::super::super::lookup::answer_columns;
use super::super::held::Held;
use super::Failure;
use super::facts::json;
use crate::store::judge::Placement;
use crate::store::{Append, Appended, ClaimChange, NewEvent, Receipt};

/// The whole transaction's writing. Claims were judged under the lock: one that stands already is the stream's own.
const WRITE_AND_COMMIT: &str = "
    INSERT INTO cqrs_events (position, tenant, stream_type, stream_id, version, event_id, name, schema_version, payload,
        correlation_id, causation_id, principal, keys, recorded_at)
    SELECT $2 + key, value ->> 0, value ->> 1, value ->> 2, value ->> 3, unhex(value ->> 4), value ->> 5, value ->> 6,
        value ->> 7, unhex(value ->> 8), unhex(value ->> 9), value ->> 10, value ->> 11, value ->> 12
    FROM json_each($1);
    INSERT INTO cqrs_receipts (tenant, principal, command, key, input_hash, stream_type, stream_id, first, last, refusal,
        recorded_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, unhex(value ->> 4), value ->> 5, value ->> 6, value ->> 7,
        value ->> 8, value ->> 9, value ->> 10
    FROM json_each($3);
    DELETE FROM cqrs_claims WHERE (tenant, scope, name, stream_type, stream_id) IN (
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each($4));
    INSERT INTO cqrs_claims (tenant, scope, name, stream_type, stream_id)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each($5) WHERE true
    ON CONFLICT DO NOTHING;
    COMMIT";

/// Rows of the accepted appends, in order.
pub(super) struct Writing<'a> {
    last_position: u64,
    events: Vec<EventRow<'a>>,
    receipts: Vec<ReceiptColumns>,
    releases: Vec<ClaimRow<'a>>,
    takes: Vec<ClaimRow<'a>>,
}

/// Tenant, scope, name; the stream's type and id.
type ClaimRow<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

struct EventRow<'a> {
    append: &'a Append,
    event: &'a NewEvent,
    version: u64,
    recorded_at: i64,
}

struct ReceiptColumns {
    receipt: Receipt,
    recorded_at: i64,
}

impl<'a> Writing<'a> {
    /// Nothing yet; the first event will follow `last_position`.
    pub(super) fn behind(last_position: u64) -> Self {
        Self { last_position, events: Vec::new(), receipts: Vec::new(), releases: Vec::new(), takes: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.receipts.is_empty() && self.releases.is_empty() && self.takes.is_empty()
    }

    /// Adds an accepted append, and says where its events will stand.
    pub(super) fn add(&mut self, append: &'a Append, placement: Placement) -> Appended {
        let recorded_at = placement.recorded_at.timestamp_micros();
        let versions = placement.first_version..;
        self.events.extend(append.events.iter().zip(versions).map(|(event, version)| EventRow {
            append,
            event,
            version,
            recorded_at,
        }));
        self.receipts.extend(placement.receipt.map(|receipt| ReceiptColumns { receipt, recorded_at }));
        let stream = &append.stream;
        for change in &append.claims {
            let claim = change.claim();
            let row = (&*stream.tenant, &*claim.scope, &*claim.name, &*stream.stream_type, &*stream.id);
            match change {
                ClaimChange::Take(_) => self.takes.push(row),
                ClaimChange::Release(_) => self.releases.push(row),
            }
        }
        let count = append.events.len() as u64;
        Appended {
            version: placement.first_version - 1 + count,
            count,
            position: (count > 0).then_some(self.last_position + self.events.len() as u64),
            recorded_at: placement.recorded_at,
            repeated: false,
        }
    }

    /// Writes all of it and commits.
    pub(super) async fn commit(self, connection: &mut Held) -> Result<(), Failure> {
        let statements = query(WRITE_AND_COMMIT)
            .bind(json(&self.events))
            .bind(signed(self.last_position + 1))
            .bind(json(&self.receipts))
            .bind(json(&self.releases))
            .bind(json(&self.takes));
        connection.run(statements).await.map_err(Failure::Writing)?;
        connection.committed();
        Ok(())
    }
}

impl Serialize for EventRow<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { append, event, version, recorded_at } = self;
        let mut row = serializer.serialize_tuple(13)?;
        row.serialize_element(&append.stream.tenant)?;
        row.serialize_element(&append.stream.stream_type)?;
        row.serialize_element(&append.stream.id)?;
        row.serialize_element(version)?;
        row.serialize_element(&event.id.simple())?;
        row.serialize_element(&event.name)?;
        row.serialize_element(&event.schema_version)?;
        row.serialize_element(&event.payload)?;
        row.serialize_element(&append.correlation_id.simple())?;
        row.serialize_element(&append.causation_id.simple())?;
        row.serialize_element(&append.principal)?;
        row.serialize_element(&append.keys)?;
        row.serialize_element(recorded_at)?;
        row.end()
    }
}

impl Serialize for ReceiptColumns {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Receipt { key, input_hash, stream, answer } = &self.receipt;
        let (first, last, refusal) = answer_columns(answer);
        let mut row = serializer.serialize_tuple(11)?;
        row.serialize_element(&key.tenant)?;
        row.serialize_element(&key.principal)?;
        row.serialize_element(&key.command)?;
        row.serialize_element(&key.key)?;
        row.serialize_element(&Hex(input_hash))?;
        row.serialize_element(&stream.stream_type)?;
        row.serialize_element(&stream.id)?;
        row.serialize_element(&first)?;
        row.serialize_element(&last)?;
        row.serialize_element(refusal)?;
        row.serialize_element(&self.recorded_at)?;
        row.end()
    }
}

/// Bytes as a hexadecimal text.
struct Hex<'a>(&'a [u8]);

impl Serialize for Hex<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use std::fmt::Write;
        let mut text = String::with_capacity(self.0.len() * 2);
        for byte in self.0 {
            // Writing to a string can't fail.
            let _ = write!(text, "{byte:02x}");
        }
        serializer.serialize_str(&text)
    }
}
