//! Connections to an SQLite file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr};
use tokio::time::{Instant, sleep};

use super::super::{Durability, Options, not_an_address, problem_of};
use crate::store::{AddressProblem, BoxError, StoreError};

/// The pause between two tries to open a file that others open.
const PAUSE: Duration = Duration::from_millis(5);

/// The connection that writes, and those that read.
pub(super) async fn connect(
    url: &str,
    options: &Options,
) -> Result<(DatabaseConnection, DatabaseConnection), StoreError> {
    let (path, parameters) = url.split_once('?').unwrap_or((url, ""));
    if path.ends_with(":memory:") || parameters.split('&').any(|parameter| parameter == "mode=memory") {
        return Err(StoreError::InMemory);
    }
    // Without a path, each connection would have a file of its own, gone with it.
    let has_path = !path.trim_start_matches("sqlite:").trim_start_matches("//").is_empty();
    if !has_path || url.parse::<SqliteConnectOptions>().is_err() {
        let wrong = |parameter: &str| format!("sqlite://file?{parameter}").parse::<SqliteConnectOptions>().is_err();
        return Err(not_an_address(url, problem_of(url, wrong)));
    }
    let existing = parameters.split('&').any(|parameter| parameter == "mode=rw");
    let options = Options { create_if_missing: options.create_if_missing && !existing, ..*options };
    let writer = pool(url, &options, 1, |_| ()).await?;
    let readers = pool(url, &options, options.readers.max(1), |_| ()).await?;
    Ok((writer, readers))
}

/// One more connection to a file that is there.
pub(super) async fn another(url: &str, options: &Options) -> Result<DatabaseConnection, StoreError> {
    configured(url, options, |_| ()).await
}

/// As well, of a pool that is told more.
pub(super) async fn configured(
    url: &str,
    options: &Options,
    configured: impl FnOnce(&mut ConnectOptions),
) -> Result<DatabaseConnection, StoreError> {
    pool(url, &Options { create_if_missing: false, ..*options }, 1, configured).await
}

async fn pool(
    url: &str,
    options: &Options,
    size: u32,
    configured: impl FnOnce(&mut ConnectOptions),
) -> Result<DatabaseConnection, StoreError> {
    let options = *options;
    let parameters = url.split_once('?').map_or("", |(_, parameters)| parameters);
    let read_only = parameters.split('&').any(|parameter| matches!(parameter, "mode=ro" | "immutable=1"));
    let mut connect = ConnectOptions::new(url);
    connect
        .max_connections(size)
        .acquire_timeout(options.connect_timeout)
        // A connection to a file does not get old, and what a statement cache has learnt should stay.
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |connect| configure(connect, &options, read_only));
    configured(&mut connect);
    // SQLite's own time-out does not wait for a file that becomes a WAL file: of several that open a new file at once,
    // some would be turned away.
    let give_up = Instant::now() + options.busy_timeout;
    loop {
        match Database::connect(connect.clone()).await.map_err(|error| refusal(url, error)) {
            Err(StoreError::Busy(_)) if Instant::now() < give_up => sleep(PAUSE).await,
            connected => return connected,
        }
    }
}

/// What an error means when the file is opened.
fn refusal(url: &str, error: DbErr) -> StoreError {
    if matches!(error, DbErr::Conn(RuntimeErr::Internal(_))) {
        return not_an_address(url, AddressProblem::Encoding);
    }
    match StoreError::from(error) {
        StoreError::Unreachable(source) => StoreError::Unreachable(Box::new(Unopened { file: file(url), source })),
        other => other,
    }
}

/// The file of an address that is one.
fn file(url: &str) -> PathBuf {
    url.parse().map(|options: SqliteConnectOptions| options.get_filename().to_owned()).unwrap_or_default()
}

/// The file that can't be opened, and where it should be.
#[derive(Debug, thiserror::Error)]
#[error("the file `{}` can't be opened{}", file.display(), no_folder(file))]
struct Unopened {
    file: PathBuf,
    source: BoxError,
}

fn no_folder(file: &Path) -> String {
    match file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        Some(folder) => format!(": there is no folder `{}`", folder.display()),
        None => String::new(),
    }
}

fn configure(connect: SqliteConnectOptions, options: &Options, read_only: bool) -> SqliteConnectOptions {
    let connect = connect.busy_timeout(options.busy_timeout).foreign_keys(false);
    if read_only {
        return connect;
    }
    let synchronous = match options.durability {
        Durability::Full => SqliteSynchronous::Full,
        Durability::Normal => SqliteSynchronous::Normal,
    };
    connect.create_if_missing(options.create_if_missing).journal_mode(SqliteJournalMode::Wal).synchronous(synchronous)
}
