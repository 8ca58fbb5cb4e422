//! Events that were not projected.

use chrono::DateTime;
use sea_orm::QueryResult;

use super::super::filter::signed;
use super::super::statement::{Run, all};
use super::corrupt;
use super::spelling::{Spelling, text};
use crate::column::ColumnType;
use crate::store::{DeadLetter, Discard, GenerationKey, LetterRequest, StoreError, StreamKey};

const TABLE: &str = "cqrs_dead_letters";

/// The columns behind the name, in the order of a row.
const COLUMNS: [(&str, ColumnType); 14] = [
    ("position", ColumnType::Integer),
    ("sequence", ColumnType::Integer),
    ("sequence_key", ColumnType::Text),
    ("tenant", ColumnType::Text),
    ("stream_type", ColumnType::Text),
    ("stream_id", ColumnType::Text),
    ("version", ColumnType::Integer),
    ("event_name", ColumnType::Text),
    ("schema_version", ColumnType::Integer),
    ("error", ColumnType::Text),
    ("attempts", ColumnType::Integer),
    ("parked_at", ColumnType::Time),
    ("retry_at", ColumnType::Time),
    ("request", ColumnType::Text),
];

const POSITION: usize = 0;
const ERROR: usize = 9;

/// Enters the letters of a parameter, each in the place of the one of its position.
///
/// One that failed, and was left out for good before, is left out again.
pub(in super::super) fn parked<S: Spelling>(projection: &str, parameter: usize) -> String {
    let names = COLUMNS.map(|(name, _)| name);
    let cell = |index: usize| S::cell("r.value", index, COLUMNS[index].1);
    let cells = (0..COLUMNS.len()).map(|index| match COLUMNS[index].0 {
        "request" => format!(
            "CASE WHEN {} <> '' AND EXISTS (SELECT 1 FROM cqrs_discards d WHERE d.projection = {} AND d.position = {}) \
            THEN 'discard' ELSE {} END",
            cell(ERROR),
            text(projection),
            cell(POSITION),
            cell(index),
        ),
        _ => cell(index),
    });
    let replaced = names[1..].iter().map(|name| format!("{name} = excluded.{name}"));
    format!(
        "INSERT INTO {TABLE} (name, {}) SELECT {}, {} FROM {}{} WHERE true ON CONFLICT (name, position) DO UPDATE SET {}",
        names.join(", "),
        S::NAME,
        cells.collect::<Vec<_>>().join(", "),
        S::FENCED,
        S::rows(parameter),
        replaced.collect::<Vec<_>>().join(", "),
    )
}

/// Notes that the events of the letters at the positions of a parameter are left out for good.
pub(in super::super) fn discarded<S: Spelling>(projection: &str, parameter: usize) -> String {
    format!(
        "INSERT INTO cqrs_discards (projection, position, sequence_key, event_name, error)
        SELECT {}, l.position, l.sequence_key, l.event_name, l.error FROM {TABLE} l
        WHERE l.name = {} AND l.position IN (SELECT {} FROM {}{})
        ON CONFLICT (projection, position) DO NOTHING",
        text(projection),
        S::NAME,
        S::cell("r.value", POSITION, ColumnType::Integer),
        S::FENCED,
        S::rows(parameter),
    )
}

/// Leaves the events at the positions of a parameter out of what is being built, too, where they have failed there by now.
pub(in super::super) fn discarded_beside<S: Spelling>(projection: &str, parameter: usize) -> String {
    format!(
        "UPDATE {TABLE} SET request = 'discard'
        WHERE error <> '' AND position IN (SELECT {} FROM {}{})
            AND name IN (SELECT g.projection || '@' || g.number FROM cqrs_generations g
                WHERE g.projection = {} AND g.state = 'building')",
        S::cell("r.value", POSITION, ColumnType::Integer),
        S::FENCED,
        S::rows(parameter),
        text(projection),
    )
}

/// Takes away the letters at the positions of a parameter.
pub(in super::super) fn settled<S: Spelling>(parameter: usize) -> String {
    format!(
        "DELETE FROM {TABLE} WHERE name = {} AND position IN (SELECT {} FROM {}{})",
        S::NAME,
        S::cell("r.value", 0, ColumnType::Integer),
        S::FENCED,
        S::rows(parameter),
    )
}

