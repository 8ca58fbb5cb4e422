//! Holding the rows of one generation against those of another, in the database.

use sea_orm::Value;

use super::super::statement::{Run, one};
use super::corrupt;
use super::load::joined;
use super::spelling::{Spelling, is_of_key, listed, quoted, text};
use crate::column::ColumnType;
use crate::store::{Compare, CompareRows, Compared, StoreError, TableShape};

/// About so many rows of either side are compared at once.
const ROWS: u32 = 2_000;

/// The parameters: where the rows begin, or their keys; and where they end.
const FIRST: usize = 1;
const LAST: usize = 2;

/// How rows stand against each other.
pub(in super::super) async fn compare<S: Spelling>(
    connection: &impl Run,
    compare: &Compare<'_>,
) -> Result<Compared, StoreError> {
    let (first, last) = match &compare.rows {
        CompareRows::Behind(first) => (first.clone(), end::<S>(connection, compare, first.as_ref()).await?),
        CompareRows::Keys(keys) => (Some(keys.clone()), None),
    };
    let values: Vec<Value> = first.iter().chain(&last).map(|cells| cells.as_str().into()).collect();
    let sql = sql::<S>(compare, first.is_some(), last.is_some());
    let row = one(connection, &sql, values).await?;
    let row = row.ok_or_else(|| corrupt("cqrs_generations", "there is no answer"))?;
    let (positions, rows): (String, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    let positions =
        serde_json::from_str(&positions).map_err(|_| corrupt("cqrs_checkpoints", "a number is out of range"))?;
    Ok(Compared {
        serves: row.try_get_by_index::<i64>(0)? > 0,
        positions,
        rows: u64::try_from(rows).unwrap_or_default(),
        pairs: joined(vec![row.try_get_by_index(3)?, row.try_get_by_index(4)?]),
        last,
    })
}

/// Where the rows end that are compared at once: the key that is so many rows away on the side on which they are more.
async fn end<S: Spelling>(
    connection: &impl Run,
    compare: &Compare<'_>,
    first: Option<&String>,
) -> Result<Option<String>, StoreError> {
    let table = compare.table;
    let order = key(table, "t").join(", ");
    let behind = behind::<S>(table, first.is_some().then_some((">", FIRST)));
    let side = |name: String| {
        let (name, far) = (quoted(&name), ROWS - 1);
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
    let Compare { serving, verifying, table, rows } = compare;
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
    let told = match rows {
        CompareRows::Behind(_) => format!("WHERE {}", differ::<S>(table)),
        CompareRows::Keys(_) => String::new(),
    };
    let of_key = S::row(&key_cells::<S>(table, |column| format!("coalesce(l.{column}, v.{column})")));
    // Two of them: a full join finds no index where it would have to make one.
    let page = S::page(&S::row(&[of_key, S::row(&cells::<S>(table, "l")), S::row(&cells::<S>(table, "v"))]));
    let positions = S::page(&S::row(&["t.partition".to_owned(), "t.position".to_owned()]));
    format!(
        "WITH l AS ({}), v AS ({})
        SELECT (SELECT count(*) FROM cqrs_generations WHERE projection = {} AND number = {} AND state = 'serving'),
            (SELECT {positions} FROM cqrs_checkpoints AS t WHERE t.name = {}),
            (SELECT count(*) FROM l),
            (SELECT {page} FROM l LEFT JOIN v ON {same} {told}),
            (SELECT {page} FROM v LEFT JOIN l ON {same} WHERE l.tenant IS NULL)",
        side(serving.table(&table.name)),
        side(verifying.table(&table.name)),
        text(&serving.projection),
        serving.number,
        text(&serving.to_string()),
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
