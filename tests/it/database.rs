//! Databases of a test's own, gone with it.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};
use tempfile::TempDir;
use uuid::Uuid;

/// Makes a test of each case on each database; where that is said, by what is made of it, or in several threads.
macro_rules! on_both {
    (by($of:path) $($case:ident)+) => { $crate::database::on_both! { @ [tokio::test] ($of) $($case)+ } };
    (in_threads $($case:ident)+) => {
        $crate::database::on_both! {
            @ [tokio::test(flavor = "multi_thread", worker_threads = 2)] (std::future::ready) $($case)+
        }
    };
    (@ [$test:meta] ($of:path) $($case:ident)+) => {
        mod sqlite {
            $(#[$test]
            async fn $case() {
                super::$case($of(crate::database::Database::sqlite()).await).await;
            })+
        }
        mod postgres {
            $(#[$test]
            async fn $case() {
                super::$case($of(crate::database::Database::postgres().await).await).await;
            })+
        }
    };
    ($($case:ident)+) => { $crate::database::on_both! { @ [tokio::test] (std::future::ready) $($case)+ } };
}
pub(crate) use on_both;

/// An empty database.
pub(crate) struct Database {
    /// Where a store opens it.
    pub(crate) url: String,
    keep: Keep,
}

enum Keep {
    Folder { _folder: TempDir },
    Server { admin: String, name: String },
}

impl Database {
    /// A path in a folder of its own.
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite://{}", folder.path().join("log.db").display()),
            keep: Keep::Folder { _folder: folder },
        }
    }

    /// A database on the server that `tests/run` has started.
    pub(crate) async fn postgres() -> Self {
        Self::postgres_with("").await
    }

    /// A database there that is made with options of its own.
    pub(crate) async fn postgres_with(options: &str) -> Self {
        let admin = std::env::var("CQRS_TEST_POSTGRES")
            .expect("tests on PostgreSQL need a server: run `tests/run`, or set CQRS_TEST_POSTGRES to its URL");
        let name = format!("cqrs_{}", Uuid::now_v7().simple());
        execute(&admin, &format!("CREATE DATABASE {name} {options}")).await;
        let (server, _) = admin.rsplit_once('/').expect("CQRS_TEST_POSTGRES ends in `/DATABASE`");
        Self { url: format!("{server}/{name}"), keep: Keep::Server { admin, name } }
    }

    /// The file of an SQLite database.
    pub(crate) fn path(&self) -> &str {
        self.url.trim_start_matches("sqlite://")
    }

    /// Runs SQL past the store.
    pub(crate) async fn execute(&self, sql: &str) {
        self.try_execute(sql).await.unwrap();
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.row(&format!("SELECT count(*) FROM {table}")).await.try_get_by_index(0).unwrap()
    }

    /// The only row of a query, read past the store.
    pub(crate) async fn row(&self, sql: &str) -> QueryResult {
        row(&self.url, sql).await
    }

    /// Sets the clock by which sessions go; it stands still from then on.
    pub(crate) async fn set_clock(&self, moment: &str) {
        let micros = format!("CREATE VIEW cqrs_clock AS SELECT unixepoch('{moment}') * 1000000 AS now");
        let clock = match &self.keep {
            Keep::Folder { .. } => format!("DROP VIEW cqrs_clock; {micros}"),
            Keep::Server { .. } => format!(
                "CREATE OR REPLACE FUNCTION cqrs_clock() RETURNS timestamptz LANGUAGE sql VOLATILE
                RETURN timestamptz '{moment}'"
            ),
        };
        self.execute(&clock).await;
    }

    /// Runs SQL that may be refused past the store.
    pub(crate) async fn try_execute(&self, sql: &str) -> Result<(), DbErr> {
        try_execute(&self.url, sql).await
    }
}

/// The only row of a query, read past the store, in the database at `url`.
pub(crate) async fn row(url: &str, sql: &str) -> QueryResult {
    let connection = sea_orm::Database::connect(url).await.unwrap();
    let query = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(query).await.unwrap().unwrap();
    connection.close().await.unwrap();
    row
}

/// Runs SQL past the store, in the database at `url`.
pub(crate) async fn execute(url: &str, sql: &str) {
    try_execute(url, sql).await.unwrap();
}

async fn try_execute(url: &str, sql: &str) -> Result<(), DbErr> {
    let connection = sea_orm::Database::connect(url).await?;
    connection.execute_unprepared(sql).await?;
    connection.close().await
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Keep::Server { admin, name } = &self.keep {
            let (admin, sql) = (admin.clone(), format!("DROP DATABASE {name} WITH (FORCE)"));
            // A runtime can't be entered from within the test's.
            let dropped = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(execute(&admin, &sql));
            });
            dropped.join().unwrap();
        }
    }
}
