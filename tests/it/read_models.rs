//! Rows of read models: what is written is read again as it was, and sorts in the database as in Rust.

mod erased;
mod order;
mod refused;
mod round_trip;
mod types;
mod view_rows;

use cqrs_runtime::column::{ColumnError, Numbers, RowReader, RowWriter, read_rows};
use cqrs_runtime::prelude::*;

const NUMBERS: [Numbers; 2] = [Numbers::Exact, Numbers::AsTexts];

/// The only row of a page that is written by `write`.
fn page(
    numbers: Numbers,
    write: impl FnOnce(&mut RowWriter) -> Result<(), ColumnError>,
) -> Result<String, ColumnError> {
    let mut rows = RowWriter::new(numbers);
    rows.row(write)?;
    Ok(rows.finish())
}

/// What `take` makes of the only row of a page.
fn read<T>(page: &str, numbers: Numbers, take: impl Fn(&mut RowReader<'_, '_>) -> Result<T, ColumnError>) -> T {
    let mut read = Vec::new();
    read_rows(page, numbers, |row| {
        read.push(take(row)?);
        Ok(())
    })
    .expect("what was written can be read");
    assert_eq!(read.len(), 1);
    read.remove(0)
}

/// A value as the only one of a row.
fn written<T: Value + Serialize>(value: &T, numbers: Numbers) -> Result<String, ColumnError> {
    page(numbers, |row| row.put(value))
}
