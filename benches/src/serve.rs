//! How many requests are answered in a second, and how fast.
//!
//! The same accounts are served by the generated GraphQL API and by a server that somebody might write by hand with axum and
//! sqlx; both are asked the same by autocannon, for the same JSON. Each is a process of its own, over a database of its own.

mod by_hand;
mod card;
mod contestant;
mod framework;
mod http;
mod kind;
mod load;
mod report;

use std::net::SocketAddr;

use clap::{Args, ValueEnum};
use serde_json::Value;
use tokio::runtime::Runtime;
use uuid::Uuid;

use self::contestant::Running;
use self::kind::Kind;
use self::load::{Load, Outcome};
use crate::Error;
use crate::database::Address;

#[derive(Args)]
pub(crate) struct Serve {
    /// How many accounts there are
    #[arg(long, default_value_t = 5_000)]
    accounts: u64,
    /// How many events each account has, on average
    #[arg(long, default_value_t = 20)]
    per_account: u64,
    /// How many connections ask at the same time
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64])]
    connections: Vec<usize>,
    /// For how long each is asked, after a second in which it is not measured
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// An empty database beside the SQLite file, such as `postgres://USER@HOST/DATABASE`
    #[arg(long)]
    postgres: Option<String>,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Contestant {
    /// The generated API.
    Framework,
    /// axum, sqlx and `serde_json`.
    ByHand,
}

impl Contestant {
    const ALL: [Self; 2] = [Self::Framework, Self::ByHand];
}

/// One contestant, in a process of its own, until its standard input ends.
#[derive(Args)]
pub(crate) struct Answer {
    contestant: Contestant,
    address: Address,
}

impl Answer {
    pub(crate) fn run(&self) -> Result<(), Error> {
        Runtime::new()?.block_on(async {
            match (self.contestant, &self.address) {
                (Contestant::Framework, address) => framework::serve(address).await,
                (Contestant::ByHand, Address::Sqlite(file)) => by_hand::sqlite::serve(file).await,
                (Contestant::ByHand, Address::Postgres(url)) => by_hand::postgres::serve(url).await,
            }
        })
    }
}

/// What a contestant has done, asked by so many connections.
struct Row {
    contestant: Contestant,
    connections: usize,
    outcome: Outcome,
}

impl Serve {
    pub(crate) fn run(&self) -> Result<(), Error> {
        let folder = tempfile::tempdir()?;
        let postgres = self.postgres.clone().map(Address::Postgres);
        let sqlite = [Address::file_in(folder.path()), Address::Sqlite(folder.path().join("by_hand.db"))];
        let servers = postgres.map(|address| [address.clone(), address]);
        for [ours, by_hand] in std::iter::once(sqlite).chain(servers) {
            self.measure(&ours, &by_hand)?;
        }
        Ok(())
    }

    fn measure(&self, ours: &Address, by_hand: &Address) -> Result<(), Error> {
        eprintln!("{}: {} accounts with {} events", ours.name(), self.accounts, self.accounts * self.per_account);
        let accounts = Runtime::new()?.block_on(async {
            let store = framework::fill(ours, self.accounts, self.per_account).await?;
            let accounts = match by_hand {
                Address::Sqlite(file) => by_hand::sqlite::fill(file, &store).await?,
                Address::Postgres(url) => by_hand::postgres::fill(url, &store).await?,
            };
            store.close().await;
            Ok::<_, Error>(accounts)
        })?;
        let mut running = Vec::new();
        for (contestant, address) in Contestant::ALL.into_iter().zip([ours, by_hand]) {
            running.push(Running::start(contestant, address)?);
        }
        is_caught_up(running[0].address, self.accounts * self.per_account)?;
        for kind in Kind::ALL {
            let answers =
                running.iter().map(|running| answer(running, kind, &accounts)).collect::<Result<Vec<_>, _>>()?;
            if answers[0] != answers[1] {
                return Err(format!("the answers differ: {} and {}", answers[0], answers[1]).into());
            }
        }
        for kind in Kind::ALL {
            let mut rows = Vec::new();
            for connections in &self.connections {
                for running in &running {
                    rows.push(self.row(running, kind, *connections, &accounts)?);
                }
            }
            report::print(ours, kind, &rows);
        }
        running.into_iter().try_for_each(Running::end)
    }

    fn row(&self, running: &Running, kind: Kind, connections: usize, accounts: &[Uuid]) -> Result<Row, Error> {
        let contestant = running.contestant;
        let requests = accounts.iter().map(|account| kind.request(contestant, *account)).collect();
        let load = Load { connections, warmup: 1, seconds: self.seconds, requests, says: kind.says() };
        let outcome = load.run(running)?;
        if outcome.errors > 0 {
            return Err(format!("{} of {} requests have failed", outcome.errors, outcome.all).into());
        }
        Ok(Row { contestant, connections, outcome })
    }
}

/// Until what was appended is in the read model.
fn is_caught_up(address: SocketAddr, head: u64) -> Result<(), Error> {
    let asked = serde_json::json!({ "query": "{ accountCards(first: 1) { position } }" });
    loop {
        let answer = http::ask(address, "POST", "/graphql", Some(&asked.to_string()))?;
        if answer["data"]["accountCards"]["position"] == head.to_string() {
            return Ok(());
        }
        let behind = answer.pointer("/errors/0/extensions/code").is_some_and(|code| code == "READ_MODEL_BEHIND");
        if let Some(errors) = answer.get("errors").filter(|_| !behind) {
            return Err(format!("the read model can't be asked: {errors}").into());
        }
    }
}

/// What one of them says, but for the time of a deposit.
fn answer(running: &Running, kind: Kind, accounts: &[Uuid]) -> Result<Value, Error> {
    let account = accounts.first().ok_or("there are no accounts")?;
    let request = kind.request(running.contestant, *account);
    let mut answer = http::ask(running.address, request.method, &request.path, request.body.as_deref())?;
    if let Some(moved) = answer.pointer_mut("/data/deposit/accountCard/lastMovedAt") {
        *moved = Value::Null;
    }
    Ok(answer)
}
