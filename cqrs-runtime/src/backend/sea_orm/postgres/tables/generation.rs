//! Generations: each change of what serves is one call of a function, which is one transaction.

use sea_orm::{DbErr, QueryResult, Value};

use super::super::super::statement::one;
use super::super::super::tables::{definitions, generations, state_word, views};
use super::super::leases::raised;
use super::super::pool::Pool;
use super::Postgres;
use crate::store::{Generation, GenerationKey, GenerationState, NewGeneration, StateVerdict, StoreError, SwapVerdict};

const CREATE: &str = "SELECT cqrs_create_generation($1, $2, $3, $4, $5, $6, $7)";
const SWAP: &str = "SELECT cqrs_swap($1, $2, $3, $4)";
const SET_STATE: &str = "SELECT cqrs_set_state($1, $2, $3, $4, $5)";
const DROP: &str = "SELECT cqrs_drop_generation($1, $2, $3)";

/// As `cqrs_swap` finds it.
pub(super) const STANDING: &str = "SELECT g.state,
        (SELECT CASE WHEN count(*) < g.partitions THEN 0 ELSE min(c.position) END
            FROM cqrs_checkpoints c WHERE c.name = g.projection || '@' || g.number),
        greatest(g.head, (SELECT max(c.position) FROM cqrs_checkpoints c
            WHERE c.name = g.projection || '@' || o.number)),
        cqrs_newly_parked(g, b)
    FROM cqrs_generations g
    LEFT JOIN cqrs_generations o ON o.projection = g.projection AND o.fingerprint = g.fingerprint AND o.state = 'serving'
    LEFT JOIN cqrs_generations b ON b.projection = g.projection AND b.number = coalesce(o.number, (
        SELECT s.number FROM cqrs_generations s WHERE s.projection = $1 AND s.state = 'serving'
        ORDER BY s.served_at DESC LIMIT 1))
    WHERE g.projection = $1 AND g.number = $2 AND g.state IN ('building', 'serving')";

/// How long a lock is waited for that people may hold who look at a view, in milliseconds: others wait behind it.
const PATIENCE: i64 = 1_000;

/// The generation has not come as far as it must; how far it has come and how far it must is the detail.
const BEHIND: &str = "CQ008";

/// Events are parked that what serves has projected; how many is the detail.
const PARKED: &str = "CQ009";

/// Makes a generation.
pub(super) async fn create(pool: &Pool, new: &NewGeneration<'_>) -> Result<Generation, StoreError> {
    let values: [Value; 7] = [
        new.projection.into(),
        new.fingerprint.into(),
        i64::from(new.partitions).into(),
        // Texts always are JSON.
        serde_json::to_string(&new.tables.names()).unwrap_or_default().into(),
        views::<Postgres>(&new.tables).into(),
        definitions::<Postgres>(&new.tables).into(),
        state_word(new.state).into(),
    ];
    let row = one(pool, CREATE, values).await?;
    let number: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    let known = generations::<Postgres>(pool, new.projection).await?;
    let made = known.into_iter().find(|generation| Some(generation.key.number.into()) == number);
    made.ok_or(StoreError::CorruptRow { table: "cqrs_generations", what: "a generation has gone as it was made" })
}

/// Lets a generation serve.
pub(super) async fn swap(pool: &Pool, key: &GenerationKey, accepts_parked: bool) -> Result<SwapVerdict, StoreError> {
    match call(pool, SWAP, key, [accepts_parked.into()]).await {
        Ok(row) if row.try_get_by_index::<String>(0)? == "serves" => Ok(SwapVerdict::Serves),
        Ok(_) => Ok(SwapVerdict::Gone),
        Err(error) => refused(&error).ok_or_else(|| error.into()),
    }
}

fn refused(error: &DbErr) -> Option<SwapVerdict> {
    match raised(error)? {
        (BEHIND, detail) => {
            let (position, needed) = detail.split_once(' ')?;
            Some(SwapVerdict::Behind { position: position.parse().ok()?, needed: needed.parse().ok()? })
        }
        (PARKED, events) => Some(SwapVerdict::Parked { events: events.parse().ok()? }),
        _ => None,
    }
}

/// Lets a generation be there for something else.
pub(super) async fn set_state(
    pool: &Pool,
    key: &GenerationKey,
    from: GenerationState,
    to: GenerationState,
) -> Result<StateVerdict, StoreError> {
    let row = call(pool, SET_STATE, key, [state_word(from).into(), state_word(to).into()]).await?;
    Ok(match row.try_get_by_index::<String>(0)?.as_str() {
        "set" => StateVerdict::Set,
        "taken" => StateVerdict::Taken,
        _ => StateVerdict::Gone,
    })
}

/// Drops a generation.
pub(super) async fn remove(pool: &Pool, key: &GenerationKey) -> Result<(), StoreError> {
    if call(pool, DROP, key, []).await?.try_get_by_index(0)? {
        return Ok(());
    }
    Err(StoreError::Serving { projection: key.projection.clone(), generation: key.number })
}

async fn call<const N: usize>(
    pool: &Pool,
    sql: &str,
    key: &GenerationKey,
    more: [Value; N],
) -> Result<QueryResult, DbErr> {
    let of_key = [key.projection.as_str().into(), i64::from(key.number).into()];
    let row = one(pool, sql, of_key.into_iter().chain(more).chain([PATIENCE.into()])).await?;
    row.ok_or_else(|| DbErr::RecordNotFound(sql.to_owned()))
}
