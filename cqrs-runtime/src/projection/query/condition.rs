//! How values of fields compare, column by column.

use super::QueryError;
use crate::column::{ColumnError, Numbers, RowWriter};
use crate::read_model::Table;
use crate::store::{Comparison, Condition};

/// The columns that a value takes, and what stands in each, as an array of one cell.
pub(in crate::projection) type Cells = Vec<(usize, String)>;

const ABSENT: &str = "[null]";

/// What `write` writes for fields of a table.
pub(in crate::projection) fn cells_of(
    table: &'static Table,
    fields: &[usize],
    numbers: Numbers,
    write: impl FnOnce(&mut RowWriter) -> Result<(), ColumnError>,
) -> Result<Cells, QueryError> {
    let name = || fields.first().and_then(|field| table.fields.get(*field)).map_or(table.name, |field| field.name);
    let mut writer = RowWriter::new(numbers);
    writer.row(write).map_err(|source| QueryError::Value { field: name(), source })?;
    let rows: Vec<Vec<serde_json::Value>> = serde_json::from_str(&writer.finish()).unwrap_or_default();
    let cells = rows.into_iter().flatten().map(|cell| serde_json::Value::Array(vec![cell]).to_string());
    Ok(fields.iter().flat_map(|field| columns(table, *field)).zip(cells).collect())
}

/// The columns of a field.
pub(in crate::projection) fn columns(table: &Table, field: usize) -> std::ops::Range<usize> {
    let (first, count) = table.columns_of(field);
    first..first + count
}

/// Rows that have exactly this value.
pub(in crate::projection) fn same(cells: Cells) -> Condition {
    Condition::All(cells.into_iter().map(equal).collect())
}

/// Rows whose value is one of these.
pub(in crate::projection) fn among(values: Vec<Cells>) -> Condition {
    let Some(column) = values.first().and_then(|cells| cells.first()).map(|(column, _)| *column) else {
        return Condition::Any(Vec::new());
    };
    if values.iter().any(|cells| cells.len() != 1) {
        return Condition::Any(values.into_iter().map(same).collect());
    }
    let cells: Vec<String> = values.into_iter().flatten().map(|(_, cell)| cell).collect();
    let absent = cells.iter().any(|cell| cell == ABSENT).then_some(Condition::Absent { column });
    let present = cells.iter().filter(|cell| *cell != ABSENT);
    let present: Vec<&str> = present.filter_map(|cell| cell.strip_prefix('[')?.strip_suffix(']')).collect();
    let present = Condition::In { column, cells: format!("[{}]", present.join(",")) };
    Condition::Any(std::iter::once(present).chain(absent).collect())
}

/// Rows whose value is smaller or greater: in the first column in which it is another one.
///
/// `last` holds for the last column, `strict` for those before it.
pub(in crate::projection) fn compared(cells: &Cells, strict: Comparison, last: Comparison) -> Condition {
    let count = cells.len();
    let ways = (0..count).map(|differing| {
        let same = cells.iter().take(differing).cloned().map(equal);
        let comparison = if differing + 1 == count { last } else { strict };
        let differs = cells.get(differing).cloned().map(|(column, cell)| compare(column, comparison, cell));
        Condition::All(same.chain(differs).collect())
    });
    Condition::Any(ways.collect())
}

/// Rows without a value.
pub(in crate::projection) fn absent(table: &Table, field: usize) -> Condition {
    Condition::All(columns(table, field).map(|column| Condition::Absent { column }).collect())
}

pub(super) fn equal((column, cell): (usize, String)) -> Condition {
    if is_absent(&cell) { Condition::Absent { column } } else { compare(column, Comparison::Equal, cell) }
}

/// Whether a cell holds nothing.
pub(super) fn is_absent(cell: &str) -> bool {
    cell == ABSENT
}

pub(super) fn compare(column: usize, comparison: Comparison, cell: String) -> Condition {
    Condition::Compare { column, comparison, cell }
}
