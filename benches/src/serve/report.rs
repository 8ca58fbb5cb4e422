//! The figures.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};

use super::kind::Kind;
use super::{Contestant, Row};
use crate::database::Address;

pub(super) fn print(address: &Address, kind: Kind, rows: &[Row]) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    let what = format!("{}: {}", address.name(), kind.name());
    table.set_header([
        &what,
        "connections",
        "answers/s",
        "of by hand",
        "p50 ms",
        "p99 ms",
        "errors",
        "processor µs",
        "peak MiB",
    ]);
    for row in rows {
        let who = match row.contestant {
            Contestant::Framework => "the generated API",
            Contestant::ByHand => "by hand",
        };
        let other =
            rows.iter().find(|other| other.contestant == Contestant::ByHand && other.connections == row.connections);
        let by_hand = other.map_or(1.0, |other| other.outcome.rate);
        table.add_row([
            who.to_owned(),
            row.connections.to_string(),
            format!("{:.0}", row.outcome.rate),
            format!("{:.2}", row.outcome.rate / by_hand),
            format!("{:.2}", row.outcome.p50),
            format!("{:.2}", row.outcome.p99),
            row.outcome.errors.to_string(),
            format!("{:.0}", row.outcome.processor.as_secs_f64() * 1e6),
            format!("{:.0}", row.outcome.peak as f64 / f64::from(1 << 20)),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
}
