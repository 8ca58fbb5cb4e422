//! The catalog: which generations there are, and what each is there for.

use chrono::DateTime;
use sea_orm::QueryResult;

use super::super::statement::{Run, all};
use super::corrupt;
use super::spelling::Spelling;
use crate::column::ColumnType;
use crate::store::{AdvanceVerdict, Generation, GenerationKey, GenerationState, RowBatch, StoreError, SwapVerdict};

const TABLE: &str = "cqrs_generations";

/// The generations of a projection, oldest first.
pub(in super::super) async fn generations<S: Spelling>(
    connection: &impl Run,
    projection: &str,
) -> Result<Vec<Generation>, StoreError> {
    let sql = format!(
        "SELECT number, fingerprint, partitions, state, tables, {}, {} FROM cqrs_generations
        WHERE projection = $1 AND state <> 'dropped' ORDER BY number",
        S::shown("created_at", ColumnType::Time),
        S::shown("served_at", ColumnType::Time),
    );
    let rows = all(connection, &sql, [projection.into()]).await?;
    rows.iter().map(|row| generation(projection, row)).collect()
}

fn generation(projection: &str, row: &QueryResult) -> Result<Generation, StoreError> {
    let (number, partitions): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(2)?);
    let (state, tables): (String, String) = (row.try_get_by_index(3)?, row.try_get_by_index(4)?);
    let out_of_range = |_| corrupt(TABLE, "a number is out of range");
    let time = |micros| DateTime::from_timestamp_micros(micros).ok_or_else(|| corrupt(TABLE, "a time is out of range"));
    let served_at: Option<i64> = row.try_get_by_index(6)?;
    let key = GenerationKey { projection: projection.to_owned(), number: number.try_into().map_err(out_of_range)? };
    let tables: Vec<String> = serde_json::from_str(&tables).map_err(|_| corrupt(TABLE, "tables"))?;
    Ok(Generation {
        fingerprint: row.try_get_by_index(1)?,
        partitions: partitions.try_into().map_err(out_of_range)?,
        state: of_word(&state)?,
        tables: tables.iter().map(|table| key.table(table)).collect(),
        created_at: time(row.try_get_by_index(5)?)?,
        served_at: served_at.map(time).transpose()?,
        key,
    })
}

/// A state as the catalog has it.
pub(in super::super) fn state_word(state: GenerationState) -> &'static str {
    match state {
        GenerationState::Building => "building",
        GenerationState::Serving => "serving",
        GenerationState::Retired => "retired",
        GenerationState::Verifying => "verifying",
    }
}

fn of_word(word: &str) -> Result<GenerationState, StoreError> {
    let states =
        [GenerationState::Building, GenerationState::Serving, GenerationState::Retired, GenerationState::Verifying];
    let state = states.into_iter().find(|state| state_word(*state) == word);
    state.ok_or_else(|| corrupt(TABLE, "state"))
}

/// What it means that a batch's table is not there: if the generation has been dropped, so have been its leases.
pub(in super::super) async fn dropped<S: Spelling>(
    connection: &impl Run,
    batch: &RowBatch<'_>,
    missing: StoreError,
) -> Result<AdvanceVerdict, StoreError> {
    let generations = generations::<S>(connection, &batch.generation.projection).await?;
    if generations.iter().any(|generation| generation.key == *batch.generation) {
        return Err(missing);
    }
    Ok(AdvanceVerdict::LeaseLost)
}

/// How a generation stands that is to serve: its state, how far all its partitions have come and how far they must, and how
/// many events are parked in it that what serves has projected, by a statement that begins with these columns.
pub(in super::super) async fn standing(
    connection: &impl Run,
    sql: &str,
    key: &GenerationKey,
) -> Result<SwapVerdict, StoreError> {
    let row = all(connection, sql, [key.projection.as_str().into(), i64::from(key.number).into()]).await?.pop();
    row.as_ref().map_or(Ok(SwapVerdict::Gone), judged)
}

/// The verdict on a generation that stands as a row says; it serves, or may.
pub(in super::super) fn judged(row: &QueryResult) -> Result<SwapVerdict, StoreError> {
    let unsigned = |index| {
        let number: i64 = row.try_get_by_index(index)?;
        number.try_into().map_err(|_| corrupt(TABLE, "a number is out of range"))
    };
    let (position, needed, events) = (unsigned(1)?, unsigned(2)?, unsigned(3)?);
    Ok(match of_word(&row.try_get_by_index::<String>(0)?)? {
        GenerationState::Retired | GenerationState::Verifying => SwapVerdict::Gone,
        GenerationState::Building if position < needed => SwapVerdict::Behind { position, needed },
        GenerationState::Building if events > 0 => SwapVerdict::Parked { events },
        GenerationState::Serving | GenerationState::Building => SwapVerdict::Serves,
    })
}