/// Letters as rows.
pub(super) fn rows(letters: &[DeadLetter]) -> String {
    let rows = letters.iter().map(|letter| {
        let stream = &letter.stream;
        (
            signed(letter.position),
            letter.sequence,
            storable(&letter.sequence_key),
            storable(&stream.tenant),
            storable(&stream.stream_type),
            storable(&stream.id),
            signed(letter.version),
            storable(&letter.name),
            letter.schema_version,
            storable(&letter.error),
            letter.attempts,
            letter.parked_at.timestamp_micros(),
            letter.retry_at.map(|time| time.timestamp_micros()),
            letter.request.map(word),
        )
    });
    // Numbers and texts always are JSON.
    serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap_or_default()
}

/// Positions as rows.
pub(super) fn positions(positions: &[u64]) -> String {
    let rows = positions.iter().map(|position| [signed(*position)]);
    // Numbers always are JSON.
    serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap_or_default()
}

/// The text without what no database takes: it is to be read by people, and must not keep a letter from being entered.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// The letters of a generation, by position.
pub(in super::super) async fn letters<S: Spelling>(
    connection: &impl Run,
    generation: &GenerationKey,
) -> Result<Vec<DeadLetter>, StoreError> {
    let columns = COLUMNS.map(|(name, ty)| S::shown(name, ty)).join(", ");
    let sql = format!("SELECT {columns} FROM {TABLE} WHERE name = $1 ORDER BY position");
    let rows = all(connection, &sql, [generation.to_string().into()]).await?;
    rows.iter().map(letter).collect()
}

fn letter(row: &QueryResult) -> Result<DeadLetter, StoreError> {
    let text = |index| row.try_get_by_index::<String>(index);
    let stream = StreamKey::new(text(4)?, text(5)?).of_tenant(text(3)?);
    let request: Option<String> = row.try_get_by_index(13)?;
    let time = |micros| DateTime::from_timestamp_micros(micros).ok_or_else(|| corrupt(TABLE, "a time is out of range"));
    let retry_at: Option<i64> = row.try_get_by_index(12)?;
    Ok(DeadLetter {
        position: unsigned(row, 0)?,
        sequence: row.try_get_by_index(1)?,
        sequence_key: text(2)?,
        stream,
        version: unsigned(row, 6)?,
        name: text(7)?,
        schema_version: unsigned(row, 8)?,
        error: text(9)?,
        attempts: unsigned(row, 10)?,
        parked_at: time(row.try_get_by_index(11)?)?,
        retry_at: retry_at.map(time).transpose()?,
        request: request.map(|word| of_word(&word)).transpose()?,
    })
}

fn unsigned<N: TryFrom<i64>>(row: &QueryResult, index: usize) -> Result<N, StoreError> {
    let number: i64 = row.try_get_by_index(index)?;
    number.try_into().map_err(|_| corrupt(TABLE, "a number is out of range"))
}

/// The events of a projection that were left out for good, by position.
pub(in super::super) async fn discards(connection: &impl Run, projection: &str) -> Result<Vec<Discard>, StoreError> {
    const DISCARDS: &str =
        "SELECT position, sequence_key, event_name, error FROM cqrs_discards WHERE projection = $1 ORDER BY position";
    let rows = all(connection, DISCARDS, [projection.into()]).await?;
    let discards = rows.iter().map(|row| {
        Ok(Discard {
            position: unsigned(row, 0)?,
            sequence_key: row.try_get_by_index(1)?,
            name: row.try_get_by_index(2)?,
            error: row.try_get_by_index(3)?,
        })
    });
    discards.collect()
}

/// Enters what somebody asks for with the letters of a sequence, of which a position is the first; how many they are.
pub(in super::super) async fn request(
    connection: &impl Run,
    generation: &GenerationKey,
    sequence: i64,
    first: u64,
    request: LetterRequest,
) -> Result<u64, StoreError> {
    const REQUEST: &str = "UPDATE cqrs_dead_letters
        SET request = CASE WHEN $3 = 'discard' AND position > $4 THEN 'retry' ELSE $3 END
        WHERE name = $1 AND sequence = $2 AND $4 = (SELECT min(o.position) FROM cqrs_dead_letters o
            WHERE o.name = $1 AND o.sequence = $2)
        RETURNING position";
    let values = [generation.to_string().into(), sequence.into(), word(request).into(), signed(first).into()];
    Ok(all(connection, REQUEST, values).await?.len() as u64)
}

fn word(request: LetterRequest) -> &'static str {
    match request {
        LetterRequest::Retry => "retry",
        LetterRequest::Discard => "discard",
    }
}

fn of_word(word: &str) -> Result<LetterRequest, StoreError> {
    match word {
        "retry" => Ok(LetterRequest::Retry),
        "discard" => Ok(LetterRequest::Discard),
        _ => Err(corrupt(TABLE, "request")),
    }
}
