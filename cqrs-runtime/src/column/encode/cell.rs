//! A value as the cells of its columns, by the way in which it lets itself be written.

use chrono::{DateTime, Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::ser::{Impossible, SerializeStruct, Serializer};

use super::super::decimal::sortable;
use super::super::{ColumnError, ColumnPart, ColumnType, Numbers};
use super::RowWriter;

/// Writes one value into the columns that it takes.
pub(super) struct CellSerializer<'w> {
    pub(super) row: &'w mut RowWriter,
    pub(super) parts: &'static [ColumnPart],
    /// Whether it is the content of what may be absent.
    pub(super) present: bool,
}

/// Before it is 1 BC, for which not every database has a 0.
const FIRST_YEAR: i32 = 1;

type Written = Result<(), ColumnError>;

fn otherwise<T>(found: &'static str) -> Result<T, ColumnError> {
    Err(ColumnError::Written { found })
}

impl CellSerializer<'_> {
    fn ty(&self) -> Result<ColumnType, ColumnError> {
        match self.parts {
            [only] => Ok(only.ty),
            _ => otherwise("a single value"),
        }
    }
}

macro_rules! integers {
    ($($method:ident($ty:ty)),+) => {$(
        fn $method(self, value: $ty) -> Written {
            match self.ty()? {
                ColumnType::Integer => self.row.integer(value.into()),
                ColumnType::Unsigned => return self.serialize_u64(value.try_into().or(otherwise("a negative number"))?),
                _ => return otherwise("an integer"),
            }
            Ok(())
        }
    )+};
}

macro_rules! others {
    ($($method:ident($($ty:ty),*) -> $ok:ty = $what:literal),+ $(,)?) => {$(
        fn $method(self, $(_: $ty),*) -> Result<$ok, ColumnError> { otherwise($what) }
    )+};
}

impl<'w> Serializer for CellSerializer<'w> {
    type Ok = ();
    type Error = ColumnError;
    type SerializeSeq = Impossible<(), ColumnError>;
    type SerializeTuple = Impossible<(), ColumnError>;
    type SerializeTupleStruct = Impossible<(), ColumnError>;
    type SerializeTupleVariant = Impossible<(), ColumnError>;
    type SerializeMap = Impossible<(), ColumnError>;
    type SerializeStruct = PartsSerializer<'w>;
    type SerializeStructVariant = Impossible<(), ColumnError>;

    integers!(serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64));
    integers!(serialize_u8(u8), serialize_u16(u16), serialize_u32(u32));

    fn serialize_u64(self, value: u64) -> Written {
        match (self.ty()?, self.row.numbers) {
            (ColumnType::Unsigned, Numbers::Exact) => self.row.text(&value.to_string()),
            (ColumnType::Unsigned, Numbers::AsTexts) => self.row.text(&format!("{value:020}")),
            _ => otherwise("an integer of 64 bits without a sign"),
        }
    }

    fn serialize_bool(self, value: bool) -> Written {
        match self.ty()? {
            ColumnType::Bool => self.row.bool(value),
            _ => return otherwise("true or false"),
        }
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Written {
        match self.ty()? {
            ColumnType::Text | ColumnType::Uuid => self.row.text(text),
            ColumnType::Time => {
                match DateTime::parse_from_rfc3339(text) {
                    Ok(time) if time.to_utc().year() >= FIRST_YEAR => self.row.integer(time.timestamp_micros()),
                    _ => return year(text),
                }
                Ok(())
            }
            ColumnType::Date => match text.parse::<NaiveDate>() {
                Ok(date) if (FIRST_YEAR..=9999).contains(&date.year()) => self.row.text(text),
                _ => year(text),
            },
            ColumnType::Decimal => {
                let decimal = text.parse::<Decimal>().or(otherwise("no decimal number"))?;
                let plain = decimal.normalize().to_string();
                match self.row.numbers {
                    Numbers::Exact => self.row.text(&plain),
                    Numbers::AsTexts => self.row.text(&sortable(&plain)),
                }
            }
            ColumnType::Bool | ColumnType::Integer | ColumnType::Unsigned | ColumnType::Document => otherwise("a text"),
        }
    }

    fn serialize_char(self, value: char) -> Written {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_none(self) -> Written {
        if self.present {
            return Err(ColumnError::PresentNothing);
        }
        for _ in self.parts {
            self.row.null();
        }
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(Self { present: true, ..self })
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<PartsSerializer<'w>, ColumnError> {
        Ok(PartsSerializer { row: self.row, parts: self.parts })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Written {
        otherwise("a variant with data")
    }

    others!(
        serialize_f32(f32) -> () = "a float",
        serialize_f64(f64) -> () = "a float",
        serialize_bytes(&[u8]) -> () = "bytes",
        serialize_unit() -> () = "nothing",
        serialize_unit_struct(&'static str) -> () = "nothing",
        serialize_seq(Option<usize>) -> Self::SerializeSeq = "a list",
        serialize_tuple(usize) -> Self::SerializeTuple = "a tuple",
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct = "a tuple",
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant = "a variant with data",
        serialize_map(Option<usize>) -> Self::SerializeMap = "a map",
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant = "a variant with data",
    );
}

fn year<T>(text: &str) -> Result<T, ColumnError> {
    Err(ColumnError::Year { text: text.to_owned() })
}

/// Writes the fields of a struct, each into its column.
pub(super) struct PartsSerializer<'w> {
    row: &'w mut RowWriter,
    /// Those that are still to come.
    parts: &'static [ColumnPart],
}

impl SerializeStruct for PartsSerializer<'_> {
    type Ok = ();
    type Error = ColumnError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Written {
        let Some((_, rest)) = self.parts.split_first() else { return otherwise("more fields than it has columns") };
        let part = &self.parts[..1];
        self.parts = rest;
        if part[0].ty == ColumnType::Document {
            let text = crate::json::encode(value)?;
            if part[0].optional && text == "null" {
                self.row.null();
            } else {
                self.row.text(&text)?;
            }
            return Ok(());
        }
        value.serialize(CellSerializer { row: self.row, parts: part, present: false })
    }

    fn end(self) -> Written {
        if self.parts.is_empty() { Ok(()) } else { otherwise("fewer fields than it has columns") }
    }
}
