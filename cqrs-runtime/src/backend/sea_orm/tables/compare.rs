//! Holding the rows of one generation against those of another, in the database.

use sea_orm::{QueryResult, Value};
use serde::de::DeserializeOwned;

use super::super::statement::{Run, one};
use super::corrupt;
use super::spelling::{Spelling, is_of_key, listed, quoted, text};
use crate::column::ColumnType;
use crate::store::{Compare, CompareRows, Compared, LoneLetter, StoreError, TableShape};

/// Pairs of so many bytes are told together at most.
const BYTES: i64 = 8 << 20;

/// The parameters: where the rows begin, or their keys; and where they end.
const FIRST: usize = 1;
const LAST: usize = 2;

/// How rows stand against each other.
pub(in super::super) async fn compare<S: Spelling>(
    connection: &impl Run,
    compare: &Compare<'_>,
) -> Result<Compared, StoreError> {
    let mut at_once = compare.at_once.max(1);
    loop {
        let (first, last) = match &compare.rows {
            CompareRows::Behind(first) => {
                (first.clone(), end::<S>(connection, compare, first.as_ref(), at_once).await?)
            }
            CompareRows::Keys(keys) => (Some(keys.clone()), None),
        };
        let values: Vec<Value> = first.iter().chain(&last).map(|cells| cells.as_str().into()).collect();
        let sql = sql::<S>(compare, first.is_some(), last.is_some());
        let row = one(connection, &sql, values).await?;
        let row = row.ok_or_else(|| corrupt("cqrs_generations", "there is no answer"))?;
        let Some(pairs) = row.try_get_by_index(4)? else {
            at_once = fewer(at_once, row.try_get_by_index(5)?);
            continue;
        };
        let rows: i64 = row.try_get_by_index(3)?;
        let letters = column::<(i64, u64, u8)>(&row, 2, "cqrs_dead_letters")?.into_iter();
        let letters =
            letters.map(|(sequence, position, is_served)| LoneLetter { sequence, position, is_served: is_served > 0 });
        return Ok(Compared {
            serves: row.try_get_by_index::<i64>(0)? > 0,
            positions: column(&row, 1, "cqrs_checkpoints")?,
            letters: letters.collect(),
            rows: u64::try_from(rows).unwrap_or_default(),
            pairs,
            last,
            at_once,
        });
    }
}

/// The rows of JSON in a column.
fn column<T: DeserializeOwned>(row: &QueryResult, index: usize, table: &'static str) -> Result<Vec<T>, StoreError> {
    let text: String = row.try_get_by_index(index)?;
    serde_json::from_str(&text).map_err(|_| corrupt(table, "a number is out of range"))
}

/// How many rows are compared at once after so many, of which those that differ have too many bytes.
fn fewer(at_once: u32, bytes: i64) -> u32 {
    let fit = i64::from(at_once).saturating_mul(BYTES) / bytes.max(1);
    u32::try_from(fit).unwrap_or(u32::MAX).min(at_once / 2).max(1)
}

