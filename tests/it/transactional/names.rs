//! One name stands for one thing.

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{PrepareError, ReadModels};
use cqrs_tests::account::{Account, AccountId, AccountOpened};

use super::domain::Owners;
use super::{Bench, NAME};
use crate::database::Database;

/// A read model whose table is called as another projection's.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(table = "owners", events(Account(AccountOpened)))]
struct Owner {
    #[read_model(key)]
    account_id: AccountId,
}

impl Project<AccountOpened> for Owner {
    fn project(row: &mut Row<Self>, _: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        let account_id = row.id()?;
        row.insert(|| Self { account_id })
    }
}

/// A projection with a second table that is called as another one's.
#[derive(TransactionalProjection)]
#[projection(tables(others, owned_accounts), events(Account(AccountOpened)))]
struct Others;

impl CreateTables for Others {
    fn create(_: &mut NewTables<Self>) {}
}

impl ProjectInTransaction<AccountOpened> for Others {
    async fn project(_: &ProjectionTransaction<'_, Self>, _: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        Ok(())
    }
}

#[tokio::test]
async fn two_of_one_name_are_refused() {
    let bench = Bench::new(Database::sqlite()).await;
    let one = ReadModels::new(bench.store.clone()).with_transactional::<Owners>();
    let check = async |both: ReadModels, twice: &str| {
        let prepared = both.prepare().await;
        assert!(matches!(prepared, Err(PrepareError::Twice { name }) if name == twice), "{prepared:?}");
    };
    check(one.clone().with::<Owner>(), NAME).await;
    check(one.with_transactional::<Others>(), "owned_accounts").await;
}
