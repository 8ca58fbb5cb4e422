//! A batch as the columns that the function takes.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::Value;
use uuid::Uuid;

use super::super::super::filter::signed;
use super::super::super::lookup::answer_columns;
use crate::store::{Append, ClaimChange, ExpectedVersion, Receipt, ReceiptAnswer, StreamKey};

pub(super) const APPEND: &str = "SELECT verdicts, bases, times, positions, taken_appends, taken_claims, taken_types,
    taken_ids FROM cqrs_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36)";

/// The columns, by the rows that they make.
#[derive(Default)]
pub(super) struct Arguments {
    appends: Appends,
    events: Events,
    receipts: Receipts,
    claims: Claims,
}

#[derive(Default)]
struct Appends {
    tenant: Vec<String>,
    stream_type: Vec<String>,
    id: Vec<String>,
    expected: Vec<i64>,
    count: Vec<i64>,
    previous: Vec<i64>,
    recorded_at: Vec<DateTime<Utc>>,
}

#[derive(Default)]
struct Events {
    append: Vec<i64>,
    ordinal: Vec<i64>,
    tenant: Vec<String>,
    stream_type: Vec<String>,
    stream_id: Vec<String>,
    id: Vec<Uuid>,
    name: Vec<String>,
    schema_version: Vec<i64>,
    payload: Vec<String>,
    correlation_id: Vec<Uuid>,
    causation_id: Vec<Uuid>,
    principal: Vec<String>,
    keys: Vec<String>,
}

#[derive(Default)]
struct Receipts {
    append: Vec<i64>,
    tenant: Vec<String>,
    principal: Vec<String>,
    command: Vec<String>,
    key: Vec<String>,
    input_hash: Vec<Vec<u8>>,
    stream_type: Vec<String>,
    stream_id: Vec<String>,
    first: Vec<i64>,
    last: Vec<i64>,
    refusal: Vec<String>,
}

#[derive(Default)]
struct Claims {
    append: Vec<i64>,
    scope: Vec<String>,
    name: Vec<String>,
    takes: Vec<bool>,
}

impl Arguments {
    pub(super) fn of(batch: &[Append]) -> Self {
        let mut arguments = Self::default();
        let mut last_of_stream = HashMap::with_capacity(batch.len());
        for (number, append) in (1..).zip(batch) {
            arguments.appends.add(number, append, &mut last_of_stream);
            arguments.events.add(number, append);
            if let Some(receipt) = &append.receipt {
                arguments.receipts.add(number, receipt);
            }
            arguments.claims.add(number, append);
        }
        arguments
    }

    /// The parameters of [`APPEND`].
    pub(super) fn values(&self, attempt: Uuid) -> Vec<Value> {
        let Self { appends: a, events: e, receipts: r, claims: c } = self;
        vec![
            attempt.into(),
            a.tenant.clone().into(),
            a.stream_type.clone().into(),
            a.id.clone().into(),
            a.expected.clone().into(),
            a.count.clone().into(),
            a.previous.clone().into(),
            a.recorded_at.clone().into(),
            e.append.clone().into(),
            e.ordinal.clone().into(),
            e.tenant.clone().into(),
            e.stream_type.clone().into(),
            e.stream_id.clone().into(),
            e.id.clone().into(),
            e.name.clone().into(),
            e.schema_version.clone().into(),
            e.payload.clone().into(),
            e.correlation_id.clone().into(),
            e.causation_id.clone().into(),
            e.principal.clone().into(),
            e.keys.clone().into(),
            r.append.clone().into(),
            r.tenant.clone().into(),
            r.principal.clone().into(),
            r.command.clone().into(),
            r.key.clone().into(),
            r.input_hash.clone().into(),
            r.stream_type.clone().into(),
            r.stream_id.clone().into(),
            r.first.clone().into(),
            r.last.clone().into(),
            r.refusal.clone().into(),
            c.append.clone().into(),
            c.scope.clone().into(),
            c.name.clone().into(),
            c.takes.clone().into(),
        ]
    }
}

impl Appends {
    fn add<'a>(&mut self, number: i64, append: &'a Append, last_of_stream: &mut HashMap<&'a StreamKey, i64>) {
        self.tenant.push(append.stream.tenant.clone());
        self.stream_type.push(append.stream.stream_type.to_string());
        self.id.push(append.stream.id.clone());
        self.expected.push(match append.expected {
            ExpectedVersion::Any => -1,
            ExpectedVersion::Exists => -2,
            ExpectedVersion::NoStream => 0,
            ExpectedVersion::Exact(version) => signed(version),
        });
        self.count.push(signed(append.events.len() as u64));
        self.previous.push(last_of_stream.insert(&append.stream, number).unwrap_or(0));
        self.recorded_at.push(append.recorded_at);
    }
}

impl Events {
    fn add(&mut self, number: i64, append: &Append) {
        for (ordinal, event) in (1..).zip(&append.events) {
            self.append.push(number);
            self.ordinal.push(ordinal);
            self.tenant.push(append.stream.tenant.clone());
            self.stream_type.push(append.stream.stream_type.to_string());
            self.stream_id.push(append.stream.id.clone());
            self.id.push(event.id);
            self.name.push(event.name.to_string());
            self.schema_version.push(i64::from(event.schema_version));
            self.payload.push(event.payload.clone());
            self.correlation_id.push(append.correlation_id);
            self.causation_id.push(append.causation_id);
            self.principal.push(append.principal.clone());
            self.keys.push(append.keys.clone());
        }
    }
}

impl Receipts {
    fn add(&mut self, number: i64, receipt: &Receipt) {
        let (first, last, refusal) = answer_columns(&receipt.answer);
        // The function fills in the versions of the append's own events.
        let first = if matches!(receipt.answer, ReceiptAnswer::Events { .. }) { -1 } else { signed(first) };
        self.append.push(number);
        self.tenant.push(receipt.key.tenant.clone());
        self.principal.push(receipt.key.principal.clone());
        self.command.push(receipt.key.command.to_string());
        self.key.push(receipt.key.key.clone());
        self.input_hash.push(receipt.input_hash.to_vec());
        self.stream_type.push(receipt.stream.stream_type.to_string());
        self.stream_id.push(receipt.stream.id.clone());
        self.first.push(first);
        self.last.push(signed(last));
        self.refusal.push(refusal.to_owned());
    }
}

impl Claims {
    fn add(&mut self, number: i64, append: &Append) {
        for change in &append.claims {
            self.append.push(number);
            self.scope.push(change.claim().scope.to_string());
            self.name.push(change.claim().name.clone());
            self.takes.push(matches!(change, ClaimChange::Take(_)));
        }
    }
}