/// Where the rows end that are compared at once: the key that is so many rows away on the side on which they are more.
async fn end<S: Spelling>(
    connection: &impl Run,
    compare: &Compare<'_>,
    first: Option<&String>,
    at_once: u32,
) -> Result<Option<String>, StoreError> {
    let table = compare.table;
    let order = key(table, "t").join(", ");
    let behind = behind::<S>(table, first.is_some().then_some((">", FIRST)));
    let side = |name: String| {
        let (name, far) = (quoted(&name), at_once - 1);
        format!(
            "SELECT * FROM (SELECT {order} FROM {name} AS t WHERE {behind} ORDER BY {order} LIMIT 1 OFFSET {far}) AS t"
        )
    };
    let sides = [compare.serving, compare.verifying].map(|key| side(key.table(&table.name)));
    let cells = S::row(&key_cells::<S>(table, |column| format!("t.{column}")));
    let sql =
        format!("SELECT CAST({cells} AS text) FROM ({}) AS t ORDER BY {order} LIMIT 1", sides.join(" UNION ALL "));
    let row = one(connection, &sql, first.map(|cells| cells.as_str().into())).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

fn sql<S: Spelling>(compare: &Compare<'_>, first: bool, last: bool) -> String {
    let Compare { serving, verifying, table, rows, .. } = compare;
    let side = |name: String| match rows {
        CompareRows::Behind(_) => {
            let from = behind::<S>(table, first.then_some((">", FIRST)));
            let to = behind::<S>(table, last.then_some(("<=", if first { LAST } else { FIRST })));
            // In the order of the key, whose index serves for the bounds as well.
            let order = key(table, "t").join(", ");
            let all = i64::MAX;
            format!("SELECT t.* FROM {} AS t WHERE {from} AND {to} ORDER BY {order} LIMIT {all}", quoted(&name))
        }
        CompareRows::Keys(_) => {
            let named = TableShape { name, ..(*table).clone() };
            let columns = listed(table.columns.iter()).replace(", ", ", t.");
            let joined = S::joined(&named, &is_of_key::<S>(table, 1));
            let engine = "t.tenant, t.cqrs_sequence, t.cqrs_partition, t.cqrs_position";
            format!("SELECT {engine}{columns} FROM {} {joined}", S::rows(FIRST))
        }
    };
    let same = key(table, "l").into_iter().zip(key(table, "v")).map(|(one, other)| format!("{one} = {other}"));
    let same = same.collect::<Vec<_>>().join(" AND ");
    let (told, fits) = match rows {
        // One pair is told however long it is.
        CompareRows::Behind(_) => {
            (format!("WHERE {}", differ::<S>(table)), format!("size.bytes <= {BYTES} OR size.pairs < 2"))
        }
        CompareRows::Keys(_) => (String::new(), "true".to_owned()),
    };
    let of_key = S::row(&key_cells::<S>(table, |column| format!("coalesce(l.{column}, v.{column})")));
    let pair = S::row(&[of_key, S::row(&cells::<S>(table, "l")), S::row(&cells::<S>(table, "v"))]);
    let (name, other) = (text(&serving.to_string()), text(&verifying.to_string()));
    let position = ["t.partition".to_owned(), "t.position".to_owned(), S::event_id("t.event_id")];
    let letter =
        ["t.sequence".to_owned(), "t.position".to_owned(), format!("CASE t.name WHEN {name} THEN 1 ELSE 0 END")];
    // Two of them: a full join finds no index where it would have to make one.
    format!(
        "WITH l AS ({}), v AS ({}), told AS MATERIALIZED (
            SELECT CAST({pair} AS text) AS pair FROM l LEFT JOIN v ON {same} {told} UNION ALL
            SELECT CAST({pair} AS text) AS pair FROM v LEFT JOIN l ON {same} WHERE l.tenant IS NULL)
        SELECT (SELECT count(*) FROM cqrs_generations WHERE projection = {} AND number = {} AND state = 'serving'),
            (SELECT {} FROM cqrs_checkpoints AS t WHERE t.name = {name}),
            (SELECT {} FROM (SELECT min(d.name) AS name, d.sequence, d.position FROM cqrs_dead_letters AS d
                WHERE d.name IN ({name}, {other}) GROUP BY d.sequence, d.position HAVING count(*) = 1) AS t),
            (SELECT count(*) FROM l),
            CASE WHEN {fits} THEN (SELECT '[' || coalesce(string_agg(pair, ','), '') || ']' FROM told) END,
            size.bytes
        FROM (SELECT CAST(coalesce(sum(octet_length(pair)), 0) AS bigint) AS bytes, count(*) AS pairs FROM told) AS size",
        side(serving.table(&table.name)),
        side(verifying.table(&table.name)),
        text(&serving.projection),
        serving.number,
        S::page(&S::row(&position)),
        S::page(&S::row(&letter)),
    )
}

/// Whether rows stand on one side of a key that is in a parameter; all do where there is none.
fn behind<S: Spelling>(table: &TableShape, bound: Option<(&str, usize)>) -> String {
    let Some((side, parameter)) = bound else { return "true".to_owned() };
    let bound = S::json(parameter);
    let types = std::iter::once(ColumnType::Text).chain(table.key.iter().map(|index| table.columns[*index].ty));
    let cells = types.enumerate().map(|(index, ty)| S::cell(&bound, index, ty)).collect::<Vec<_>>();
    format!("({}) {side} ({})", key(table, "t").join(", "), cells.join(", "))
}

/// The tenant and the columns of the key.
fn key(table: &TableShape, of: &str) -> Vec<String> {
    let columns = table.key.iter().map(|index| quoted(&table.columns[*index].name));
    std::iter::once("tenant".to_owned()).chain(columns).map(|column| format!("{of}.{column}")).collect()
}

/// The tenant and the cells of the key, as they are written.
fn key_cells<S: Spelling>(table: &TableShape, column: impl Fn(&str) -> String) -> Vec<String> {
    let cells = table.key.iter().map(|index| {
        let described = &table.columns[*index];
        S::shown(&column(&quoted(&described.name)), described.ty)
    });
    std::iter::once(column("tenant")).chain(cells).collect()
}

/// The sequence, the partition and the position of a row, and its cells as people read them.
fn cells<S: Spelling>(table: &TableShape, of: &str) -> Vec<String> {
    let engine = ["cqrs_sequence", "cqrs_partition", "cqrs_position"].map(|column| format!("{of}.{column}"));
    let cells = table.columns.iter().map(|column| {
        let shown = S::to_people(&format!("{of}.{}", quoted(&column.name)), column.ty);
        format!("CAST({shown} AS text)")
    });
    engine.into_iter().chain(cells).collect()
}

/// Whether a pair of rows differs, or lacks one; what changed them last may be different.
fn differ<S: Spelling>(table: &TableShape) -> String {
    let engine = ["cqrs_sequence", "cqrs_partition"].map(|column| (column.to_owned(), ColumnType::Integer));
    let columns = table.columns.iter().map(|column| (quoted(&column.name), column.ty));
    let differ = engine.into_iter().chain(columns).map(|(column, ty)| {
        let (one, other) = (format!("l.{column}"), format!("v.{column}"));
        match ty {
            // As they are written: of numbers, trailing zeros count; and documents can't be compared otherwise.
            ColumnType::Decimal | ColumnType::Document => {
                format!("{} IS DISTINCT FROM {}", S::shown(&one, ty), S::shown(&other, ty))
            }
            _ => format!("{one} IS DISTINCT FROM {other}"),
        }
    });
    let absent = ["l.tenant IS NULL".to_owned(), "v.tenant IS NULL".to_owned()];
    absent.into_iter().chain(differ).collect::<Vec<_>>().join(" OR ")
}
