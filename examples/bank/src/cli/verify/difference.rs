//! Rows that are not as the log has them.

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{Difference, DifferenceKind};

use crate::cli::output::table;

#[derive(Serialize)]
pub(super) struct DifferenceView {
    table: &'static str,
    tenant: String,
    key: Vec<(String, String)>,
    kind: &'static str,
    columns: Vec<ColumnView>,
    parked: usize,
}

#[derive(Serialize)]
struct ColumnView {
    column: String,
    stored: Option<String>,
    expected: Option<String>,
}

impl From<Difference> for DifferenceView {
    fn from(difference: Difference) -> Self {
        let columns = difference.columns.into_iter().map(|column| ColumnView {
            column: column.column,
            stored: column.stored,
            expected: column.expected,
        });
        Self {
            table: difference.table,
            tenant: difference.tenant,
            key: difference.key,
            kind: match difference.kind {
                DifferenceKind::Differs => "differs",
                DifferenceKind::Missing => "missing",
                DifferenceKind::Surplus => "surplus",
            },
            columns: columns.collect(),
            parked: difference.parked,
        }
    }
}

/// One line for each value that differs, and one for each row that is there on one side only.
pub(super) fn prose<'v>(differences: impl Iterator<Item = &'v DifferenceView>) -> String {
    let mut table = table(["table", "key", "column", "stored", "as the log has it"]);
    let mut any = false;
    for difference in differences {
        any = true;
        let key = difference.key.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ");
        let key = if difference.tenant.is_empty() { key } else { format!("{} of {}", key, difference.tenant) };
        let key = match difference.parked {
            0 => key,
            parked => format!("{key} ({parked} events parked)"),
        };
        let mut row = |column: &str, stored: &str, expected: &str| {
            table.add_row([difference.table, &key, column, stored, expected]);
        };
        match difference.kind {
            "missing" => row("", "no row", "a row"),
            "surplus" => row("", "a row", "no row"),
            _ => {
                for ColumnView { column, stored, expected } in &difference.columns {
                    row(column, stored.as_deref().unwrap_or("-"), expected.as_deref().unwrap_or("-"));
                }
            }
        }
    }
    if any { format!("{table}\n") } else { String::new() }
}
