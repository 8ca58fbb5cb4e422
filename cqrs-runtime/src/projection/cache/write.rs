//! Rows as they are written.

use super::cells;
use crate::column::{ColumnError, Numbers, RowWriter};
use crate::read_model::{ReadModel, TableField};

/// How many bytes of values an index takes, in each database and beside what the engine adds to them.
const MOST_OF_AN_INDEX: usize = 2_000;

/// Writes a row behind `head`, unless its indices could not hold it.
pub(super) fn write_row<M: ReadModel>(
    numbers: Numbers,
    rows: &mut RowWriter,
    model: &M,
    head: impl FnOnce(&mut RowWriter) -> Result<(), ColumnError>,
) -> Result<(), ColumnError> {
    let before = rows.bytes();
    rows.row(|row| head(row).and_then(|()| model.write(row)))?;
    // What is short as a whole is short in its parts.
    if rows.bytes() - before > MOST_OF_AN_INDEX { check_indices(numbers, model) } else { Ok(()) }
}

fn check_indices<M: ReadModel>(numbers: Numbers, model: &M) -> Result<(), ColumnError> {
    let check = |field: &TableField, bytes: usize| {
        let (field, most) = (field.name, MOST_OF_AN_INDEX);
        if bytes > most { Err(ColumnError::TooLong { field, bytes, most }) } else { Ok(()) }
    };
    let key = cells(numbers, |row| M::write_key(&model.key(), row))?.len();
    M::TABLE.key_fields().take(1).try_for_each(|field| check(field, key))?;
    for (index, field) in M::TABLE.fields.iter().enumerate().filter(|(_, field)| field.filter || field.order) {
        check(field, key + cells(numbers, |row| model.write_field(index, row))?.len())?;
    }
    Ok(())
}
