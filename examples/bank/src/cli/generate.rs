//! `bank generate`

mod customer;
mod plan;
mod random;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use bank::domain::{Account, AccountId};
use clap::Args;
use cqrs_runtime::command::CommandVisitor;
use cqrs_runtime::prelude::*;

pub(crate) use self::plan::Plan;
use super::failure::Failure;
use super::output::{Output, thousands};

/// Make up a file of commands for `bank import`
#[derive(Args)]
pub(crate) struct Generate {
    /// How many
    #[arg(long, default_value_t = 10_000, value_name = "NUMBER")]
    commands: u64,
    /// Which ones: the same seed makes the same file
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
    /// Where to; standard output without it
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct Generated {
    seed: u64,
    commands: u64,
    accounts: u64,
    /// Made so that the bank refuses them.
    refused: u64,
}

/// A line of the file.
#[derive(Serialize)]
struct Line<C> {
    command: &'static str,
    key: String,
    input: C,
}

impl Generate {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Failure> {
        match &self.output {
            Some(path) => {
                let written = File::create(path).and_then(|file| self.write(BufWriter::new(file)));
                let generated = written.map_err(|source| Failure::Unwritable { path: path.clone(), source })?;
                output.answer(&generated, || generated.prose())?;
            }
            None => match self.write(BufWriter::new(io::stdout().lock())) {
                Ok(generated) => eprint!("{}", generated.prose()),
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                Err(error) => return Err(Failure::Output(error)),
            },
        }
        Ok(ExitCode::SUCCESS)
    }

    fn write(&self, mut to: impl Write) -> io::Result<Generated> {
        let mut plan = Plan::new(self.seed);
        for number in 1..=self.commands {
            let key = format!("{}-{number:06}", self.seed);
            plan.next_command().visit(Writing { to: &mut to, key })?;
        }
        to.flush()?;
        let Plan { accounts, refused, .. } = plan;
        Ok(Generated { seed: self.seed, commands: self.commands, accounts, refused })
    }
}

/// Writes a command as a line.
struct Writing<'w, W> {
    to: &'w mut W,
    key: String,
}

impl<W: Write> CommandVisitor<Account> for Writing<'_, W> {
    type Output = io::Result<()>;

    fn visit<C: Command<Id = AccountId>>(self, input: C) -> io::Result<()>
    where
        Account: Decide<C>,
    {
        serde_json::to_writer(&mut *self.to, &Line { command: C::NAME, key: self.key, input })?;
        self.to.write_all(b"\n")
    }
}

impl Generated {
    fn prose(&self) -> String {
        let Self { commands, accounts, refused, .. } = self;
        let [commands, accounts, refused] = [*commands, *accounts, *refused].map(thousands);
        format!("{commands} commands to {accounts} accounts; the bank will refuse {refused} of them\n")
    }
}
