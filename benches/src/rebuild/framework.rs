//! What the framework does.

use bank::read_models::{AccountStatement, AccountSummary};
use cqrs_runtime::projection::{EngineOptions, ReadModels};
use cqrs_runtime::store::EventStore;
use rusqlite::Connection;
use tokio_postgres::NoTls;

use super::Tables;
use crate::Error;
use crate::database::Address;

const SUM: &str = "SELECT
    (SELECT count(*) FROM account_summary),
    (SELECT CAST(sum(transactions) AS bigint) FROM account_summary),
    (SELECT CAST(sum(balance_minor) AS bigint) FROM account_summary),
    (SELECT count(*) FROM account_statement),
    (SELECT CAST(sum(balance_minor) AS bigint) FROM account_statement)";

/// Builds both read models, by so many workers.
pub(super) async fn rebuild(address: &Address, workers: u32) -> Result<Tables, Error> {
    let store = EventStore::open(&address.to_string()).await?;
    let read_models = ReadModels::new(store.clone()).with::<AccountSummary>().with::<AccountStatement>();
    let read_models = read_models.options(EngineOptions { workers, ..EngineOptions::default() });
    for name in ["account_summary", "account_statement"] {
        let rebuilt = read_models.rebuild(name, |_| ()).await?;
        let rate = rebuilt.events as f64 / rebuilt.elapsed.as_secs_f64();
        eprintln!("  {name}: {} events, {rate:.0} a second", rebuilt.events);
        if rebuilt.parked > 0 {
            return Err(format!("{} events are parked", rebuilt.parked).into());
        }
    }
    store.close().await;
    sum(address).await
}

async fn sum(address: &Address) -> Result<Tables, Error> {
    match address {
        Address::Sqlite(file) => {
            let row = Connection::open(file)?.query_row(SUM, [], |row| {
                Ok(Tables {
                    summaries: row.get(0)?,
                    transactions: row.get(1)?,
                    balance: row.get(2)?,
                    movements: row.get(3)?,
                    running: row.get(4)?,
                })
            });
            Ok(row?)
        }
        Address::Postgres(url) => {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(connection);
            let row = client.query_one(SUM, &[]).await?;
            Ok(Tables {
                summaries: row.get(0),
                transactions: row.get(1),
                balance: row.get(2),
                movements: row.get(3),
                running: row.get(4),
            })
        }
    }
}
