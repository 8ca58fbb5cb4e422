//! The figures.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};

use super::{Contestant, Outcome};
use crate::database::Address;

pub(super) fn print(address: &Address, outcomes: &[(Contestant, Outcome)]) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header([address.name(), "events", "seconds", "events/s", "of ours", "peak MiB"]);
    let rate = |outcome: &Outcome| outcome.events as f64 / outcome.elapsed.as_secs_f64();
    let ours = outcomes.first().map_or(1.0, |(_, outcome)| rate(outcome));
    for (contestant, outcome) in outcomes {
        let who = match contestant {
            Contestant::Framework => "ReadModels::rebuild",
            Contestant::Workers => "ReadModels::rebuild, two workers",
            Contestant::Batches => "by hand, a transaction for each batch",
            Contestant::OneByOne => "by hand, a transaction for each event",
        };
        table.add_row([
            who.to_owned(),
            outcome.events.to_string(),
            format!("{:.1}", outcome.elapsed.as_secs_f64()),
            format!("{:.0}", rate(outcome)),
            format!("{:.2}", rate(outcome) / ours),
            format!("{:.0}", outcome.peak as f64 / f64::from(1 << 20)),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    println!("{table}");
}
