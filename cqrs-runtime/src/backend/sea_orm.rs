//! Event stores on SQLite and PostgreSQL, through SeaORM.

mod address;
mod error;
mod filter;
mod leases;
mod lookup;
mod migration;
#[cfg(feature = "postgres")]
mod postgres;
mod projecting;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statement;
mod tables;
mod transaction;
mod view_row;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

pub use self::address::without_password;
pub use self::view_row::ViewRow;
use crate::store::{AddressProblem, Backend, DEFAULT_POLL_INTERVAL, EventStore, StoreError};

const PAGE: u64 = EventStore::PAGE;

/// A page ends with the event by which its payloads have so many bytes.
#[cfg(feature = "postgres")]
const PAGE_BYTES: i64 = 16 << 20;

/// How a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether an SQLite file that does not exist is made; an address with `?mode=rw` says that it is not.
    pub create_if_missing: bool,
    /// What a commit of SQLite survives; PostgreSQL keeps to its server's configuration.
    pub durability: Durability,
    /// How many connections read at the same time, at most.
    pub readers: u32,
    /// How long a lock of another process on an SQLite file is waited for.
    pub busy_timeout: Duration,
    /// How long a connection to a server may take to be made, or to become free.
    pub connect_timeout: Duration,
    /// How long a server may take over a commit before the connection is given up and the outcome looked for over
    /// another one. Where a commit takes several round trips, the server ends one whose next step does not come for so
    /// long.
    pub commit_timeout: Duration,
    /// How long a server may take over a page of a read, or anything else but a commit.
    pub read_timeout: Duration,
    /// How often the end of the log is looked at while somebody waits for appends, for those of other processes that
    /// the database has not told of: so long may one go unnoticed at most.
    pub poll_interval: Duration,
    /// How often an SQLite file is asked whether another connection has changed it, while somebody waits for appends.
    pub watch_interval: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            create_if_missing: true,
            durability: Durability::Full,
            readers: 4,
            busy_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(10),
            commit_timeout: Duration::from_secs(30),
            read_timeout: Duration::from_mins(1),
            poll_interval: DEFAULT_POLL_INTERVAL,
            watch_interval: Duration::from_millis(20),
        }
    }
}

impl Options {
    /// The same, but no time is longer than both databases and their library can count: 24 days in milliseconds.
    fn countable(self) -> Self {
        const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);
        Self {
            busy_timeout: self.busy_timeout.min(LONGEST),
            connect_timeout: self.connect_timeout.min(LONGEST),
            commit_timeout: self.commit_timeout.min(LONGEST),
            read_timeout: self.read_timeout.min(LONGEST),
            ..self
        }
    }
}

/// What a commit of SQLite survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A loss of power.
    #[default]
    Full,
    /// A crash of the program; the last commits may be lost with the power, the file stays whole.
    Normal,
}

/// Opens the database at `url` and migrates it to the schema of this program.
///
/// `sqlite://FILE` is a file; with `?mode=ro` it is only read. `postgres://USER@HOST/DATABASE` is a server; behind a
/// pgbouncer that keeps no prepared statements, add `?statement-cache-capacity=0`. Several processes may open one
/// database at the same time.
///
/// # Errors
/// When the address is none, there is no tokio runtime, the database can't be reached, was migrated by a newer program,
/// lacks a table, or would give a position twice.
pub async fn open(url: &str, options: &Options) -> Result<Arc<dyn Backend>, StoreError> {
    Handle::try_current().map_err(|_| StoreError::NoRuntime)?;
    let options = &options.countable();
    match url.split_once(':').map(|(scheme, _)| scheme) {
        #[cfg(feature = "sqlite")]
        Some("sqlite") => Ok(Arc::new(sqlite::SqliteBackend::open(url, options).await?)),
        #[cfg(not(feature = "sqlite"))]
        Some("sqlite") => Err(StoreError::NotCompiledIn { feature: "sqlite" }),
        #[cfg(feature = "postgres")]
        Some("postgres" | "postgresql") => Ok(Arc::new(postgres::PostgresBackend::open(url, options).await?)),
        #[cfg(not(feature = "postgres"))]
        Some("postgres" | "postgresql") => Err(StoreError::NotCompiledIn { feature: "postgres" }),
        Some("memory" | "") => Err(StoreError::InMemory),
        _ => Err(not_an_address(url, AddressProblem::Unknown)),
    }
}

/// The error for an address that is none, without the password that may stand in it.
fn not_an_address(url: &str, problem: AddressProblem) -> StoreError {
    StoreError::Address { url: without_password(url), problem }
}

/// What is wrong with an address of a known kind: the parameter that is `wrong` alone, if there is one. Of a parameter
/// only the name is told, for the value may be secret.
fn problem_of(url: &str, wrong: impl Fn(&str) -> bool) -> AddressProblem {
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    match parameters.split('&').find(|parameter| wrong(parameter)) {
        Some(parameter) => {
            AddressProblem::Parameter { name: parameter.split('=').next().unwrap_or_default().to_owned() }
        }
        None => AddressProblem::Unknown,
    }
}
