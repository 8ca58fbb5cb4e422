//! Writing rows.

mod cell;

use std::fmt::Write;

use serde::Serialize;

use self::cell::CellSerializer;
use super::{ColumnError, ColumnPart, ColumnType, Numbers};
use crate::json;
use crate::value::Value;

/// Writes rows as a JSON array of arrays.
#[derive(Debug)]
pub struct RowWriter {
    out: String,
    numbers: Numbers,
    rows: usize,
    /// Where the row that is written begins.
    start: usize,
}

impl RowWriter {
    /// No rows yet.
    #[must_use]
    pub fn new(numbers: Numbers) -> Self {
        Self { out: String::from("["), numbers, rows: 0, start: 1 }
    }

    /// Writes a row; one that fails leaves nothing behind.
    ///
    /// # Errors
    /// The error of `write`.
    pub fn row(&mut self, write: impl FnOnce(&mut Self) -> Result<(), ColumnError>) -> Result<(), ColumnError> {
        let before = self.out.len();
        if self.rows > 0 {
            self.out.push(',');
        }
        self.out.push('[');
        self.start = self.out.len();
        match write(self) {
            Ok(()) => {
                self.out.push(']');
                self.rows += 1;
                Ok(())
            }
            Err(error) => {
                self.out.truncate(before);
                Err(error)
            }
        }
    }

    /// Writes the cells of a value into the row.
    ///
    /// # Errors
    /// When the value can't stand in its column.
    pub fn put<T: Value + Serialize>(&mut self, value: &T) -> Result<(), ColumnError> {
        if T::COLUMN.ty() == Some(ColumnType::Document) {
            let text = json::encode(value)?;
            if T::COLUMN.optional && text == "null" {
                self.null();
            } else {
                self.text(&text)?;
            }
            return Ok(());
        }
        self.put_as(value, T::COLUMN.parts)
    }

    /// Writes a value into columns that are said.
    pub(crate) fn put_as<T: Serialize>(&mut self, value: &T, parts: &'static [ColumnPart]) -> Result<(), ColumnError> {
        value.serialize(CellSerializer { row: self, parts, present: false })
    }

    /// Writes an absent cell.
    pub(crate) fn null(&mut self) {
        self.separate();
        self.out.push_str("null");
    }

    pub(crate) fn bool(&mut self, value: bool) {
        self.separate();
        self.out.push_str(if value { "true" } else { "false" });
    }

    /// Writes an integer.
    pub fn integer(&mut self, value: i64) {
        self.separate();
        // Writing to a string can't fail.
        let _ = write!(self.out, "{value}");
    }

    /// Writes a text.
    ///
    /// # Errors
    /// When it has a NUL character.
    pub fn text(&mut self, text: &str) -> Result<(), ColumnError> {
        if text.contains('\0') {
            return Err(ColumnError::Nul);
        }
        self.separate();
        write_text(&mut self.out, text);
        Ok(())
    }

    fn separate(&mut self) {
        if self.out.len() > self.start {
            self.out.push(',');
        }
    }

    /// How many bytes have been written.
    pub(crate) fn bytes(&self) -> usize {
        self.out.len()
    }

    /// How many rows have been written.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// All rows.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.out.push(']');
        self.out
    }
}

/// A text as a JSON string.
fn write_text(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (index, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[plain..index]);
        plain = index + 1;
        if escape.is_empty() {
            // Writing to a string can't fail.
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}
