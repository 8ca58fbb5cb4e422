//! What the framework does in a second, beside what is written by hand in the same run.

mod database;
mod log;
mod memory;
mod rebuild;
mod serve;

use clap::{Parser, Subcommand};

type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(about = "What the framework does in a second, beside what is written by hand in the same run")]
struct Benches {
    #[command(subcommand)]
    row: Row,
}

#[derive(Subcommand)]
enum Row {
    /// Rebuild the bank's summaries and statements from a log
    Rebuild(rebuild::Rebuild),
    /// Answer requests for rows and for commands over HTTP
    Serve(serve::Serve),
    /// One contestant, in a process of its own
    #[command(hide = true)]
    Contest(rebuild::Contest),
    /// One that answers, in a process of its own
    #[command(hide = true)]
    Answer(serve::Answer),
}

fn main() -> Result<(), Error> {
    match Benches::parse().row {
        Row::Rebuild(rebuild) => rebuild.run(),
        Row::Serve(serve) => serve.run(),
        Row::Contest(contest) => contest.run(),
        Row::Answer(answer) => answer.run(),
    }
}
