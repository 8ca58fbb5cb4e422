//! A full-text index, each database's own: what rows of a read model can't express.

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::ReadModels;
use cqrs_runtime::store::Dialect;
use cqrs_tests::account::{Account, AccountOpened};
use sea_orm::{ConnectionTrait, Statement};

use super::{Bench, LONG};
use crate::database::{Database, on_both};

on_both! {
    owners_are_found_by_a_word
}

/// Owners by the words of their names.
#[derive(TransactionalProjection)]
#[projection(events(Account(AccountOpened)))]
struct OwnerSearch;

impl CreateTables for OwnerSearch {
    fn create(tables: &mut NewTables<Self>) {
        let search = tables.name(Self::OWNER_SEARCH);
        match tables.dialect() {
            Dialect::Sqlite => tables.sql(format!("CREATE VIRTUAL TABLE {search} USING fts5 (name)")),
            Dialect::Postgres => {
                tables.sql(format!("CREATE TABLE {search} (name TEXT NOT NULL)"));
                let index = tables.own("owner_search_words");
                tables.sql(format!("CREATE INDEX {index} ON {search} USING gin (to_tsvector('simple', name))"));
            }
        }
    }
}

impl ProjectInTransaction<AccountOpened> for OwnerSearch {
    async fn project(
        transaction: &ProjectionTransaction<'_, Self>,
        event: &Recorded<AccountOpened>,
    ) -> Result<(), ProjectionError> {
        let insert = format!("INSERT INTO {} (name) VALUES ($1)", transaction.table(Self::OWNER_SEARCH));
        transaction.execute(&insert, [event.owner.as_str().into()]).await?;
        Ok(())
    }
}

async fn owners_are_found_by_a_word(database: Database) {
    let bench = Bench::new(database).await;
    for owner in ["Ada Lovelace", "Grace Hopper", "Ada Yonath"] {
        bench.opens(owner, 1).await;
    }
    let search = ReadModels::new(bench.store.clone()).with_transactional::<OwnerSearch>();
    search.catch_up(LONG).await.unwrap();
    assert_eq!(found(&bench, &search, "ada").await, ["Ada Lovelace", "Ada Yonath"]);

    bench.opens("Ida Ada Rhodes", 1).await;
    search.rebuild("owner_search", |_| ()).await.unwrap();
    assert_eq!(found(&bench, &search, "ada").await, ["Ada Lovelace", "Ada Yonath", "Ida Ada Rhodes"]);
    assert_eq!(search.drop_kept("owner_search").await.unwrap().len(), 1);
    assert_eq!(bench.database.count("owner_search").await, 4, "the view shows the table");
}

/// The names with a word.
async fn found(bench: &Bench, search: &ReadModels, word: &str) -> Vec<String> {
    let table = search.serving::<OwnerSearch>().await.unwrap().table(OwnerSearch::OWNER_SEARCH);
    let connection = sea_orm::Database::connect(&bench.database.url).await.unwrap();
    let condition = if bench.database.url.starts_with("sqlite") {
        format!("{table} MATCH $1")
    } else {
        "to_tsvector('simple', name) @@ plainto_tsquery('simple', $1)".to_owned()
    };
    let sql = format!("SELECT name FROM {table} WHERE {condition} ORDER BY name");
    let query = Statement::from_sql_and_values(connection.get_database_backend(), sql, [word.into()]);
    let rows = connection.query_all_raw(query).await.unwrap();
    connection.close().await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}
