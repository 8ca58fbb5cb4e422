//! PostgreSQL by hand: a row after the other for each event; for a batch, what it touches is loaded and folded in memory, and
//! written with statements of many rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use tokio_postgres::{Client, NoTls, Statement, Transaction};

use super::super::{BATCH, Tables};
use super::Change;
use crate::Error;

const TABLES: &str = r#"
    DROP TABLE IF EXISTS summary, statement, checkpoint;
    CREATE TABLE summary (account_id uuid PRIMARY KEY, owner text COLLATE "C" NOT NULL, email text COLLATE "C" NOT NULL,
        balance_minor bigint NOT NULL, balance_currency text COLLATE "C" NOT NULL, currency text COLLATE "C" NOT NULL,
        status text COLLATE "C" NOT NULL, transactions bigint NOT NULL, opened_at timestamptz NOT NULL,
        last_transaction_at timestamptz);
    CREATE INDEX ON summary (owner, account_id);
    CREATE INDEX ON summary (balance_minor, balance_currency, account_id);
    CREATE INDEX ON summary (currency, account_id);
    CREATE INDEX ON summary (status, account_id);
    CREATE INDEX ON summary (opened_at, account_id);
    CREATE TABLE statement (account_id uuid NOT NULL, version bigint NOT NULL,
        owner text COLLATE "C" NOT NULL, at timestamptz NOT NULL, kind text COLLATE "C" NOT NULL, description text COLLATE "C", amount_minor bigint NOT NULL,
        amount_currency text COLLATE "C" NOT NULL, balance_minor bigint NOT NULL,
        balance_currency text COLLATE "C" NOT NULL, PRIMARY KEY (account_id, version));
    CREATE INDEX ON statement (version, account_id);
    CREATE INDEX ON statement (owner, account_id, version);
    CREATE INDEX ON statement (at, account_id, version);
    CREATE TABLE checkpoint (position bigint NOT NULL);
    INSERT INTO checkpoint VALUES (0)"#;

const READ: &str = "SELECT position, stream_id, version, recorded_at, name, payload FROM cqrs_events
    WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3";

const OPENED: &str = "INSERT INTO summary VALUES ($1, $2, $3, 0, $4, $4, 'active', 0, $5, NULL)";

const MOVED: &str = "UPDATE summary SET balance_minor = balance_minor + $2, transactions = transactions + 1,
    last_transaction_at = $3 WHERE account_id = $1 RETURNING balance_minor, owner";

const ENTERED: &str = "INSERT INTO statement VALUES ($1, $2, $9, $3, $4, $5, $6, $7, $8, $7)";

const LOAD: &str =
    "SELECT account_id, owner, email, balance_minor, currency, transactions, opened_at, last_transaction_at
    FROM summary WHERE account_id = ANY ($1)";

const WRITE: &str = "INSERT INTO summary
    SELECT id, owner, email, balance, currency, currency, 'active', transactions, opened_at, last
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::timestamptz[],
        $8::timestamptz[]) AS u(id, owner, email, balance, currency, transactions, opened_at, last)
    ON CONFLICT (account_id) DO UPDATE SET owner = excluded.owner, email = excluded.email,
        balance_minor = excluded.balance_minor, balance_currency = excluded.balance_currency,
        currency = excluded.currency, status = excluded.status, transactions = excluded.transactions,
        opened_at = excluded.opened_at, last_transaction_at = excluded.last_transaction_at";

const ENTER: &str = "INSERT INTO statement
    SELECT id, version, owner, at, kind, description, amount, currency, balance, currency
    FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::bigint[], $7::text[],
        $8::bigint[], $9::text[]) AS u(id, version, at, kind, description, amount, currency, balance, owner)";

const CHECKPOINT: &str = "UPDATE checkpoint SET position = $1";

struct Stored {
    position: i64,
    account_id: uuid::Uuid,
    version: i64,
    at: DateTime<Utc>,
    name: String,
    payload: String,
}

/// The statements, prepared.
struct Statements {
    opened: Statement,
    moved: Statement,
    entered: Statement,
    load: Statement,
    write: Statement,
    enter: Statement,
    checkpoint: Statement,
}

impl Statements {
    async fn of(client: &Client) -> Result<Self, Error> {
        Ok(Self {
            opened: client.prepare(OPENED).await?,
            moved: client.prepare(MOVED).await?,
            entered: client.prepare(ENTERED).await?,
            load: client.prepare(LOAD).await?,
            write: client.prepare(WRITE).await?,
            enter: client.prepare(ENTER).await?,
            checkpoint: client.prepare(CHECKPOINT).await?,
        })
    }
}

