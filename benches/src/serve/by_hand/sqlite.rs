//! SQLite by hand: several connections read, one writes.

use std::path::Path;
use std::time::Duration;

use bank::domain::Money;
use chrono::{DateTime, Utc};
use cqrs_runtime::store::EventStore;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{QueryBuilder, Row};
use uuid::Uuid;

use super::account::Account;
use super::copied::{AT_ONCE, Copied};
use super::{Bank, Card, Deposited, Stored, serve as serve_bank};
use crate::Error;

/// How many connections read; as many as those of a store.
const READERS: u32 = 4;

const TABLES: &str = "
    CREATE TABLE event (position INTEGER PRIMARY KEY AUTOINCREMENT, account_id BLOB NOT NULL, version INTEGER NOT NULL,
        event_id BLOB NOT NULL UNIQUE, name TEXT NOT NULL, payload TEXT NOT NULL, at INTEGER NOT NULL,
        UNIQUE (account_id, version)) STRICT;
    CREATE TABLE card (account_id BLOB PRIMARY KEY, owner TEXT NOT NULL, email TEXT NOT NULL, balance INTEGER NOT NULL,
        currency TEXT NOT NULL, active INTEGER NOT NULL, credits INTEGER NOT NULL, debits INTEGER NOT NULL,
        opened_at INTEGER NOT NULL, last_moved_at INTEGER) STRICT, WITHOUT ROWID;";

const LOAD: &str = "SELECT version, name, payload FROM event WHERE account_id = ? ORDER BY version";

const APPEND: &str = "INSERT INTO event (account_id, version, event_id, name, payload, at)
    VALUES (?, ?, ?, 'MoneyDeposited', ?, ?)";

const CREDIT: &str = "UPDATE card SET balance = balance + ?2, credits = credits + 1, last_moved_at = ?3
    WHERE account_id = ?1 RETURNING *";

#[derive(Clone)]
struct Sqlite {
    reading: SqlitePool,
    writing: SqlitePool,
}

impl Bank for Sqlite {
    async fn list(&self, first: i64) -> Result<Vec<Card>, sqlx::Error> {
        let list = sqlx::query("SELECT * FROM card ORDER BY account_id LIMIT ?").bind(first);
        list.try_map(card).fetch_all(&self.reading).await
    }

    async fn find(&self, account: Uuid) -> Result<Option<Card>, sqlx::Error> {
        let find = sqlx::query("SELECT * FROM card WHERE account_id = ?").bind(account);
        find.try_map(card).fetch_optional(&self.reading).await
    }

    async fn deposit(&self, id: Uuid, amount: Money) -> Result<Option<Deposited>, Error> {
        let events: Vec<Stored> = sqlx::query_as(LOAD).bind(id).fetch_all(&self.reading).await?;
        let account = Account::of(&events)?;
        let event = match Account::deposit(account.as_ref(), amount) {
            Ok(event) => event,
            Err(refused) => return Ok(Some(Deposited::Refused(refused))),
        };
        let version = account.map_or(0, |account| account.version) + 1;
        let (payload, at) = (serde_json::to_string(&event)?, Utc::now().timestamp_micros());
        let mut transaction = self.writing.begin_with("BEGIN IMMEDIATE").await?;
        let append = sqlx::query(APPEND).bind(id).bind(version).bind(Uuid::now_v7()).bind(payload).bind(at);
        match append.execute(&mut *transaction).await {
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => return Ok(None),
            appended => appended?,
        };
        let credit = sqlx::query(CREDIT).bind(id).bind(amount.minor()).bind(at);
        let card = credit.try_map(card).fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(Some(Deposited::Done(version, Box::new(card))))
    }
}

fn card(row: SqliteRow) -> Result<Card, sqlx::Error> {
    let time = |micros: i64| {
        DateTime::<Utc>::from_timestamp_micros(micros).ok_or_else(|| sqlx::Error::Decode("no such time".into()))
    };
    Ok(Card {
        account_id: row.try_get(0)?,
        owner: row.try_get(1)?,
        email: row.try_get(2)?,
        balance: row.try_get(3)?,
        currency: row.try_get(4)?,
        active: row.try_get(5)?,
        credits: row.try_get(6)?,
        debits: row.try_get(7)?,
        opened_at: time(row.try_get(8)?)?,
        last_moved_at: row.try_get::<Option<i64>, _>(9)?.map(time).transpose()?,
    })
}

/// Connections to a file, on which a commit is durable.
async fn connect(file: &Path, connections: u32) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10));
    SqlitePoolOptions::new().max_connections(connections).connect_with(options).await
}

pub(in crate::serve) async fn serve(file: &Path) -> Result<(), Error> {
    serve_bank(Sqlite { reading: connect(file, READERS).await?, writing: connect(file, 1).await? }).await
}

/// The same accounts as those of a store; their ids, in order.
pub(in crate::serve) async fn fill(file: &Path, store: &EventStore) -> Result<Vec<Uuid>, Error> {
    let pool = connect(file, 1).await?;
    sqlx::raw_sql(TABLES).execute(&pool).await?;
    let Copied { events, cards } = Copied::of(store).await?;
    let mut transaction = pool.begin().await?;
    for events in events.chunks(AT_ONCE) {
        let mut insert = QueryBuilder::new("INSERT INTO event (account_id, version, event_id, name, payload, at) ");
        insert.push_values(events, |mut row, event| {
            row.push_bind(event.account_id).push_bind(event.version).push_bind(event.event_id);
            row.push_bind(&event.name).push_bind(&event.payload).push_bind(event.at.timestamp_micros());
        });
        insert.build().execute(&mut *transaction).await?;
    }
    for cards in cards.chunks(AT_ONCE) {
        let mut insert = QueryBuilder::new("INSERT INTO card ");
        insert.push_values(cards, |mut row, card| {
            row.push_bind(card.account_id).push_bind(&card.owner).push_bind(&card.email).push_bind(card.balance);
            row.push_bind(&card.currency).push_bind(card.active).push_bind(card.credits).push_bind(card.debits);
            row.push_bind(card.opened_at.timestamp_micros());
            row.push_bind(card.last_moved_at.map(|at| at.timestamp_micros()));
        });
        insert.build().execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    pool.close().await;
    Ok(cards.into_iter().map(|card| card.account_id).collect())
}
