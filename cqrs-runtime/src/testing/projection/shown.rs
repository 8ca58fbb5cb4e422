//! Rows as people read them.

use std::fmt;

use serde_json::Value;

use super::rows::MemoryRows;
use crate::read_model::Table;

/// Writes the rows of a table, columns aligned, under their names.
pub(super) fn table(f: &mut fmt::Formatter<'_>, table: &Table, rows: &MemoryRows) -> fmt::Result {
    let columns: Vec<_> = table.columns().collect();
    let tenants = rows.rows(table).any(|row| row[0] != "");
    let mut lines = vec![columns.iter().map(|(name, _, _)| name.clone()).collect::<Vec<_>>()];
    if tenants {
        lines[0].insert(0, "tenant".to_owned());
    }
    for row in rows.rows(table) {
        let cells = row.iter().skip(3).zip(&columns).map(|(cell, (_, ty, _))| cell_text(cell, *ty));
        let tenant = tenants.then(|| row[0].as_str().unwrap_or_default().to_owned());
        lines.push(tenant.into_iter().chain(cells).collect());
    }
    let mut drawn = comfy_table::Table::new();
    drawn.load_style(comfy_table::presets::ASCII_MARKDOWN).set_header(lines.remove(0)).add_rows(lines);
    for line in drawn.lines() {
        writeln!(f, "{}", line.trim_end())?;
    }
    Ok(())
}

fn cell_text(cell: &Value, ty: crate::column::ColumnType) -> String {
    use crate::column::ColumnType;
    match (cell, ty) {
        (Value::Null, _) => String::new(),
        (Value::Number(micros), ColumnType::Time) => micros
            .as_i64()
            .and_then(chrono::DateTime::from_timestamp_micros)
            .map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
            .unwrap_or_default(),
        (Value::String(text), ColumnType::Decimal) => crate::column::plain_decimal(text).unwrap_or_default(),
        (Value::String(text), ColumnType::Unsigned) => {
            text.parse::<u64>().map(|number| number.to_string()).unwrap_or_default()
        }
        (Value::String(text), _) => text.clone(),
        (other, _) => other.to_string(),
    }
}
