//! Loading the rows that a batch needs.

use sea_orm::DbErr;

use super::super::statement::{Run, one};
use super::spelling::{Spelling, column, is_of_key, shown_cells};
use crate::column::ColumnType;
use crate::store::{StoreError, TableShape, Wanted};

/// The rows that are wanted, in one text.
pub(in super::super) async fn load<S: Spelling>(
    connection: &impl Run,
    table: &TableShape,
    wanted: &Wanted,
) -> Result<String, StoreError> {
    let mut pages = Vec::new();
    if let Some(keys) = &wanted.keys {
        pages.push(page::<S>(connection, table, &is_of_key::<S>(table, 1), keys).await?);
    }
    for (first, count, values) in &wanted.values {
        pages.push(page::<S>(connection, table, &has_values::<S>(table, *first, *count), values).await?);
    }
    Ok(joined(pages))
}

/// Whether columns of the row `t` that follow each other have the values in `r.value`.
fn has_values<S: Spelling>(table: &TableShape, first: usize, count: usize) -> String {
    let columns = table.columns.iter().enumerate().skip(first).take(count);
    let same = columns.enumerate().map(|(place, (index, described))| {
        let (column, cell) = (column(table, index), S::cell("r.value", 1 + place, described.ty));
        if described.optional { format!(" AND {}", S::same(&column, &cell)) } else { format!(" AND {column} = {cell}") }
    });
    format!("t.tenant = {}{}", S::cell("r.value", 0, ColumnType::Text), same.collect::<String>())
}

async fn page<S: Spelling>(
    connection: &impl Run,
    table: &TableShape,
    condition: &str,
    wanted: &str,
) -> Result<String, DbErr> {
    let integer = |column| S::shown(column, ColumnType::Integer);
    let mut cells =
        vec![S::shown("t.tenant", ColumnType::Text), integer("t.cqrs_sequence"), integer("t.cqrs_position")];
    cells.extend(shown_cells::<S>(table));
    let sql = format!("SELECT {} FROM {} {}", S::page(&S::row(&cells)), S::rows(1), S::joined(table, condition));
    let row = one(connection, &sql, [wanted.into()]).await?;
    row.map_or_else(|| Ok("[]".to_owned()), |row| row.try_get_by_index(0))
}

/// The rows of several pages as those of one.
fn joined(mut pages: Vec<String>) -> String {
    if pages.len() == 1 {
        return pages.remove(0);
    }
    let rows = pages.iter().map(|page| page.strip_prefix('[').and_then(|page| page.strip_suffix(']')).unwrap_or(page));
    format!("[{}]", rows.filter(|rows| !rows.is_empty()).collect::<Vec<_>>().join(","))
}
