//! How fast read models are built anew from a log.
//!
//! The same log is folded into the same tables, with the same indices for those who ask, by `ReadModels::rebuild` and by
//! loops that somebody might write by hand: one transaction for each event, and one for each batch. Each runs in a process
//! of its own, which tells what it has taken of memory; what all have made of the log is compared.

mod by_hand;
mod framework;
mod report;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use cqrs_runtime::store::EventStore;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use crate::Error;
use crate::database::Address;
use crate::log;
use crate::memory;

/// How many events are read and written at once.
const BATCH: usize = 5_000;

#[derive(Args)]
pub(crate) struct Rebuild {
    /// How many events the log has
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
    /// How many events each account has, on average
    #[arg(long, default_value_t = 20)]
    per_account: u64,
    /// How many events the loops with a transaction for each go through, from the first on
    #[arg(long, default_value_t = 50_000)]
    one_by_one: u64,
    /// An empty database beside the SQLite file, such as `postgres://USER@HOST/DATABASE`
    #[arg(long)]
    postgres: Option<String>,
}

/// Who folds the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Contestant {
    /// `ReadModels::rebuild`, one read model after the other.
    Framework,
    /// The same, by two workers that share the partitions.
    Workers,
    /// By hand, a transaction for each batch.
    Batches,
    /// By hand, a transaction for each event.
    OneByOne,
}

impl Contestant {
    const ALL: [Self; 4] = [Self::Framework, Self::Workers, Self::Batches, Self::OneByOne];
}

#[derive(Args)]
pub(crate) struct Contest {
    address: Address,
    contestant: Contestant,
    /// The position of the last event that is folded
    last: u64,
}

/// What a contestant has done.
#[derive(Debug, Deserialize, Serialize)]
struct Outcome {
    events: u64,
    elapsed: Duration,
    /// The most memory that was taken at once, in bytes.
    peak: u64,
    tables: Tables,
}

/// What there is in the tables then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
struct Tables {
    summaries: i64,
    transactions: i64,
    balance: i64,
    movements: i64,
    running: i64,
}

impl Rebuild {
    pub(crate) fn run(&self) -> Result<(), Error> {
        let folder = tempfile::tempdir()?;
        let postgres = self.postgres.clone().map(Address::Postgres);
        for address in std::iter::once(Address::file_in(folder.path())).chain(postgres) {
            self.fill(&address)?;
            let mut outcomes = Vec::new();
            for contestant in Contestant::ALL {
                let last =
                    if contestant == Contestant::OneByOne { self.one_by_one.min(self.events) } else { self.events };
                outcomes.push((contestant, contest(&address, contestant, last)?));
            }
            let whole = outcomes.iter().filter(|(contestant, _)| *contestant != Contestant::OneByOne);
            let tables: Vec<_> = whole.map(|(_, outcome)| outcome.tables).collect();
            if tables.iter().any(|other| *other != tables[0]) {
                return Err(format!("the tables differ: {tables:?}").into());
            }
            report::print(&address, &outcomes);
        }
        Ok(())
    }

    fn fill(&self, address: &Address) -> Result<(), Error> {
        eprintln!("{}: appending {} events", address.name(), self.events);
        let began_at = Instant::now();
        Runtime::new()?.block_on(async {
            let store = EventStore::open(&address.to_string()).await?;
            log::fill(&store, self.events, self.per_account).await?;
            store.close().await;
            Ok::<_, Error>(())
        })?;
        eprintln!("{}: appended in {:.1} s", address.name(), began_at.elapsed().as_secs_f64());
        Ok(())
    }
}

/// Lets a contestant run in a process of its own.
fn contest(address: &Address, contestant: Contestant, last: u64) -> Result<Outcome, Error> {
    let name = contestant.to_possible_value().ok_or("no such contestant")?;
    eprintln!("{}: {}", address.name(), name.get_name());
    let program = std::env::current_exe()?;
    let arguments = ["contest".to_owned(), address.to_string(), name.get_name().to_owned(), last.to_string()];
    let output = Command::new(program).args(arguments).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{} has failed", name.get_name()).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

impl Contest {
    pub(crate) fn run(&self) -> Result<(), Error> {
        let began_at = Instant::now();
        let tables = match (self.contestant, &self.address) {
            (Contestant::Framework, address) => Runtime::new()?.block_on(framework::rebuild(address, 1))?,
            (Contestant::Workers, address) => Runtime::new()?.block_on(framework::rebuild(address, 2))?,
            (contestant, Address::Sqlite(file)) => by_hand::sqlite::rebuild(file, self.last, size(contestant))?,
            (contestant, Address::Postgres(url)) => {
                Runtime::new()?.block_on(by_hand::postgres::rebuild(url, self.last, size(contestant)))?
            }
        };
        let outcome = Outcome { events: self.last, elapsed: began_at.elapsed(), peak: memory::peak()?, tables };
        println!("{}", serde_json::to_string(&outcome)?);
        Ok(())
    }
}

fn size(contestant: Contestant) -> usize {
    if contestant == Contestant::OneByOne { 1 } else { BATCH }
}
