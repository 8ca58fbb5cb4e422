//! Reading rows.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, SeqAccess, Visitor};

use super::decode::{CellDeserializer, PartsDeserializer};
use super::{ColumnError, ColumnType, Numbers};
use crate::value::Value;

/// One cell of a row as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'p> {
    /// Absent.
    Null,
    /// True or false.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A text, borrowed from the page where it stands there as it is.
    Text(Cow<'p, str>),
}

/// Takes values from the cells of a row, in their order.
#[derive(Debug)]
pub struct RowReader<'r, 'p> {
    cells: &'r [Cell<'p>],
    numbers: Numbers,
}

impl<'r, 'p> RowReader<'r, 'p> {
    /// The cells of one row, from the first one on.
    pub(crate) fn of(cells: &'r [Cell<'p>], numbers: Numbers) -> Self {
        Self { cells, numbers }
    }

    /// How many cells are left.
    pub(crate) fn left(&self) -> usize {
        self.cells.len()
    }

    /// Takes the cells of a value.
    ///
    /// # Errors
    /// When they are missing, or hold no such value.
    pub fn take<T: Value + DeserializeOwned>(&mut self) -> Result<T, ColumnError> {
        let (cells, numbers) = (self.next(T::COLUMN.parts.len())?, self.numbers);
        match (cells, T::COLUMN.ty()) {
            ([cell], Some(ColumnType::Document)) => document(cell),
            ([cell], Some(ty)) => T::deserialize(CellDeserializer { cell, ty, numbers }),
            _ => T::deserialize(PartsDeserializer { cells, parts: T::COLUMN.parts, numbers }),
        }
    }

    /// Takes an integer.
    ///
    /// # Errors
    /// When the next cell is missing or none.
    pub fn integer(&mut self) -> Result<i64, ColumnError> {
        match self.next(1)? {
            [Cell::Integer(value)] => Ok(*value),
            _ => Err(de::Error::custom("it is no integer")),
        }
    }

    /// Takes a text.
    ///
    /// # Errors
    /// When the next cell is missing or none.
    pub fn text(&mut self) -> Result<&'r str, ColumnError> {
        match self.next(1)? {
            [Cell::Text(text)] => Ok(text),
            _ => Err(de::Error::custom("it is no text")),
        }
    }

    /// Makes sure that all cells were taken.
    ///
    /// # Errors
    /// When some were not.
    pub fn end(&self) -> Result<(), ColumnError> {
        match self.left() {
            0 => Ok(()),
            found => Err(ColumnError::Cells { found, expected: 0 }),
        }
    }

    fn next(&mut self, count: usize) -> Result<&'r [Cell<'p>], ColumnError> {
        let found = self.cells.len();
        let (cells, rest) = self.cells.split_at_checked(count).ok_or(ColumnError::Cells { found, expected: count })?;
        self.cells = rest;
        Ok(cells)
    }
}

pub(super) fn document<T: DeserializeOwned>(cell: &Cell<'_>) -> Result<T, ColumnError> {
    let text = match cell {
        Cell::Null => "null",
        Cell::Text(text) => text,
        Cell::Bool(_) | Cell::Integer(_) => return Err(de::Error::custom("it is no document")),
    };
    serde_json::from_str(text).map_err(de::Error::custom)
}

/// Hands the rows of a page, a JSON array of arrays, to `take`, one after the other.
///
/// # Errors
/// When the page is none, and the first error of `take`.
pub fn read_rows(
    page: &str,
    numbers: Numbers,
    mut take: impl FnMut(&mut RowReader<'_, '_>) -> Result<(), ColumnError>,
) -> Result<(), ColumnError> {
    let mut failed = None;
    let mut cells = Vec::new();
    let rows = Rows {
        cells: &mut cells,
        take: &mut |cells: &[Cell<'_>]| {
            let mut reader = RowReader::of(cells, numbers);
            let taken = take(&mut reader).and_then(|()| reader.end());
            taken.map_err(|error| failed = Some(error)).is_ok()
        },
    };
    let mut deserializer = serde_json::Deserializer::from_str(page);
    let read = rows.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    match failed {
        Some(error) => Err(error),
        None => read.map_err(ColumnError::Page),
    }
}

/// Takes the cells of a row; false ends the reading.
type Take<'t> = &'t mut dyn FnMut(&[Cell<'_>]) -> bool;

struct Rows<'c, 'p, 't> {
    cells: &'c mut Vec<Cell<'p>>,
    take: Take<'t>,
}

impl<'p> DeserializeSeed<'p> for Rows<'_, 'p, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'p>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'p> Visitor<'p> for Rows<'_, 'p, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("rows")
    }

    fn visit_seq<A: SeqAccess<'p>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(Row(self.cells))?.is_some() {
            if !(self.take)(self.cells) {
                return Err(de::Error::custom("a row was not taken"));
            }
        }
        Ok(())
    }
}

/// Fills the cells of one row.
struct Row<'c, 'p>(&'c mut Vec<Cell<'p>>);

impl<'p> DeserializeSeed<'p> for Row<'_, 'p> {
    type Value = ();

    fn deserialize<D: Deserializer<'p>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'p> Visitor<'p> for Row<'_, 'p> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_seq<A: SeqAccess<'p>>(self, mut cells: A) -> Result<(), A::Error> {
        self.0.clear();
        while let Some(cell) = cells.next_element()? {
            self.0.push(cell);
        }
        Ok(())
    }
}

impl<'p> de::Deserialize<'p> for Cell<'p> {
    fn deserialize<D: Deserializer<'p>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'p> Visitor<'p> for CellVisitor {
    type Value = Cell<'p>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell")
    }

    fn visit_unit<E>(self) -> Result<Cell<'p>, E> {
        Ok(Cell::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Cell<'p>, E> {
        Ok(Cell::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Cell<'p>, E> {
        Ok(Cell::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Cell<'p>, E> {
        i64::try_from(value).map(Cell::Integer).map_err(E::custom)
    }

    fn visit_borrowed_str<E>(self, text: &'p str) -> Result<Cell<'p>, E> {
        Ok(Cell::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cell<'p>, E> {
        Ok(Cell::Text(Cow::Owned(text.to_owned())))
    }
}
