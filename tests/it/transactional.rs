//! Projections that write in a transaction: what they write, and what becomes of it when something fails.
//!
//! That it is written once, however processes and servers end, is shown by `projecting`, with `Turnover`.

mod domain;
mod failing;
mod generations;
mod limits;
mod names;
mod search;

use std::collections::BTreeMap;
use std::time::Duration;

use cqrs_runtime::dispatch::Dispatcher;
use cqrs_runtime::projection::{DeadLetter, EngineOptions, ReadModels, RetryPolicy};
use cqrs_runtime::store::EventStore;
use cqrs_tests::account::{Account, AccountId, Deposit, OpenAccount};

use self::domain::Owners;
use crate::database::Database;

/// A bound that is never met.
const LONG: Duration = Duration::from_mins(2);
const NAME: &str = "owners";

/// Accounts, and who owns them.
struct Bench {
    database: Database,
    store: EventStore,
    accounts: Dispatcher<Account>,
    options: EngineOptions,
}

impl Bench {
    /// What has failed is not tried again by itself.
    async fn new(database: Database) -> Self {
        let store = EventStore::open(&database.url).await.unwrap();
        Self::over(store, database).await
    }

    /// The same, by a store that is over the database.
    async fn over(store: EventStore, database: Database) -> Self {
        let retry = RetryPolicy { attempts: 1, ..RetryPolicy::default() };
        let options = EngineOptions { retry, ..EngineOptions::default() };
        database.execute("CREATE TABLE permitted (owner TEXT NOT NULL)").await;
        Self { accounts: Dispatcher::new(store.clone()), database, store, options }
    }

    fn read_models(&self) -> ReadModels {
        ReadModels::new(self.store.clone()).with_transactional::<Owners>().options(self.options)
    }

    /// Opens an account, and pays something in.
    async fn opens(&self, owner: &str, amount: i64) -> AccountId {
        let id = self.accounts.dispatch(OpenAccount { owner: owner.into() }).await.unwrap().id;
        self.accounts.dispatch(Deposit { account_id: id, amount }).await.unwrap();
        id
    }

    async fn caught_up(&self) -> Vec<DeadLetter> {
        self.read_models().catch_up(LONG).await.unwrap();
        self.read_models().letters(NAME).await.unwrap()
    }

    /// What owners have, as the view shows it.
    async fn owned(&self) -> BTreeMap<String, i64> {
        self.numbers("SELECT owner, total FROM owners").await
    }

    async fn numbers(&self, sql: &str) -> BTreeMap<String, i64> {
        use sea_orm::{ConnectionTrait, Statement};
        let connection = sea_orm::Database::connect(&self.database.url).await.unwrap();
        let query = Statement::from_string(connection.get_database_backend(), sql);
        let rows = connection.query_all_raw(query).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect()
    }
}

/// Totals by owner.
fn totals<const N: usize>(totals: [(&str, i64); N]) -> BTreeMap<String, i64> {
    totals.into_iter().map(|(owner, total)| (owner.to_owned(), total)).collect()
}
