//! `bank import`

mod line;
mod lines;
mod progress;
mod report;
mod workers;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use cqrs_runtime::prelude::*;

use self::lines::Lines;
use self::progress::Progress;
use self::workers::Workers;
use super::bank::Bank;
use super::failure::Failure;
use super::output::Output;

const FORMAT: &str = r#"Each line of the file is a command as JSON:
  {"command": "Deposit", "input": {"account_id": "..", "amount": {"minor": 1250, "currency": "USD"}}, "key": "pay-17"}
With a key, a line that is executed again gets its first answer and changes nothing. `bank generate` writes such files."#;

/// Execute a file of commands; report those that are refused
#[derive(Args)]
#[command(after_help = FORMAT)]
pub(crate) struct Import {
    /// The file; - for standard input
    file: PathBuf,
    /// How many accounts are worked on at the same time; commands to one account keep their order
    #[arg(long, default_value_t = 64, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    concurrency: u16,
    /// Who asks; recorded with the events
    #[arg(long, value_name = "NAME", env = "BANK_PRINCIPAL", default_value = "", hide_default_value = true)]
    principal: String,
}

impl Import {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let (file, size) = open(&self.file)?;
        let progress = Progress::new(size);
        let started = Instant::now();
        let workers = Workers::start(&bank.dispatcher, self.concurrency, &progress);
        let read = self.feed(&workers, file, &progress).await;
        let report = workers.finish().await;
        progress.finish();
        read?;
        output.answer(&report, || report.prose(started.elapsed()))?;
        Ok(ExitCode::from(u8::from(!report.is_complete())))
    }

    /// Hands the lines out, until the file ends or the database fails.
    async fn feed(&self, workers: &Workers, file: Box<dyn Read + Send>, progress: &Progress) -> Result<(), Failure> {
        let unreadable = |source| Failure::Unreadable { path: self.file.clone(), source };
        let import = line::Source {
            file: self.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            principal: self.principal.clone(),
            correlation_id: Uuid::now_v7(),
        };
        let mut lines = Lines::new(BufReader::new(file));
        while let Some(line) = lines.next().map_err(unreadable)? {
            progress.read(line.bytes);
            match import.parse(&line) {
                Ok(None) => {}
                Ok(Some(job)) => workers.give(job).await,
                Err(refused) => workers.refuse(refused),
            }
        }
        Ok(())
    }
}

fn open(path: &Path) -> Result<(Box<dyn Read + Send>, Option<u64>), Failure> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin()), None));
    }
    let unreadable = |source| Failure::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    Ok((Box::new(file), metadata.is_file().then_some(metadata.len())))
}
