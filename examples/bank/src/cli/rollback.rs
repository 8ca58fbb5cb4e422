//! `bank rollback`

use std::process::ExitCode;

use bank::read_models::read_models;
use clap::Args;
use cqrs_runtime::projection::RebuildOptions;

use super::bank::Bank;
use super::failure::Failure;
use super::output::Output;
use super::rebuild::RebuiltView;
use super::rebuild_progress::Shown;

/// Let a read model answer again by what answered before its last rebuild
///
/// It catches up with what has happened since, and answers then. What answers now is kept.
#[derive(Args)]
pub(crate) struct Rollback {
    /// The read model, such as `account_summary`
    read_model: String,
    /// Let it answer although events are parked that what answers now has
    #[arg(long)]
    accept_parked: bool,
}

impl Rollback {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let read_models = read_models(bank.store().clone());
        let options = RebuildOptions { accept_parked: self.accept_parked };
        let mut shown = Shown::new();
        let rebuilt = read_models.roll_back(&self.read_model, options, |progress| shown.show(&progress)).await;
        shown.finish();
        let view = RebuiltView::of(rebuilt?);
        output.answer(&view, || view.prose())?;
        Ok(ExitCode::SUCCESS)
    }
}
