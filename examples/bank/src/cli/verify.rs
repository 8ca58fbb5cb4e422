//! `bank verify`

mod difference;

use std::process::ExitCode;

use clap::Args;
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{Verified, VerifyError, VerifyOptions};

use self::difference::DifferenceView;
use super::bank::Bank;
use super::each::{Each, named};
use super::failure::Failure;
use super::output::{Output, right, table, thousands};
use super::rebuild_progress::Shown;

/// Hold read models against the log, row by row, while they go on answering
///
/// The exit code is 3 where rows are not as the log has them, and they were not repaired; 1 where one could not be verified
/// or repaired, while all others are.
#[derive(Args)]
pub(crate) struct Verify {
    /// The read models, such as `account_summary`; all, where none is named
    names: Vec<String>,
    /// Where there is a difference, let the rows that the log has answer; what answered before is kept
    #[arg(long)]
    repair: bool,
    /// Let them answer although events are parked that those before them have
    #[arg(long, requires = "repair")]
    accept_parked: bool,
    /// How many differences of a read model are shown
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    limit: usize,
}

/// What was not as the log has it.
const DIFFERS: u8 = 3;

#[derive(Serialize)]
struct View {
    read_model: &'static str,
    generation: u32,
    position: u64,
    rows: u64,
    differing: u64,
    missing: u64,
    surplus: u64,
    differences: Vec<DifferenceView>,
    parked: usize,
    not_replayed: usize,
    discarded: usize,
    repaired: Option<u32>,
    /// Whether it was to be repaired, and was not.
    #[serde(skip)]
    is_held_back: bool,
}

impl Verify {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let (read_models, names) = named(bank, &self.names);
        let options = VerifyOptions { repair: self.repair, accept_parked: self.accept_parked, differences: self.limit };
        let mut each = Each::default();
        for name in &names {
            let mut shown = Shown::new();
            let verified = read_models.verify(name, options, |progress| shown.show_verify(&progress)).await;
            shown.finish();
            match verified {
                Err(VerifyError::Repair { found, source }) => {
                    let view = View { is_held_back: true, ..View::of((*found).clone()) };
                    each.push_failed(name, view, VerifyError::Repair { found, source }.into());
                }
                verified => each.push(name, verified.map(View::of).map_err(Failure::from)),
            }
        }
        let code = |views: &[&View]| {
            let differs = views.iter().any(|view| !view.is_clean() && view.repaired.is_none());
            if differs { ExitCode::from(DIFFERS) } else { ExitCode::SUCCESS }
        };
        each.answer(output, prose, code)
    }
}

impl View {
    fn of(verified: Verified) -> Self {
        Self {
            read_model: verified.name,
            generation: verified.generation.number,
            position: verified.position,
            rows: verified.rows,
            differing: verified.differing,
            missing: verified.missing,
            surplus: verified.surplus,
            differences: verified.differences.into_iter().map(Into::into).collect(),
            parked: verified.parked.len(),
            not_replayed: verified.not_replayed.len(),
            discarded: verified.discarded.len(),
            repaired: verified.repaired.map(|key| key.number),
            is_held_back: false,
        }
    }

    fn is_clean(&self) -> bool {
        self.differing + self.missing + self.surplus == 0
    }

    /// What it has come to, in a line or a few.
    fn conclusion(&self) -> String {
        let Self { read_model, differences, .. } = self;
        let shown = differences.len() as u64;
        let all = self.differing + self.missing + self.surplus;
        let mut lines = Vec::new();
        if shown < all {
            lines.push(format!("{read_model}: {} differences more; --limit shows them", thousands(all - shown)));
        }
        if self.parked > 0 {
            lines.push(format!(
                "{read_model}: {} events are parked: `bank dead-letters list {read_model}`",
                self.parked
            ));
        }
        if self.not_replayed > 0 {
            lines.push(format!("{read_model}: {} events can't be projected anew", self.not_replayed));
        }
        if self.discarded > 0 {
            lines.push(format!("{read_model}: {} events were left out for good", self.discarded));
        }
        match self.repaired {
            Some(generation) => lines.push(format!("{read_model}: repaired; generation {generation} answers now")),
            None if all > 0 && !self.is_held_back => {
                lines.push(format!("{read_model}: `bank verify {read_model} --repair` repairs it"));
            }
            _ => {}
        }
        lines.into_iter().map(|line| line + "\n").collect()
    }
}

fn prose(views: &[&View]) -> String {
    let mut summary = table(["read model", "rows", "as of position", "differ", "missing", "surplus"]);
    for view in views {
        summary.add_row([
            view.read_model,
            &thousands(view.rows),
            &thousands(view.position),
            &thousands(view.differing),
            &thousands(view.missing),
            &thousands(view.surplus),
        ]);
    }
    right(&mut summary, 1..6);
    let conclusions: String = views.iter().map(|view| view.conclusion()).collect();
    let differences = difference::prose(views.iter().flat_map(|view| &view.differences));
    format!("{summary}\n{differences}{conclusions}")
}
