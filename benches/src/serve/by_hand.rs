//! What somebody might write who knows axum, sqlx and the tables: events and rows in one transaction.

mod account;
mod copied;
pub(super) mod postgres;
pub(super) mod sqlite;

use axum::Router;
use axum::extract::{Json, Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use bank::domain::{Currency, Money};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};
use tokio::net::TcpListener;
use uuid::Uuid;

use self::account::Refused;
use super::contestant::told_to_end;
use crate::Error;

/// How often a deposit is decided again where somebody else was faster.
const TRIES: usize = 8;

/// A row; on PostgreSQL as sqlx reads it.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
struct Card {
    account_id: Uuid,
    owner: String,
    email: String,
    #[serde(serialize_with = "as_text")]
    balance: i64,
    currency: String,
    active: bool,
    #[serde(serialize_with = "as_text")]
    credits: i64,
    #[serde(serialize_with = "as_text")]
    debits: i64,
    opened_at: DateTime<Utc>,
    last_moved_at: Option<DateTime<Utc>>,
}

/// An event as it is stored.
#[derive(sqlx::FromRow)]
struct Stored {
    version: i64,
    name: String,
    payload: String,
}

/// What became of a deposit.
enum Deposited {
    /// The version then, and the row.
    Done(i64, Box<Card>),
    Refused(Refused),
}

/// What the routes need of a database.
trait Bank: Clone + Send + Sync + 'static {
    fn list(&self, first: i64) -> impl Future<Output = Result<Vec<Card>, sqlx::Error>> + Send;

    fn find(&self, account: Uuid) -> impl Future<Output = Result<Option<Card>, sqlx::Error>> + Send;

    /// `None` where somebody else has appended to the account meanwhile.
    fn deposit(&self, account: Uuid, amount: Money) -> impl Future<Output = Result<Option<Deposited>, Error>> + Send;
}

#[derive(Serialize)]
struct Data<T> {
    data: T,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListAnswer {
    account_cards: Nodes,
}

#[derive(Serialize)]
struct Nodes {
    nodes: Vec<Card>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PointAnswer {
    account_card: Option<Card>,
}

#[derive(Serialize)]
struct DepositAnswer {
    deposit: DepositPayload,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DepositPayload {
    version: Option<String>,
    user_errors: Vec<Refused>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_card: Option<Box<Card>>,
}

#[derive(Deserialize)]
struct First {
    first: i64,
}

#[derive(Deserialize)]
struct With {
    #[serde(default)]
    card: bool,
}

#[derive(Deserialize)]
struct Amount {
    amount: String,
    currency: Currency,
}

type Answer<T> = Result<Json<Data<T>>, (StatusCode, String)>;

/// Answers until it is told to end.
async fn serve(bank: impl Bank) -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, routes(bank)).with_graceful_shutdown(told_to_end()).await?;
    Ok(())
}

fn routes<B: Bank>(bank: B) -> Router {
    let routes = Router::new()
        .route("/cards", get(list::<B>))
        .route("/cards/{account}", get(find::<B>))
        .route("/accounts/{account}/deposits", post(deposit::<B>));
    routes.with_state(bank)
}

async fn list<B: Bank>(State(bank): State<B>, Query(First { first }): Query<First>) -> Answer<ListAnswer> {
    let nodes = bank.list(first.clamp(0, 100)).await.map_err(failed)?;
    Ok(Json(Data { data: ListAnswer { account_cards: Nodes { nodes } } }))
}

async fn find<B: Bank>(State(bank): State<B>, Path(account): Path<Uuid>) -> Answer<PointAnswer> {
    let account_card = bank.find(account).await.map_err(failed)?;
    Ok(Json(Data { data: PointAnswer { account_card } }))
}

async fn deposit<B: Bank>(
    State(bank): State<B>,
    Path(account): Path<Uuid>,
    Query(With { card: with_card }): Query<With>,
    Json(Amount { amount, currency }): Json<Amount>,
) -> Answer<DepositAnswer> {
    let amount = Money::parse(&amount, currency).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    for _ in 0..TRIES {
        let payload = match bank.deposit(account, amount).await.map_err(failed)? {
            Some(Deposited::Done(version, card)) => DepositPayload {
                version: Some(version.to_string()),
                user_errors: Vec::new(),
                account_card: with_card.then_some(card),
            },
            Some(Deposited::Refused(refused)) => {
                DepositPayload { version: None, user_errors: vec![refused], account_card: None }
            }
            None => continue,
        };
        return Ok(Json(Data { data: DepositAnswer { deposit: payload } }));
    }
    Err((StatusCode::CONFLICT, "others were faster".to_owned()))
}

fn failed(error: impl Into<Error>) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.into().to_string())
}

/// No client is to round it.
fn as_text<S: Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}
