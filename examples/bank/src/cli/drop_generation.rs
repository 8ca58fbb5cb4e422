//! `bank drop-generation`

use std::process::ExitCode;

use bank::read_models::read_models;
use clap::Args;
use cqrs_runtime::prelude::*;

use super::bank::Bank;
use super::failure::Failure;
use super::output::Output;

/// Drop the tables of a read model that do not answer any more
///
/// `bank projections` lists them. What was dropped can't be gone back to.
#[derive(Args)]
pub(crate) struct DropGeneration {
    /// The read model, such as `account_summary`
    read_model: String,
    /// The number of a generation; all that are kept, where none is given
    generation: Option<u32>,
}

#[derive(Serialize)]
struct Dropped<'d> {
    read_model: &'d str,
    generations: Vec<u32>,
}

impl DropGeneration {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let read_models = read_models(bank.store().clone());
        let generations = match self.generation {
            Some(number) => {
                read_models.drop_generation(&self.read_model, number).await?;
                vec![number]
            }
            None => read_models.drop_kept(&self.read_model).await?.into_iter().map(|key| key.number).collect(),
        };
        let view = Dropped { read_model: &self.read_model, generations };
        output.answer(&view, || view.prose())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Dropped<'_> {
    fn prose(&self) -> String {
        if self.generations.is_empty() {
            return format!("{}: nothing is kept\n", self.read_model);
        }
        let lines = self.generations.iter().map(|number| format!("{}: generation {number} is gone\n", self.read_model));
        lines.collect()
    }
}
