use super::super::super::tables::{Spelling, quoted};
use crate::column::ColumnType;
use crate::store::TableShape;

/// A function takes a hundred arguments at most.
const MOST_ARGUMENTS: usize = 100;

/// PostgreSQL's words.
pub(super) struct Postgres;

impl Spelling for Postgres {
    const FENCE_PARAMETERS: usize = 8;
    const NAME: &'static str = "$1";
    const ELEMENT: &'static str = "k.value";
    const FENCED: &'static str = "fence CROSS JOIN ";
    const ABSENT_FIRST: &'static str = " NULLS FIRST";
    const ABSENT_LAST: &'static str = " NULLS LAST";
    /// There is room on a page for the next version of some of its rows.
    const TABLE_OPTIONS: &'static str = "WITH (fillfactor = 70)";

    fn type_of(ty: ColumnType) -> &'static str {
        match ty {
            ColumnType::Bool => "boolean",
            ColumnType::Integer => "bigint",
            ColumnType::Unsigned => "numeric(20, 0)",
            ColumnType::Decimal => "numeric",
            ColumnType::Text => "text COLLATE \"C\"",
            ColumnType::Uuid => "uuid",
            ColumnType::Time => "timestamptz",
            ColumnType::Date => "date",
            ColumnType::Document => "json",
        }
    }

    fn index(_: &str) -> String {
        // The server finds one that is short enough.
        String::new()
    }

    fn rows(parameter: usize) -> String {
        // Taking a cell from `json` would read its row from the start.
        format!("jsonb_array_elements(${parameter}::jsonb) AS r")
    }

    fn elements(text: &str) -> String {
        format!("json_array_elements({text}::json) AS k")
    }

    fn joined(table: &TableShape, condition: &str) -> String {
        // Without the offset, the planner would choose how to join; and what it has chosen for a new table, which has no
        // rows, it keeps for long while the table grows.
        format!(
            "CROSS JOIN LATERAL (SELECT t.*, t.ctid FROM {} AS t WHERE {condition} OFFSET 0) AS t",
            quoted(&table.name)
        )
    }

    fn delete(table: &TableShape, rows: &str, condition: &str) -> String {
        let (name, joined) = (quoted(&table.name), Self::joined(table, condition));
        format!("DELETE FROM {name} WHERE ctid = ANY (ARRAY(SELECT t.ctid FROM {rows} {joined}))")
    }

    fn cell(row: &str, index: usize, ty: ColumnType) -> String {
        value(&format!("({row} ->> {index})"), ty)
    }

    fn json(parameter: usize) -> String {
        format!("${parameter}::jsonb")
    }

    fn is_among(column: &str, parameter: usize, ty: ColumnType) -> String {
        let values = format!("jsonb_array_elements_text(${parameter}::jsonb) AS among(cell)");
        format!("{column} = ANY (ARRAY(SELECT {} FROM {values}))", value("among.cell", ty))
    }

    fn text(column: &str, ty: ColumnType) -> String {
        if ty == ColumnType::Text { column.to_owned() } else { format!("({column}::text COLLATE \"C\")") }
    }

    fn small(text: &str) -> String {
        // By the rules of a language, more letters than those of ASCII had a small form.
        format!("lower({text} COLLATE \"C\")")
    }

    fn contains(text: &str, part: &str) -> String {
        format!("strpos({text}, {part}) > 0")
    }

    fn shown(column: &str, ty: ColumnType) -> String {
        match ty {
            ColumnType::Bool | ColumnType::Integer | ColumnType::Text => column.to_owned(),
            ColumnType::Unsigned | ColumnType::Decimal | ColumnType::Uuid | ColumnType::Document => {
                format!("{column}::text")
            }
            ColumnType::Time => format!("cqrs_micros({column})"),
            // As a moment of no time zone: of a time zone, the day may have no midnight.
            ColumnType::Date => format!("to_char({column}::timestamp, 'YYYY-MM-DD')"),
        }
    }

    fn to_people(column: &str, _: ColumnType) -> String {
        column.to_owned()
    }

    fn event_id(column: &str) -> String {
        format!("{column}::text")
    }

    fn row(cells: &[String]) -> String {
        if cells.len() <= MOST_ARGUMENTS {
            return format!("json_build_array({})", cells.join(", "));
        }
        let parts = cells.chunks(MOST_ARGUMENTS).map(|cells| format!("jsonb_build_array({})", cells.join(", ")));
        format!("({})", parts.collect::<Vec<_>>().join(" || "))
    }

    fn page(row: &str) -> String {
        format!("coalesce(json_agg({row}), '[]')::text")
    }

    fn same(one: &str, other: &str) -> String {
        // `IS NOT DISTINCT FROM` uses no index.
        format!("({one} = {other} OR {one} IS NULL AND {other} IS NULL)")
    }

    fn number_of_change(_: &str) -> String {
        "fence.changes".to_owned()
    }

    fn is_held(partition: &str) -> String {
        format!("{partition} = ANY ($3)")
    }
}

/// A text as a value of a column.
fn value(text: &str, ty: ColumnType) -> String {
    match ty {
        ColumnType::Text => text.to_owned(),
        ColumnType::Bool => format!("{text}::boolean"),
        ColumnType::Integer => format!("{text}::bigint"),
        ColumnType::Unsigned | ColumnType::Decimal => format!("{text}::numeric"),
        ColumnType::Uuid => format!("{text}::uuid"),
        ColumnType::Time => format!("cqrs_time({text}::bigint)"),
        ColumnType::Date => format!("{text}::date"),
        ColumnType::Document => format!("{text}::json"),
    }
}
