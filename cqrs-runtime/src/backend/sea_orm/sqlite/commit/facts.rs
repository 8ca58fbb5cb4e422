//! What the file knows of all that a batch touches, asked in one call.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use sea_orm::sqlx::query;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::super::super::lookup::ReceiptRow;
use super::super::held::Held;
use crate::store::judge::{Facts, Head, KnownEvent};
use crate::store::{Append, Claim, ReceiptKey, StoreError, StreamKey};

/// Locks the file for this writer, and answers in one row: a row costs a change of threads.
const LOCK_AND_LOOK: &str = "BEGIN IMMEDIATE; SELECT
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'cqrs_events'), 0),
    (SELECT json_group_array(json_array(s.key, e.position, e.version, e.recorded_at))
        FROM json_each($1, '$.streams') s CROSS JOIN cqrs_events e
        WHERE e.position = (SELECT position FROM cqrs_events WHERE tenant = s.value ->> 0
            AND stream_type = s.value ->> 1 AND stream_id = s.value ->> 2 ORDER BY version DESC LIMIT 1)),
    (SELECT json_group_array(json_array(hex(e.event_id), tenant, stream_type, stream_id, version, position, name,
            schema_version, payload, recorded_at))
        FROM json_each($1, '$.events') i CROSS JOIN cqrs_events e WHERE e.event_id = unhex(i.value)),
    (SELECT json_group_array(json_array(k.key, hex(input_hash), stream_type, stream_id, first, last, refusal))
        FROM json_each($1, '$.receipts') k CROSS JOIN cqrs_receipts r WHERE r.tenant = k.value ->> 0
            AND r.principal = k.value ->> 1 AND r.command = k.value ->> 2 AND r.key = k.value ->> 3),
    (SELECT json_group_array(json_array(k.key, stream_type, stream_id))
        FROM json_each($1, '$.claims') k CROSS JOIN cqrs_claims c WHERE c.tenant = k.value ->> 0
            AND c.scope = k.value ->> 1 AND c.name = k.value ->> 2)";

#[derive(Serialize)]
struct Question<'a> {
    streams: Vec<(&'a str, &'a str, &'a str)>,
    events: Vec<uuid::fmt::Simple>,
    receipts: Vec<(&'a str, &'a str, &'a str, &'a str)>,
    claims: Vec<(&'a str, &'a str, &'a str)>,
}

type HeadRow = (usize, u64, i64, i64);
type EventRow = (Uuid, String, String, String, u64, u64, String, u32, String, i64);
type AnswerRow = (usize, String, String, String, i64, i64, String);
type HolderRow = (usize, String, String);

/// What `batch` touches, each stream once.
struct Touched<'a> {
    streams: Vec<&'a StreamKey>,
    receipts: Vec<&'a ReceiptKey>,
    claims: Vec<(&'a str, &'a Claim)>,
}

impl<'a> Touched<'a> {
    fn by(batch: &'a [Append]) -> Self {
        let mut seen = HashSet::with_capacity(batch.len());
        let tenant = |append: &'a Append| append.stream.tenant.as_str();
        Self {
            streams: batch.iter().map(|append| &append.stream).filter(|stream| seen.insert(*stream)).collect(),
            receipts: batch.iter().filter_map(|append| Some(&append.receipt.as_ref()?.key)).collect(),
            claims: batch
                .iter()
                .flat_map(|append| append.claims.iter().map(move |change| (tenant(append), change.claim())))
                .collect(),
        }
    }

    fn question(&self, batch: &[Append]) -> String {
        let question = Question {
            streams: self.streams.iter().map(|s| (s.tenant.as_str(), s.stream_type.as_ref(), s.id.as_str())).collect(),
            events: batch.iter().flat_map(|append| append.events.iter().map(|event| event.id.simple())).collect(),
            receipts: self
                .receipts
                .iter()
                .map(|k| (k.tenant.as_str(), k.principal.as_str(), k.command.as_ref(), k.key.as_str()))
                .collect(),
            claims: self.claims.iter().map(|(tenant, c)| (*tenant, c.scope.as_ref(), c.name.as_str())).collect(),
        };
        json(&question)
    }
}

/// Values of texts, numbers and lists as JSON.
pub(super) fn json(value: &impl Serialize) -> String {
    // Only maps with keys that are no texts, and failing writers, are refused by the encoder.
    serde_json::to_string(value).unwrap_or_default()
}

/// Begins the transaction: what is known of all that `batch` touches, and the last position that was given.
pub(super) async fn lock_and_look(connection: &mut Held, batch: &[Append]) -> Result<(Facts, u64), StoreError> {
    let touched = Touched::by(batch);
    let answer = connection.run(query(LOCK_AND_LOOK).bind(touched.question(batch))).await?.pop();
    let answer = answer.ok_or_else(|| corrupt("the batch's facts are missing"))?;
    let last_position: i64 = answer.try_get_by_index(0)?;
    let mut facts = Facts::default();
    for (key, position, version, recorded_at) in rows::<HeadRow>(&answer, 1)? {
        let stream = touched.streams.get(key).ok_or_else(|| corrupt("a stream was not asked for"))?;
        let version = version.try_into().map_err(|_| corrupt_event(position, "version"))?;
        facts.heads.insert((*stream).clone(), Head { version, recorded_at: time(recorded_at, position)? });
    }
    for row in rows::<EventRow>(&answer, 2)? {
        facts.events.insert(row.0, known_event(row)?);
    }
    for (key, hash, stream_type, stream_id, first, last, refusal) in rows::<AnswerRow>(&answer, 3)? {
        let key = *touched.receipts.get(key).ok_or_else(|| corrupt("a receipt was not asked for"))?;
        let row = ReceiptRow { input_hash: unhex(&hash), stream_type, stream_id, first, last, refusal };
        facts.receipts.insert(key.clone(), row.receipt(key.clone())?);
    }
    for (key, stream_type, stream_id) in rows::<HolderRow>(&answer, 4)? {
        let (tenant, claim) = touched.claims.get(key).ok_or_else(|| corrupt("a claim was not asked for"))?;
        let holder = StreamKey::new(stream_type, stream_id).of_tenant(*tenant);
        facts.holders.insert(((*tenant).to_owned(), (*claim).clone()), holder);
    }
    Ok((facts, u64::try_from(last_position).map_err(|_| corrupt("a position is negative"))?))
}

fn known_event(row: EventRow) -> Result<KnownEvent, StoreError> {
    let (_, tenant, stream_type, stream_id, version, position, name, schema_version, payload, recorded_at) = row;
    Ok(KnownEvent {
        stream: StreamKey::new(stream_type, stream_id).of_tenant(tenant),
        version,
        position,
        name,
        schema_version,
        payload,
        recorded_at: time(recorded_at, position)?,
    })
}

fn rows<T: DeserializeOwned>(answer: &QueryResult, column: usize) -> Result<Vec<T>, StoreError> {
    let text: String = answer.try_get_by_index(column)?;
    serde_json::from_str(&text).map_err(|_| corrupt("a column is not of its type"))
}

fn time(micros: i64, position: u64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| corrupt_event(position, "recorded_at"))
}

/// The bytes of a hexadecimal text; fewer where it is none.
fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks_exact(2).filter_map(|pair| std::str::from_utf8(pair).ok());
    digits.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}

fn corrupt(what: &'static str) -> StoreError {
    StoreError::CorruptRow { table: "cqrs_events", what }
}

fn corrupt_event(position: u64, column: &'static str) -> StoreError {
    StoreError::CorruptEvent { position, event: None, column }
}
