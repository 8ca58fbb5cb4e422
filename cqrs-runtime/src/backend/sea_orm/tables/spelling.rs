//! Where the databases' spellings differ.

use crate::column::ColumnType;
use crate::store::{TableColumn, TableShape};

/// What a database calls what both of them have.
pub(in super::super) trait Spelling {
    /// The parameters that a fence takes come first, so many.
    const FENCE_PARAMETERS: usize;

    /// The parameter of a fence that is its name: that of the generation.
    const NAME: &'static str;

    /// The element `k.value`, an array, as a row of a page.
    const ELEMENT: &'static str;

    /// What stands before the rows of a statement that is fenced by being part of another one.
    const FENCED: &'static str;

    /// What a table has behind its columns.
    const TABLE_OPTIONS: &'static str;

    /// What a column that may be absent has in an order, so that absent values come first.
    const ABSENT_FIRST: &'static str;

    /// What it has where the order descends, so that they come last.
    const ABSENT_LAST: &'static str;

    /// The type of a column.
    fn type_of(ty: ColumnType) -> &'static str;

    /// The name of an index, where one must be given.
    fn index(name: &str) -> String;

    /// The elements of the JSON array in a parameter, each as `r.value`.
    fn rows(parameter: usize) -> String;

    /// The elements of a JSON array, each as `k.value`.
    fn elements(text: &str) -> String;

    /// The rows `t` of a table for which a condition holds, joined to the rows `r` before them: each found by an index,
    /// however small the table was when the statement was planned.
    fn joined(table: &TableShape, condition: &str) -> String;

    /// Deletes the rows `t` of a table for which a condition holds with a row `r`.
    fn delete(table: &TableShape, rows: &str, condition: &str) -> String;

    /// A cell of a row of JSON, as a value of a column.
    fn cell(row: &str, index: usize, ty: ColumnType) -> String;

    /// The JSON in a parameter.
    fn json(parameter: usize) -> String;

    /// Whether a column's value is among the cells of the JSON array in a parameter.
    fn is_among(column: &str, parameter: usize, ty: ColumnType) -> String;

    /// A column's value as a text, compared by code points.
    fn text(column: &str, ty: ColumnType) -> String;

    /// A text with the capitals of ASCII made small.
    fn small(text: &str) -> String;

    /// Whether a text contains another.
    fn contains(text: &str, part: &str) -> String;

    /// A column's value as a cell of a row of JSON.
    fn shown(column: &str, ty: ColumnType) -> String;

    /// A column's value as people read it.
    fn to_people(column: &str, ty: ColumnType) -> String;

    /// The id of an event as a text.
    fn event_id(column: &str) -> String;

    /// Cells as a row of JSON.
    fn row(cells: &[String]) -> String;

    /// The rows of JSON of a query, as one text.
    fn page(row: &str) -> String;

    /// Whether two values are the same, or both are absent.
    fn same(one: &str, other: &str) -> String;

    /// The number of the batch among the changes of a partition, as its fence has counted it.
    fn number_of_change(partition: &str) -> String;

    /// Whether a partition is among those of a fence's steps.
    fn is_held(partition: &str) -> String;
}

/// An identifier, taken as it is.
pub(in super::super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as a constant.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A column of the table `t`.
pub(super) fn column(table: &TableShape, index: usize) -> String {
    format!("t.{}", quoted(&table.columns[index].name))
}

/// The columns of the key, beside the tenant.
pub(super) fn key_columns(table: &TableShape) -> String {
    listed(table.key.iter().map(|index| &table.columns[*index]))
}

/// The names of columns, each behind a comma.
pub(super) fn listed<'t>(columns: impl Iterator<Item = &'t TableColumn>) -> String {
    columns.flat_map(|column| [", ".to_owned(), quoted(&column.name)]).collect()
}

/// All cells of a row, as they are shown.
pub(super) fn shown_cells<S: Spelling>(table: &TableShape) -> Vec<String> {
    let columns = table.columns.iter().enumerate();
    columns.map(|(index, described)| S::shown(&column(table, index), described.ty)).collect()
}

/// Whether the row `t` is that of the key in `r.value`, whose cells begin at an index, behind the tenant.
pub(super) fn is_of_key<S: Spelling>(table: &TableShape, first: usize) -> String {
    let keys = table.key.iter().enumerate().map(|(place, index)| {
        let cell = S::cell("r.value", first + place, table.columns[*index].ty);
        format!(" AND {} = {cell}", column(table, *index))
    });
    format!("t.tenant = {}{}", S::cell("r.value", 0, ColumnType::Text), keys.collect::<String>())
}
