//! `bank schema`

use std::process::ExitCode;

use bank::domain::BankLimits;
use clap::Args;
use cqrs_runtime::store::EventStore;

use super::bank::application;
use super::failure::Failure;
use super::output::Output;

/// Print the GraphQL schema of the service
#[derive(Args)]
pub(crate) struct Schema {}

impl Schema {
    pub(crate) fn run(output: &Output) -> Result<ExitCode, Failure> {
        let schema = bank::schema(&application(EventStore::memory(), BankLimits::default()))?;
        output.answer(&schema.sdl(), || schema.sdl())?;
        Ok(ExitCode::SUCCESS)
    }
}
