//! `bank dead-letters`

use std::process::ExitCode;
use std::time::Duration;

use bank::read_models::read_models;
use clap::{Args, Subcommand};
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::DeadLetter;

use super::bank::Bank;
use super::failure::Failure;
use super::output::{Output, table};

/// How long somebody may take to try a sequence again.
const LIMIT: Duration = Duration::from_mins(1);

/// See to events that a read model could not project
#[derive(Args)]
pub(crate) struct DeadLetters {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List them, with the reason
    List {
        /// The read model, such as `account_summary`
        read_model: String,
        /// Those of a generation that does not answer, such as one that is being built
        #[arg(long, value_name = "NUMBER")]
        generation: Option<u32>,
    },
    /// Try those of a sequence again, in order
    Retry {
        /// The read model
        read_model: String,
        /// The sequence, as the list names it
        sequence: String,
    },
    /// Leave the first one of a sequence out for good, and try the others again
    Discard {
        /// The read model
        read_model: String,
        /// The sequence, as the list names it
        sequence: String,
    },
}

#[derive(Serialize)]
struct View<'l> {
    position: u64,
    sequence: &'l str,
    event: &'l str,
    schema_version: u32,
    stream: String,
    version: u64,
    error: &'l str,
    attempts: u32,
    parked_at: DateTime<Utc>,
    retry_at: Option<DateTime<Utc>>,
}

impl DeadLetters {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let read_models = read_models(bank.store().clone());
        let letters = match &self.command {
            Command::List { read_model, generation: Some(number) } => {
                read_models.letters_of(read_model, *number).await?
            }
            Command::List { read_model, generation: None } => read_models.letters(read_model).await?,
            Command::Retry { read_model, sequence } => read_models.retry(read_model, sequence, LIMIT).await?,
            Command::Discard { read_model, sequence } => read_models.discard(read_model, sequence, LIMIT).await?,
        };
        let views: Vec<View<'_>> = letters.iter().map(View::of).collect();
        output.answer(&views, || prose(&views))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl<'l> View<'l> {
    fn of(letter: &'l DeadLetter) -> Self {
        Self {
            position: letter.position,
            sequence: &letter.sequence_key,
            event: &letter.name,
            schema_version: letter.schema_version,
            stream: letter.stream.to_string(),
            version: letter.version,
            error: &letter.error,
            attempts: letter.attempts,
            parked_at: letter.parked_at,
            retry_at: letter.retry_at,
        }
    }
}

fn prose(letters: &[View<'_>]) -> String {
    if letters.is_empty() {
        return String::from("Nothing is parked.\n");
    }
    let mut table = table(["position", "sequence", "event", "attempts", "why"]);
    for letter in letters {
        let why = if letter.error.is_empty() { "waits behind the one before it" } else { letter.error };
        let (position, attempts) = (letter.position.to_string(), letter.attempts.to_string());
        table.add_row([position.as_str(), letter.sequence, letter.event, &attempts, why]);
    }
    format!("{table}\n")
}
