//! PostgreSQL by hand.

use bank::domain::Money;
use chrono::Utc;
use cqrs_runtime::store::EventStore;
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgPool, QueryBuilder};
use uuid::Uuid;

use super::account::Account;
use super::copied::{AT_ONCE, Copied};
use super::{Bank, Card, Deposited, Stored, serve as serve_bank};
use crate::Error;

const TABLES: &str = r#"
    DROP TABLE IF EXISTS event, card;
    CREATE TABLE event (position bigserial PRIMARY KEY, account_id uuid NOT NULL, version bigint NOT NULL,
        event_id uuid NOT NULL UNIQUE, name text NOT NULL, payload text NOT NULL, at timestamptz NOT NULL,
        UNIQUE (account_id, version));
    CREATE TABLE card (account_id uuid PRIMARY KEY, owner text NOT NULL, email text NOT NULL, balance bigint NOT NULL,
        currency text NOT NULL, active boolean NOT NULL, credits bigint NOT NULL, debits bigint NOT NULL,
        opened_at timestamptz NOT NULL, last_moved_at timestamptz)"#;

const LOAD: &str = "SELECT version, name, payload FROM event WHERE account_id = $1 ORDER BY version";

const APPEND: &str = "INSERT INTO event (account_id, version, event_id, name, payload, at)
    VALUES ($1, $2, $3, 'MoneyDeposited', $4, $5)";

const CREDIT: &str = "UPDATE card SET balance = balance + $2, credits = credits + 1, last_moved_at = $3
    WHERE account_id = $1 RETURNING *";

#[derive(Clone)]
struct Postgres(PgPool);

impl Bank for Postgres {
    async fn list(&self, first: i64) -> Result<Vec<Card>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM card ORDER BY account_id LIMIT $1").bind(first).fetch_all(&self.0).await
    }

    async fn find(&self, account: Uuid) -> Result<Option<Card>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM card WHERE account_id = $1").bind(account).fetch_optional(&self.0).await
    }

    async fn deposit(&self, id: Uuid, amount: Money) -> Result<Option<Deposited>, Error> {
        let events: Vec<Stored> = sqlx::query_as(LOAD).bind(id).fetch_all(&self.0).await?;
        let account = Account::of(&events)?;
        let event = match Account::deposit(account.as_ref(), amount) {
            Ok(event) => event,
            Err(refused) => return Ok(Some(Deposited::Refused(refused))),
        };
        let version = account.map_or(0, |account| account.version) + 1;
        let (payload, at) = (serde_json::to_string(&event)?, Utc::now());
        let mut transaction = self.0.begin().await?;
        let append = sqlx::query(APPEND).bind(id).bind(version).bind(Uuid::now_v7()).bind(payload).bind(at);
        match append.execute(&mut *transaction).await {
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => return Ok(None),
            appended => appended?,
        };
        let credit = sqlx::query_as(CREDIT).bind(id).bind(amount.minor()).bind(at);
        let card: Card = credit.fetch_one(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(Some(Deposited::Done(version, Box::new(card))))
    }
}

/// As many connections as sqlx has unless it is told.
pub(in crate::serve) async fn serve(url: &str) -> Result<(), Error> {
    serve_bank(Postgres(PgPoolOptions::new().connect(url).await?)).await
}

/// The same accounts as those of a store; their ids, in order.
pub(in crate::serve) async fn fill(url: &str, store: &EventStore) -> Result<Vec<Uuid>, Error> {
    let pool = PgPool::connect(url).await?;
    sqlx::raw_sql(TABLES).execute(&pool).await?;
    let Copied { events, cards } = Copied::of(store).await?;
    let mut transaction = pool.begin().await?;
    for events in events.chunks(AT_ONCE) {
        let mut insert = QueryBuilder::new("INSERT INTO event (account_id, version, event_id, name, payload, at) ");
        insert.push_values(events, |mut row, event| {
            row.push_bind(event.account_id).push_bind(event.version).push_bind(event.event_id);
            row.push_bind(&event.name).push_bind(&event.payload).push_bind(event.at);
        });
        insert.build().execute(&mut *transaction).await?;
    }
    for cards in cards.chunks(AT_ONCE) {
        let mut insert = QueryBuilder::new("INSERT INTO card ");
        insert.push_values(cards, |mut row, card| {
            row.push_bind(card.account_id).push_bind(&card.owner).push_bind(&card.email).push_bind(card.balance);
            row.push_bind(&card.currency).push_bind(card.active).push_bind(card.credits).push_bind(card.debits);
            row.push_bind(card.opened_at).push_bind(card.last_moved_at);
        });
        insert.build().execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    // Statistics, which the server else gathers some time later.
    sqlx::raw_sql("ANALYZE").execute(&pool).await?;
    Ok(cards.into_iter().map(|card| card.account_id).collect())
}
