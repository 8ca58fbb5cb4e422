//! `bank projections`

use std::process::ExitCode;

use bank::read_models::read_models;
use clap::Args;
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{GenerationStatus, ModelStatus, Readiness};
use cqrs_runtime::store::GenerationState;

use super::bank::Bank;
use super::failure::Failure;
use super::output::{Output, right, table, thousands};

/// Show how far the read models are, and what they have not projected
#[derive(Args)]
pub(crate) struct Projections {}

#[derive(Serialize)]
struct View {
    read_model: &'static str,
    generation: u32,
    state: &'static str,
    since: DateTime<Utc>,
    partitions: usize,
    workers: usize,
    position: u64,
    behind: u64,
    parked: usize,
}

impl Projections {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let status = read_models(bank.store().clone()).status().await?;
        let views: Vec<View> = status.iter().flat_map(View::of).collect();
        output.answer(&views, || prose(&views, &status))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl View {
    fn of(model: &ModelStatus) -> impl Iterator<Item = Self> {
        model.generations.iter().map(|generation| Self {
            read_model: model.name,
            generation: generation.generation.key.number,
            state: state(generation),
            since: generation.generation.served_at.unwrap_or(generation.generation.created_at),
            partitions: generation.partitions.len(),
            workers: workers(generation),
            position: generation.partitions.iter().map(|partition| partition.lease.checkpoint).min().unwrap_or(0),
            behind: generation.partitions.iter().map(|partition| partition.behind).max().unwrap_or(0),
            parked: generation.letters.len(),
        })
    }
}

fn state(status: &GenerationStatus) -> &'static str {
    match (status.is_mine, status.generation.state) {
        (false, GenerationState::Serving) => "answers another version",
        (false, _) => "of another version",
        (true, GenerationState::Building) => "being built",
        (true, GenerationState::Verifying) => "being verified",
        (true, GenerationState::Serving) => "answers",
        (true, GenerationState::Retired) => "kept",
    }
}

fn workers(status: &GenerationStatus) -> usize {
    let alive = status.partitions.iter().filter(|partition| partition.is_alive);
    let mut workers: Vec<_> = alive.filter_map(|partition| partition.worker).collect();
    workers.sort();
    workers.dedup();
    workers.len()
}

fn prose(views: &[View], status: &[ModelStatus]) -> String {
    let mut table = table(["read model", "generation", "state", "since", "workers", "position", "behind", "parked"]);
    for view in views {
        table.add_row([
            view.read_model,
            &view.generation.to_string(),
            view.state,
            &view.since.format("%F %T").to_string(),
            &view.workers.to_string(),
            &thousands(view.position),
            &thousands(view.behind),
            &view.parked.to_string(),
        ]);
    }
    right(&mut table, [1, 4, 5, 6, 7]);
    let changed = status.iter().filter(|model| model.readiness == Readiness::Changed);
    let changed =
        changed.map(|model| format!("{} changed: `bank rebuild {0}`\n", model.name)).collect::<Vec<_>>().concat();
    let none =
        if views.is_empty() { "No read model has been built yet; the first question builds them.\n" } else { "" };
    format!("{table}\n{changed}{none}")
}
