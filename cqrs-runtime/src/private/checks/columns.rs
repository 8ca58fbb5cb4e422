//! Checks of what stands in a table: columns of fields, of keys and of values with several.

use super::Text;
use crate::column::Column;
use crate::read_model::{Table, TableField};

/// The longest name of a column, in bytes; PostgreSQL cuts off what is longer.
const MAX_COLUMN_BYTES: usize = 63;

/// Checks that rows can be chosen and ordered by a field.
///
/// # Panics
/// When it is stored as a document.
#[track_caller]
pub const fn check_ordered(column: Column, field: &str) {
    if !column.is_ordered() {
        let text =
            Text::new().quote(field).push(" is stored as a JSON document, which has no order to filter or sort ");
        let text =
            text.push("by: a struct takes a column for each field with `#[value(columns)]`; in place of a float ");
        text.push("use a `Decimal`").panic();
    }
}

/// Checks that a field can be a key, or a part of it.
///
/// # Panics
/// When it may be absent, is stored as a document, or takes several columns.
#[track_caller]
pub const fn check_key(column: Column, field: &str) {
    let text = Text::new().quote(field);
    if column.optional {
        text.push(" may be absent, so it can't be a key").panic();
    }
    if column.is_single() && !column.is_ordered() {
        text.push(" is stored as a JSON document, which can't be a key: use an id, a text or a number").panic();
    }
    if !column.is_single() {
        text.push(" takes several columns, so it can't be a key: make each of its values a field with ")
            .push("`#[read_model(key)]`")
            .panic();
    }
}

/// Checks that a rule can compare a field.
///
/// # Panics
/// When it is stored as a document, or takes several columns.
#[track_caller]
pub const fn check_ruled(table: &Table, index: usize) {
    let field = &table.fields[index];
    if !field.column.is_single() || !field.column.is_ordered() {
        let text =
            Text::new().quote(field.name).push(" can't be compared with what is known of a principal: that takes ");
        text.push("an id, a text or a number").panic();
    }
}

/// Checks that a field can be a part of a value with `#[value(columns)]`.
///
/// # Panics
/// When it takes several columns itself, or is the first part and may be absent.
#[track_caller]
pub const fn check_part(column: Column, field: &str, first: bool) {
    let text = Text::new().quote(field);
    if !column.is_single() {
        text.push(
            " takes several columns itself, and a field of a value with `#[value(columns)]` takes one: move its ",
        )
        .push("fields here, or remove `columns` there")
        .panic();
    }
    if first && column.optional {
        text.push(
            " may be absent, and the first column tells whether the whole value is there: put a field first that ",
        )
        .push("is always there")
        .panic();
    }
}

/// Checks that the columns of a field have names of their own, which a database takes.
///
/// # Panics
/// When one is named as a column of a field before it, or too long.
#[track_caller]
pub const fn check_names(table: &Table, index: usize) {
    let field = &table.fields[index];
    let mut part = 0;
    while part < field.column.parts.len() {
        let name = Name::of(field, part);
        if name.len() > MAX_COLUMN_BYTES {
            let text = Text::new().push("the column ").name(name).push(" has a name of more than 63 bytes, which ");
            text.push("PostgreSQL would cut off: choose a shorter one").panic();
        }
        let mut before = 0;
        while before < index {
            check_pair(name, &table.fields[before]);
            before += 1;
        }
        part += 1;
    }
}

#[track_caller]
const fn check_pair(name: Name, before: &TableField) {
    let mut part = 0;
    while part < before.column.parts.len() {
        let other = Name::of(before, part);
        if name.is(other) {
            let text = Text::new().push("two columns are called ").name(name).push(": one of ").quote(before.name);
            text.push(" and one of ").quote(name.field).push("; rename one of the fields").panic();
        }
        part += 1;
    }
}

/// The name of a column: the field's, and behind it that of the part.
#[derive(Clone, Copy)]
struct Name {
    field: &'static str,
    part: &'static str,
}

impl Name {
    const fn of(field: &TableField, part: usize) -> Self {
        Self { field: field.name, part: field.column.parts[part].name }
    }

    const fn len(self) -> usize {
        self.field.len() + if self.part.is_empty() { 0 } else { 1 + self.part.len() }
    }

    const fn byte(self, index: usize) -> u8 {
        let (field, part) = (self.field.as_bytes(), self.part.as_bytes());
        if index < field.len() {
            field[index]
        } else if index == field.len() {
            b'_'
        } else {
            part[index - field.len() - 1]
        }
    }

    /// Whether both are one name; databases don't care for case.
    const fn is(self, other: Self) -> bool {
        let mut index = 0;
        while index < self.len() && index < other.len() {
            if !self.byte(index).eq_ignore_ascii_case(&other.byte(index)) {
                return false;
            }
            index += 1;
        }
        self.len() == other.len()
    }
}

impl Text {
    const fn name(self, Name { field, part }: Name) -> Self {
        let text = self.push("`").push(field);
        if part.is_empty() { text.push("`") } else { text.push("_").push(part).push("`") }
    }
}
