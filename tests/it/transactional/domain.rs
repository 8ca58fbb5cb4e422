//! Who owns how much: a projection that some owners make fail.

use cqrs_runtime::prelude::*;
use cqrs_tests::account::{Account, AccountOpened, MoneyDeposited};

/// What each owner has, in all accounts together.
///
/// The owner says in the name what goes wrong when the account is opened, unless the name is in the table `permitted`, which
/// is none of the projection's.
#[derive(TransactionalProjection)]
#[projection(tables(owners, owned_accounts), events(Account(AccountOpened, MoneyDeposited)))]
pub(super) struct Owners;

impl CreateTables for Owners {
    fn create(tables: &mut NewTables<Self>) {
        let (owners, accounts) = (tables.name(Self::OWNERS), tables.name(Self::OWNED_ACCOUNTS));
        tables.sql(format!(
            "CREATE TABLE {owners} (owner TEXT PRIMARY KEY, total BIGINT NOT NULL, CONSTRAINT {} CHECK (total < 1000000))",
            tables.own("owners_total")
        ));
        tables.sql(format!(
            "CREATE TABLE {accounts} (account_id TEXT PRIMARY KEY,
                owner TEXT NOT NULL REFERENCES {owners} DEFERRABLE INITIALLY DEFERRED)"
        ));
    }
}

impl ProjectInTransaction<AccountOpened> for Owners {
    async fn project(
        transaction: &ProjectionTransaction<'_, Self>,
        event: &Recorded<AccountOpened>,
    ) -> Result<(), ProjectionError> {
        let (owners, accounts) = (transaction.table(Self::OWNERS), transaction.table(Self::OWNED_ACCOUNTS));
        let own = format!("INSERT INTO {accounts} VALUES ($1, $2)");
        transaction.execute(&own, [event.stream_id.as_str().into(), event.owner.as_str().into()]).await?;
        let permitted = "SELECT owner FROM permitted WHERE owner = $1";
        let permitted = !transaction.query(permitted, [event.owner.as_str().into()]).await?.is_empty();
        match event.owner.split('-').next() {
            _ if permitted => {}
            Some("refused") => return Err(ProjectionError::refused("of this one nothing is to be known")),
            Some("panic") => panic!("at the name {}", event.owner),
            Some("twice") => drop(transaction.execute(&own, [event.stream_id.as_str().into(), "x".into()]).await?),
            Some("hidden") => drop(transaction.execute("INSERT INTO nothing_of_the_kind VALUES (1)", []).await),
            Some("mistaken") => drop(transaction.execute("INSERT INTO nothing_of_the_kind VALUES (1)", []).await?),
            Some("ended") => {
                // SQLite rolls all of it back, whoever has written it.
                let twice = format!("INSERT OR ROLLBACK INTO {accounts} VALUES ($1, 'x')");
                drop(transaction.execute(&twice, [event.stream_id.as_str().into()]).await);
            }
            Some("nobody") => return Ok(()),
            Some("endless") => std::future::pending().await,
            Some("slow") => {
                let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n";
                drop(transaction.query(numbers, []).await?);
            }
            _ => {}
        }
        let known = format!("INSERT INTO {owners} VALUES ($1, 0) ON CONFLICT (owner) DO NOTHING");
        transaction.execute(&known, [event.owner.as_str().into()]).await?;
        Ok(())
    }
}

impl ProjectInTransaction<MoneyDeposited> for Owners {
    async fn project(
        transaction: &ProjectionTransaction<'_, Self>,
        event: &Recorded<MoneyDeposited>,
    ) -> Result<(), ProjectionError> {
        let (owners, accounts) = (transaction.table(Self::OWNERS), transaction.table(Self::OWNED_ACCOUNTS));
        let sql = format!(
            "UPDATE {owners} SET total = total + $2 WHERE owner = (SELECT owner FROM {accounts} WHERE account_id = $1)"
        );
        match transaction.execute(&sql, [event.stream_id.as_str().into(), event.amount.into()]).await? {
            1 => Ok(()),
            _ => Err(ProjectionError::refused("nobody owns it")),
        }
    }
}
