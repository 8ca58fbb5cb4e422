//! SQLite by hand: prepared statements, row after row.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};

use super::super::{BATCH, Tables};
use super::Change;
use crate::Error;

const TABLES: &str = "
    DROP TABLE IF EXISTS summary;
    DROP TABLE IF EXISTS statement;
    DROP TABLE IF EXISTS checkpoint;
    CREATE TABLE summary (account_id TEXT PRIMARY KEY, owner TEXT NOT NULL, email TEXT NOT NULL,
        balance_minor INTEGER NOT NULL, balance_currency TEXT NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
        transactions INTEGER NOT NULL, opened_at INTEGER NOT NULL, last_transaction_at INTEGER) STRICT;
    CREATE INDEX summary_owner ON summary (owner, account_id);
    CREATE INDEX summary_balance ON summary (balance_minor, balance_currency, account_id);
    CREATE INDEX summary_currency ON summary (currency, account_id);
    CREATE INDEX summary_status ON summary (status, account_id);
    CREATE INDEX summary_opened ON summary (opened_at, account_id);
    CREATE TABLE statement (account_id TEXT NOT NULL, version INTEGER NOT NULL, owner TEXT NOT NULL,
        at INTEGER NOT NULL, kind TEXT NOT NULL, description TEXT, amount_minor INTEGER NOT NULL, amount_currency TEXT NOT NULL, balance_minor INTEGER NOT NULL,
        balance_currency TEXT NOT NULL, PRIMARY KEY (account_id, version)) STRICT;
    CREATE INDEX statement_version ON statement (version, account_id);
    CREATE INDEX statement_owner ON statement (owner, account_id, version);
    CREATE INDEX statement_at ON statement (at, account_id, version);
    CREATE TABLE checkpoint (position INTEGER NOT NULL) STRICT;
    INSERT INTO checkpoint VALUES (0);";

const READ: &str = "SELECT position, stream_id, version, recorded_at, name, payload FROM cqrs_events
    WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3";

const OPENED: &str = "INSERT INTO summary VALUES (?1, ?2, ?3, 0, ?4, ?4, 'active', 0, ?5, NULL)";

const MOVED: &str = "UPDATE summary SET balance_minor = balance_minor + ?2, transactions = transactions + 1,
    last_transaction_at = ?3 WHERE account_id = ?1 RETURNING balance_minor, owner";

const ENTERED: &str = "INSERT INTO statement VALUES (?1, ?2, ?9, ?3, ?4, ?5, ?6, ?7, ?8, ?7)";

struct Stored {
    position: i64,
    account_id: String,
    version: i64,
    at: i64,
    name: String,
    payload: String,
}

/// Builds both tables, `size` events in a transaction.
pub(in super::super) fn rebuild(file: &Path, last: u64, size: usize) -> Result<Tables, Error> {
    let reading = Connection::open(file)?;
    let mut writing = Connection::open(file)?;
    writing.pragma_update(None, "journal_mode", "wal")?;
    writing.pragma_update(None, "synchronous", "full")?;
    writing.execute_batch(TABLES)?;
    let mut position = 0;
    loop {
        let page = page(&reading, position, i64::try_from(last)?)?;
        let Some(end) = page.last() else { break };
        position = end.position;
        for batch in page.chunks(size) {
            let transaction = writing.transaction()?;
            for event in batch {
                apply(&transaction, event)?;
            }
            let position = batch.last().map_or(position, |event| event.position);
            transaction.prepare_cached("UPDATE checkpoint SET position = ?1")?.execute([position])?;
            transaction.commit()?;
        }
    }
    sum(&writing)
}

fn page(reading: &Connection, after: i64, last: i64) -> Result<Vec<Stored>, Error> {
    let mut read = reading.prepare_cached(READ)?;
    let rows = read.query_map(params![after, last, i64::try_from(BATCH)?], |row| {
        Ok(Stored {
            position: row.get(0)?,
            account_id: row.get(1)?,
            version: row.get(2)?,
            at: row.get(3)?,
            name: row.get(4)?,
            payload: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn apply(writing: &Connection, event: &Stored) -> Result<(), Error> {
    match Change::of(&event.name, &event.payload)? {
        Some(Change::Opened { owner, email, currency }) => {
            let mut insert = writing.prepare_cached(OPENED)?;
            insert.execute(params![event.account_id, owner, email.to_string(), currency.code(), event.at])?;
        }
        Some(Change::Moved { kind, minor, currency, description }) => {
            let mut update = writing.prepare_cached(MOVED)?;
            let moved: Option<(i64, String)> = update
                .query_row(params![event.account_id, minor, event.at], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (balance, owner) = moved.ok_or("money has moved on no account")?;
            let mut insert = writing.prepare_cached(ENTERED)?;
            let Stored { account_id, version, at, .. } = event;
            insert.execute(params![account_id, version, at, kind, description, minor, currency.code(), balance, owner])?;
        }
        None => {}
    }
    Ok(())
}

fn sum(connection: &Connection) -> Result<Tables, Error> {
    let summary = "SELECT count(*), sum(transactions), sum(balance_minor) FROM summary";
    let (summaries, transactions, balance) =
        connection.query_row(summary, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let statement = "SELECT count(*), sum(balance_minor) FROM statement";
    let (movements, running) = connection.query_row(statement, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Tables { summaries, transactions, balance, movements, running })
}