/// Builds both tables, `size` events in a transaction.
pub(in super::super) async fn rebuild(url: &str, last: u64, size: usize) -> Result<Tables, Error> {
    let (mut client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute(TABLES).await?;
    let read = client.prepare(READ).await?;
    let statements = Statements::of(&client).await?;
    let mut position = 0;
    loop {
        let rows = client.query(&read, &[&position, &i64::try_from(last)?, &i64::try_from(BATCH)?]).await?;
        let page = rows.iter().map(|row| {
            Ok(Stored {
                position: row.get(0),
                account_id: row.get::<_, &str>(1).parse()?,
                version: row.get(2),
                at: row.get(3),
                name: row.get(4),
                payload: row.get(5),
            })
        });
        let page = page.collect::<Result<Vec<_>, Error>>()?;
        let Some(end) = page.last() else { break };
        position = end.position;
        for batch in page.chunks(size) {
            let transaction = client.transaction().await?;
            match batch {
                [event] => apply(&transaction, &statements, event).await?,
                events => fold(&transaction, &statements, events).await?,
            }
            let position = batch.last().map_or(position, |event| event.position);
            transaction.execute(&statements.checkpoint, &[&position]).await?;
            transaction.commit().await?;
        }
    }
    sum(&client).await
}

async fn apply(transaction: &Transaction<'_>, statements: &Statements, event: &Stored) -> Result<(), Error> {
    let Stored { account_id, version, at, .. } = event;
    match Change::of(&event.name, &event.payload)? {
        Some(Change::Opened { owner, email, currency }) => {
            let (email, currency) = (email.to_string(), currency.code());
            transaction.execute(&statements.opened, &[account_id, &owner, &email, &currency, at]).await?;
        }
        Some(Change::Moved { kind, minor, currency, description }) => {
            let moved = transaction.query_one(&statements.moved, &[account_id, &minor, at]).await?;
            let (balance, owner): (i64, String) = (moved.get(0), moved.get(1));
            let currency = currency.code();
            let row: [&(dyn tokio_postgres::types::ToSql + Sync); 9] =
                [account_id, version, at, &kind, &description, &minor, &currency, &balance, &owner];
            transaction.execute(&statements.entered, &row).await?;
        }
        None => {}
    }
    Ok(())
}

struct Summary {
    owner: String,
    email: String,
    balance: i64,
    currency: String,
    transactions: i64,
    opened_at: DateTime<Utc>,
    last: Option<DateTime<Utc>>,
}

/// The columns of the statement's new rows.
#[derive(Default)]
struct Entries {
    ids: Vec<uuid::Uuid>,
    versions: Vec<i64>,
    at: Vec<DateTime<Utc>>,
    kinds: Vec<&'static str>,
    descriptions: Vec<Option<String>>,
    amounts: Vec<i64>,
    currencies: Vec<&'static str>,
    balances: Vec<i64>,
    owners: Vec<String>,
}

async fn fold(transaction: &Transaction<'_>, statements: &Statements, events: &[Stored]) -> Result<(), Error> {
    let mut ids: Vec<_> = events.iter().map(|event| event.account_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = transaction.query(&statements.load, &[&ids]).await?;
    let mut summaries: HashMap<uuid::Uuid, Summary> = HashMap::new();
    for row in rows {
        let summary = Summary {
            owner: row.get(1),
            email: row.get(2),
            balance: row.get(3),
            currency: row.get(4),
            transactions: row.get(5),
            opened_at: row.get(6),
            last: row.get(7),
        };
        summaries.insert(row.get(0), summary);
    }
    let mut entries = Entries::default();
    for event in events {
        match Change::of(&event.name, &event.payload)? {
            Some(Change::Opened { owner, email, currency }) => {
                let (email, currency) = (email.to_string(), currency.code().to_owned());
                let summary =
                    Summary { owner, email, balance: 0, currency, transactions: 0, opened_at: event.at, last: None };
                summaries.insert(event.account_id, summary);
            }
            Some(Change::Moved { kind, minor, currency, description }) => {
                let summary = summaries.get_mut(&event.account_id).ok_or("money has moved on no account")?;
                summary.balance += minor;
                summary.transactions += 1;
                summary.last = Some(event.at);
                entries.ids.push(event.account_id);
                entries.versions.push(event.version);
                entries.at.push(event.at);
                entries.kinds.push(kind);
                entries.descriptions.push(description);
                entries.amounts.push(minor);
                entries.currencies.push(currency.code());
                entries.balances.push(summary.balance);
                entries.owners.push(summary.owner.clone());
            }
            None => {}
        }
    }
    write(transaction, statements, &summaries, &entries).await
}

async fn write(
    transaction: &Transaction<'_>,
    statements: &Statements,
    summaries: &HashMap<uuid::Uuid, Summary>,
    entries: &Entries,
) -> Result<(), Error> {
    let ids: Vec<_> = summaries.keys().collect();
    let owners: Vec<_> = summaries.values().map(|summary| &*summary.owner).collect();
    let emails: Vec<_> = summaries.values().map(|summary| &*summary.email).collect();
    let balances: Vec<_> = summaries.values().map(|summary| summary.balance).collect();
    let currencies: Vec<_> = summaries.values().map(|summary| &*summary.currency).collect();
    let transactions: Vec<_> = summaries.values().map(|summary| summary.transactions).collect();
    let opened: Vec<_> = summaries.values().map(|summary| summary.opened_at).collect();
    let last: Vec<_> = summaries.values().map(|summary| summary.last).collect();
    let columns: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
        [&ids, &owners, &emails, &balances, &currencies, &transactions, &opened, &last];
    transaction.execute(&statements.write, &columns).await?;
    let Entries { ids, versions, at, kinds, descriptions, amounts, currencies, balances, owners } = entries;
    let columns: [&(dyn tokio_postgres::types::ToSql + Sync); 9] =
        [ids, versions, at, kinds, descriptions, amounts, currencies, balances, owners];
    transaction.execute(&statements.enter, &columns).await?;
    Ok(())
}

async fn sum(client: &Client) -> Result<Tables, Error> {
    let sum = "SELECT (SELECT count(*) FROM summary), (SELECT sum(transactions)::bigint FROM summary),
        (SELECT sum(balance_minor)::bigint FROM summary), (SELECT count(*) FROM statement),
        (SELECT sum(balance_minor)::bigint FROM statement)";
    let row = client.query_one(sum, &[]).await?;
    Ok(Tables {
        summaries: row.get(0),
        transactions: row.get(1),
        balance: row.get(2),
        movements: row.get(3),
        running: row.get(4),
    })
}
