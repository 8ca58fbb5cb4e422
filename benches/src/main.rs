//! What the framework does in a second, beside what a plain loop does in the same run.

mod database;
mod log;
mod memory;
mod rebuild;

use clap::{Parser, Subcommand};

type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about = "What the framework does in a second, beside what a plain loop does in the same run")]
struct Benches {
    #[command(subcommand)]
    row: Row,
}

#[derive(Subcommand)]
enum Row {
    /// Rebuild the bank's summaries and statements from a log
    Rebuild(rebuild::Rebuild),
    /// One contestant, in a process of its own
    #[command(hide = true)]
    Contest(rebuild::Contest),
}

fn main() -> Result<(), Error> {
    match Benches::parse().row {
        Row::Rebuild(rebuild) => rebuild.run(),
        Row::Contest(contest) => contest.run(),
    }
}
