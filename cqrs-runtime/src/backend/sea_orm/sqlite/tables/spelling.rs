use super::super::super::tables::{Spelling, quoted};
use crate::column::ColumnType;
use crate::store::TableShape;

/// SQLite's words.
pub(super) struct Sqlite;

impl Spelling for Sqlite {
    const FENCE_PARAMETERS: usize = 3;
    const NAME: &'static str = "$2";
    const ELEMENT: &'static str = "json(k.value)";
    const FENCED: &'static str = "";
    /// With row ids: where the rows stand in the order of their keys, upserts take two to four times as long.
    const TABLE_OPTIONS: &'static str = "STRICT";
    const ABSENT_FIRST: &'static str = "";
    const ABSENT_LAST: &'static str = "";

    fn type_of(ty: ColumnType) -> &'static str {
        match ty {
            ColumnType::Bool | ColumnType::Integer | ColumnType::Time => "INTEGER",
            ColumnType::Unsigned
            | ColumnType::Decimal
            | ColumnType::Text
            | ColumnType::Uuid
            | ColumnType::Date
            | ColumnType::Document => "TEXT",
        }
    }

    fn index(name: &str) -> String {
        quoted(name)
    }

    fn rows(parameter: usize) -> String {
        format!("json_each(${parameter}) AS r")
    }

    fn elements(text: &str) -> String {
        format!("json_each({text}) AS k")
    }

    fn joined(table: &TableShape, condition: &str) -> String {
        // SQLite keeps the order of such a join.
        format!("CROSS JOIN {} AS t WHERE {condition}", quoted(&table.name))
    }

    fn delete(table: &TableShape, rows: &str, condition: &str) -> String {
        let keys = table.key.iter().map(|index| quoted(&table.columns[*index].name)).collect::<Vec<_>>();
        let (columns, found) = (keys.join(", "), keys.join(", t."));
        let (name, joined) = (quoted(&table.name), Self::joined(table, condition));
        format!("DELETE FROM {name} WHERE (tenant, {columns}) IN (SELECT t.tenant, t.{found} FROM {rows} {joined})")
    }

    fn cell(row: &str, index: usize, _: ColumnType) -> String {
        format!("({row} ->> {index})")
    }

    fn json(parameter: usize) -> String {
        format!("${parameter}")
    }

    fn is_among(column: &str, parameter: usize, _: ColumnType) -> String {
        format!("{column} IN (SELECT value FROM json_each(${parameter}))")
    }

    fn text(column: &str, _: ColumnType) -> String {
        column.to_owned()
    }

    fn small(text: &str) -> String {
        format!("lower({text})")
    }

    fn contains(text: &str, part: &str) -> String {
        format!("instr({text}, {part}) > 0")
    }

    fn shown(column: &str, _: ColumnType) -> String {
        column.to_owned()
    }

    fn to_people(column: &str, ty: ColumnType) -> String {
        match ty {
            ColumnType::Time => format!(
                "strftime('%Y-%m-%d %H:%M:%S', ({column} - {0}) / 1000000, 'unixepoch') || printf('.%06d', {0})",
                format_args!("({column} % 1000000 + 1000000) % 1000000"),
            ),
            ColumnType::Unsigned => format!("iif(ltrim({column}, '0') = '', '0', ltrim({column}, '0'))"),
            ColumnType::Decimal => decimal(column),
            _ => column.to_owned(),
        }
    }

    fn event_id(column: &str) -> String {
        format!("hex({column})")
    }

    fn row(cells: &[String]) -> String {
        format!("json_array({})", cells.join(", "))
    }

    fn page(row: &str) -> String {
        format!("json_group_array({row})")
    }

    fn same(one: &str, other: &str) -> String {
        format!("{one} IS {other}")
    }

    fn number_of_change(partition: &str) -> String {
        format!("(SELECT changes FROM cqrs_checkpoints WHERE name = $2 AND partition = {partition})")
    }

    fn is_held(partition: &str) -> String {
        format!("{partition} IN (SELECT value ->> 0 FROM json_each($1))")
    }
}

/// The number in a sortable text (see `column::decimal`): a sign, the count of the digits before the point, the digits,
/// which are taken from nine and followed by a `~` below zero.
fn decimal(column: &str) -> String {
    let lettered = (0..10).fold(format!("substr({column}, 4, length({column}) - 4)"), |text, digit| {
        format!("replace({text}, '{digit}', '{}')", char::from(b'a' + digit))
    });
    let turned = (0..10)
        .fold(lettered, |text, digit| format!("replace({text}, '{}', '{}')", char::from(b'a' + digit), 9 - digit));
    format!(
        "CASE WHEN {column} LIKE '1%' THEN iif(substr({column}, 4, 1) IN ('', '.'), '0', '') || substr({column}, 4) \
        ELSE iif(substr({column}, 4, 1) = '.', '-0', '-') || {turned} END"
    )
}
