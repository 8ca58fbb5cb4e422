//! The cells of a value, in the form in which the value lets itself be read.

use chrono::{DateTime, SecondsFormat};
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::decimal::plain;
use super::{Cell, ColumnError, ColumnPart, ColumnType, Numbers};

/// Reads a value from the only cell that it takes.
pub(super) struct CellDeserializer<'c, 'p> {
    pub(super) cell: &'c Cell<'p>,
    pub(super) ty: ColumnType,
    pub(super) numbers: Numbers,
}

impl<'de> Deserializer<'de> for CellDeserializer<'_, '_> {
    type Error = ColumnError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ColumnError> {
        match (self.cell, self.ty) {
            (Cell::Null, _) => visitor.visit_unit(),
            (Cell::Bool(value), ColumnType::Bool) => visitor.visit_bool(*value),
            (Cell::Integer(value), ColumnType::Bool) => visitor.visit_bool(*value != 0),
            (Cell::Integer(value), ColumnType::Integer) => visitor.visit_i64(*value),
            (Cell::Integer(value), ColumnType::Time) => {
                let time = DateTime::from_timestamp_micros(*value).ok_or_else(|| of_another_type(self.ty))?;
                visitor.visit_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
            (Cell::Text(text), ColumnType::Unsigned) => {
                visitor.visit_u64(text.parse().map_err(|_| of_another_type(self.ty))?)
            }
            (Cell::Text(text), ColumnType::Decimal) if self.numbers == Numbers::AsTexts => {
                visitor.visit_string(plain(text).ok_or_else(|| of_another_type(self.ty))?)
            }
            (Cell::Text(text), ColumnType::Text | ColumnType::Uuid | ColumnType::Date | ColumnType::Decimal) => {
                visitor.visit_str(text)
            }
            _ => Err(of_another_type(self.ty)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ColumnError> {
        if *self.cell == Cell::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ColumnError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ColumnError> {
        let Cell::Text(text) = self.cell else { return Err(of_another_type(self.ty)) };
        let variant: StrDeserializer<'_, ColumnError> = (&**text).into_deserializer();
        visitor.visit_enum(variant)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

fn of_another_type(ty: ColumnType) -> ColumnError {
    ColumnError::Cell { message: format!("it holds no {ty:?}") }
}

/// Reads a struct from the cells of its fields.
pub(super) struct PartsDeserializer<'c, 'p> {
    pub(super) cells: &'c [Cell<'p>],
    pub(super) parts: &'static [ColumnPart],
    pub(super) numbers: Numbers,
}

impl<'de> Deserializer<'de> for PartsDeserializer<'_, '_> {
    type Error = ColumnError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ColumnError> {
        visitor.visit_seq(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ColumnError> {
        if self.cells.iter().all(|cell| *cell == Cell::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, ColumnError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> SeqAccess<'de> for PartsDeserializer<'_, '_> {
    type Error = ColumnError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, ColumnError> {
        let (Some((cell, cells)), Some((part, parts))) = (self.cells.split_first(), self.parts.split_first()) else {
            return Ok(None);
        };
        (self.cells, self.parts) = (cells, parts);
        if part.ty == ColumnType::Document {
            let text = match cell {
                Cell::Text(text) => text,
                _ => "null",
            };
            let mut document = serde_json::Deserializer::from_reader(text.as_bytes());
            return seed.deserialize(&mut document).map(Some).map_err(de::Error::custom);
        }
        seed.deserialize(CellDeserializer { cell, ty: part.ty, numbers: self.numbers }).map(Some)
    }
}
