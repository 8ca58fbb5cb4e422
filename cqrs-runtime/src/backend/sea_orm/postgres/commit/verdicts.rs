//! The function's answer as verdicts.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use uuid::Uuid;

use super::super::super::lookup;
use super::super::super::statement::all;
use super::super::pool::Pool;
use super::super::row::{self, COLUMNS, Time, column, unsigned};
use crate::store::judge::{KnownEvent, judge_repeat};
use crate::store::{Append, Appended, Claim, ClaimChange, StoreError, StoredEvent, StreamKey, Verdict};

/// The function's one row, by append unless said otherwise.
struct Answer {
    verdicts: Vec<i64>,
    /// The streams' versions before each append.
    bases: Vec<i64>,
    times: Vec<Time>,
    /// The positions of all written events, in order.
    positions: Vec<i64>,
    taken: HashMap<i64, Taken>,
}

/// Which claim of the batch, and who holds it.
struct Taken {
    claim: i64,
    stream_type: String,
    stream_id: String,
}

impl Answer {
    fn of(rows: &[QueryResult]) -> Result<Self, StoreError> {
        let row = rows.first().ok_or_else(|| corrupt("the verdicts are missing"))?;
        let numbers = |index| row.try_get_by_index::<Option<Vec<i64>>>(index).map(Option::unwrap_or_default);
        let texts = |index| row.try_get_by_index::<Option<Vec<String>>>(index).map(Option::unwrap_or_default);
        let holders = texts(6)?.into_iter().zip(texts(7)?);
        let taken = numbers(4)?.into_iter().zip(numbers(5)?.into_iter().zip(holders));
        Ok(Self {
            verdicts: numbers(0)?,
            bases: numbers(1)?,
            times: column(row::postgres(row)?, 2, "recorded_at").map_err(corrupt)?,
            positions: numbers(3)?,
            taken: taken
                .map(|(append, (claim, (stream_type, stream_id)))| (append, Taken { claim, stream_type, stream_id }))
                .collect(),
        })
    }
}

/// The verdicts on `batch`; what needs rows that stand in the log, looks them up.
pub(super) async fn of(connection: &Pool, batch: &[Append], rows: &[QueryResult]) -> Result<Vec<Verdict>, StoreError> {
    let answer = Answer::of(rows)?;
    if answer.verdicts.len() != batch.len() || answer.bases.len() != batch.len() || answer.times.len() != batch.len() {
        return Err(corrupt("the verdicts are not as many as the appends"));
    }
    let known = known_events(connection, batch, &answer).await?;
    let claims: Vec<&Claim> = batch.iter().flat_map(|append| &append.claims).map(ClaimChange::claim).collect();
    let (mut verdicts, mut written) = (Vec::with_capacity(batch.len()), 0);
    for (index, append) in batch.iter().enumerate() {
        let base = unsigned(answer.bases[index], "version").map_err(corrupt)?;
        verdicts.push(match answer.verdicts[index] {
            0 => {
                written += append.events.len();
                Verdict::Appended(accepted(append, base, answer.times[index].0, &answer.positions, written)?)
            }
            1 => judge_repeat(append, &known, base),
            2 => Verdict::Receipted(receipt(connection, append).await?),
            3 => taken(append, &claims, answer.taken.get(&number(index)))?,
            _ => Verdict::Conflict { actual: base },
        });
    }
    Ok(verdicts)
}

fn number(index: usize) -> i64 {
    i64::try_from(index).map_or(i64::MAX, |index| index + 1)
}

fn accepted(
    append: &Append,
    base: u64,
    recorded_at: DateTime<Utc>,
    positions: &[i64],
    written: usize,
) -> Result<Appended, StoreError> {
    let count = append.events.len() as u64;
    let position = if count == 0 {
        None
    } else {
        let last = positions.get(written - 1).ok_or_else(|| corrupt("a position is missing"))?;
        Some(unsigned(*last, "position").map_err(corrupt)?)
    };
    Ok(Appended { version: base + count, count, position, recorded_at, repeated: false })
}

fn taken(append: &Append, claims: &[&Claim], taken: Option<&Taken>) -> Result<Verdict, StoreError> {
    let taken = taken.ok_or_else(|| corrupt("a claim's holder is missing"))?;
    let claim = usize::try_from(taken.claim - 1).ok().and_then(|index| claims.get(index).copied());
    let holder = StreamKey::new(taken.stream_type.clone(), &taken.stream_id).of_tenant(&append.stream.tenant);
    Ok(Verdict::ClaimTaken { claim: claim.ok_or_else(|| corrupt("a claim is missing"))?.clone(), holder })
}

async fn receipt(connection: &Pool, append: &Append) -> Result<crate::store::Receipt, StoreError> {
    let gone = StoreError::CorruptRow { table: "cqrs_receipts", what: "a receipt has gone since it was found" };
    let Some(receipt) = &append.receipt else { return Err(gone) };
    lookup::receipt(connection, &receipt.key).await?.ok_or(gone)
}

/// The stored events that appends send again.
async fn known_events(
    connection: &Pool,
    batch: &[Append],
    answer: &Answer,
) -> Result<HashMap<Uuid, KnownEvent>, StoreError> {
    let again = batch.iter().zip(&answer.verdicts).filter(|(_, verdict)| **verdict == 1);
    let ids: Vec<Uuid> = again.flat_map(|(append, _)| append.events.iter().map(|event| event.id)).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT {COLUMNS} FROM cqrs_events WHERE event_id = ANY($1)");
    let rows = all(connection, &sql, [ids.into()]).await?;
    rows.iter().map(|row| Ok(known_event(StoredEvent::from(row::event(row::postgres(row)?)?)))).collect()
}

fn known_event(event: StoredEvent) -> (Uuid, KnownEvent) {
    let StoredEvent { event_id, stream, version, position, name, schema_version, payload, recorded_at, .. } = event;
    (event_id, KnownEvent { stream, version, position, name, schema_version, payload, recorded_at })
}

fn corrupt(what: &'static str) -> StoreError {
    StoreError::CorruptRow { table: "cqrs_events", what }
}
