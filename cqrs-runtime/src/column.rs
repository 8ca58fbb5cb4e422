//! Columns: how a value stands in the table of a read model.
//!
//! A row crosses to and from the database as a JSON array of cells, exact in both directions: no number is rounded, and
//! what is ordered in Rust is ordered the same in the database.

mod cells;
mod decimal;
mod decode;
mod encode;
mod error;
mod settle;

pub use self::cells::{Cell, RowReader, read_rows};
#[cfg(feature = "testing")]
pub(crate) use self::decimal::plain as plain_decimal;
pub use self::encode::RowWriter;
pub use self::error::ColumnError;
pub use self::settle::settle;

/// The columns that a value takes in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// One for most values; one for each field of a struct with `#[value(columns)]`.
    pub parts: &'static [ColumnPart],
    /// Whether the value may be absent.
    pub optional: bool,
}

/// One column of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnPart {
    /// The name of the field; empty for the only column of a value.
    pub name: &'static str,
    /// What it holds.
    pub ty: ColumnType,
    /// Whether it may be absent while the value is there.
    pub optional: bool,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// True or false.
    Bool,
    /// An integer of up to 64 bits, with a sign.
    Integer,
    /// An integer of up to 64 bits, without a sign.
    Unsigned,
    /// An exact decimal number.
    Decimal,
    /// A text; ordered by its code points.
    Text,
    /// A UUID.
    Uuid,
    /// A moment, in microseconds.
    Time,
    /// A day.
    Date,
    /// Anything else, as a JSON document; it has no order.
    Document,
}

impl Column {
    /// A column that holds a JSON document.
    pub const DOCUMENT: Self = Self::of(&[ColumnPart::only(ColumnType::Document)]);
    /// A column that holds true or false.
    pub const BOOL: Self = Self::of(&[ColumnPart::only(ColumnType::Bool)]);
    /// A column that holds an integer.
    pub const INTEGER: Self = Self::of(&[ColumnPart::only(ColumnType::Integer)]);
    /// A column that holds an integer without a sign.
    pub const UNSIGNED: Self = Self::of(&[ColumnPart::only(ColumnType::Unsigned)]);
    /// A column that holds an exact decimal number.
    pub const DECIMAL: Self = Self::of(&[ColumnPart::only(ColumnType::Decimal)]);
    /// A column that holds a text.
    pub const TEXT: Self = Self::of(&[ColumnPart::only(ColumnType::Text)]);
    /// A column that holds a UUID.
    pub const UUID: Self = Self::of(&[ColumnPart::only(ColumnType::Uuid)]);
    /// A column that holds a moment.
    pub const TIME: Self = Self::of(&[ColumnPart::only(ColumnType::Time)]);
    /// A column that holds a day.
    pub const DATE: Self = Self::of(&[ColumnPart::only(ColumnType::Date)]);

    /// Columns that are always there.
    #[must_use]
    pub const fn of(parts: &'static [ColumnPart]) -> Self {
        Self { parts, optional: false }
    }

    /// The same columns, which may be absent.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { parts: self.parts, optional: true }
    }

    /// What the only column of a value without parts holds.
    #[must_use]
    pub const fn ty(self) -> Option<ColumnType> {
        match self.parts {
            [only] if only.name.is_empty() => Some(only.ty),
            _ => None,
        }
    }

    /// Whether values can be compared in the database: whether no part of them is a document.
    #[must_use]
    pub const fn is_ordered(self) -> bool {
        let mut index = 0;
        while index < self.parts.len() {
            if matches!(self.parts[index].ty, ColumnType::Document) {
                return false;
            }
            index += 1;
        }
        true
    }

    /// Whether it is the one column of a value without parts.
    #[must_use]
    pub const fn is_single(self) -> bool {
        matches!(self.parts, [only] if only.name.is_empty())
    }

    /// The column as a part of a value with several; what takes several itself would be a document there.
    #[must_use]
    pub const fn part(self, name: &'static str) -> ColumnPart {
        let ty = match self.parts {
            [only] if only.name.is_empty() => only.ty,
            _ => ColumnType::Document,
        };
        ColumnPart { name, ty, optional: self.optional }
    }
}

impl ColumnPart {
    const fn only(ty: ColumnType) -> Self {
        Self { name: "", ty, optional: false }
    }
}

/// How a database stores numbers that not every database can store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// It has exact decimals, and integers of any length.
    Exact,
    /// It has neither: they are texts that sort as the numbers do.
    AsTexts,
}
