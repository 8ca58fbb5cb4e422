//! How a table comes to be.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::spelling::{Spelling, column, key_columns, quoted};
use crate::column::ColumnType;
use crate::store::{GenerationTables, TableShape};

/// The statements that make the tables of a generation, with [`GenerationTables::NUMBER`] in the place of what their names end with.
pub(in super::super) fn definitions<S: Spelling>(tables: &GenerationTables<'_>) -> String {
    match tables {
        GenerationTables::Shaped(tables) => {
            let made = tables
                .iter()
                .map(|table| definition::<S>(table, &format!("{}{}", table.name, GenerationTables::NUMBER)));
            made.collect()
        }
        GenerationTables::Stated { statements, .. } => statements.join("\n;\n"),
    }
}

/// What the views show that are made when a generation serves, by their names: a JSON object.
pub(in super::super) fn views<S: Spelling>(tables: &GenerationTables<'_>) -> String {
    let views: BTreeMap<&str, String> = match tables {
        GenerationTables::Shaped(tables) => {
            tables.iter().take(1).map(|own| (own.name.as_str(), shown::<S>(own))).collect()
        }
        GenerationTables::Stated { names, .. } => names.iter().map(|name| (*name, "t.*".to_owned())).collect(),
    };
    // Texts always are JSON.
    serde_json::to_string(&views).unwrap_or_default()
}

/// The statements that make a table and its indices under a name of their own.
fn definition<S: Spelling>(table: &TableShape, name: &str) -> String {
    let integer = S::type_of(ColumnType::Integer);
    let columns = table.columns.iter().map(|column| {
        let absent = if column.optional { "" } else { " NOT NULL" };
        format!(", {} {}{absent}", quoted(&column.name), S::type_of(column.ty))
    });
    let keys = key_columns(table);
    let mut sql = format!(
        "CREATE TABLE {} (tenant {} NOT NULL, cqrs_sequence {integer} NOT NULL, cqrs_partition {integer} NOT NULL, \
        cqrs_position {integer} NOT NULL{}, PRIMARY KEY (tenant{keys})) {};\n",
        quoted(name),
        S::type_of(ColumnType::Text),
        columns.collect::<String>(),
        S::TABLE_OPTIONS,
    );
    let searched = table.indices.iter().enumerate().map(|(number, index)| {
        // Each column once.
        let key = table.key.iter().filter(|column| !index.contains(column));
        let columns = index.iter().chain(key).map(|index| {
            let column = &table.columns[*index];
            format!(", {}{}", quoted(&column.name), if column.optional { S::ABSENT_FIRST } else { "" })
        });
        (number, format!("tenant{}", columns.collect::<String>()))
    });
    for (number, columns) in searched {
        let index = S::index(&format!("{name}_by_{number}"));
        // Writing to a string can't fail.
        let _ = writeln!(sql, "CREATE INDEX {index} ON {} ({columns});", quoted(name));
    }
    sql
}

/// The columns of the view that people look at.
fn shown<S: Spelling>(table: &TableShape) -> String {
    let columns = table.columns.iter().enumerate().map(|(index, described)| {
        let shown = S::to_people(&column(table, index), described.ty);
        format!(", {shown} AS {}", quoted(&described.name))
    });
    format!("t.tenant AS tenant{}", columns.collect::<String>())
}
