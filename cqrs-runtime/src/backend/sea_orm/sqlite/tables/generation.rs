//! Generations: each change of what serves is one transaction.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::sqlite::SqliteArguments;
use sea_orm::sqlx::{self, AssertSqlSafe, query};
use sea_orm::{DatabaseConnection, QueryResult};

use super::super::super::tables::{definitions, generations, judged, quoted, state_word, views};
use super::super::held::Held;
use super::Sqlite;
use crate::store::{
    Generation, GenerationKey, GenerationState, GenerationTables, NewGeneration, StateVerdict, StoreError, SwapVerdict,
};

/// Two projections may have a lookup of one name: its tables get numbers that differ.
const NEXT: &str = "SELECT
    (SELECT number FROM cqrs_generations WHERE projection = $1 AND fingerprint = $2 AND state = $4),
    (SELECT coalesce(max(number), 0) + 1 FROM cqrs_generations g WHERE projection = $1 OR EXISTS (
        SELECT 1 FROM json_each(g.tables) WHERE value IN (SELECT value FROM json_each($3))))";

const ENTER: &str =
    "INSERT INTO cqrs_generations (projection, number, fingerprint, partitions, state, tables, views, head, created_at)
    VALUES ($1, $2, $3, $4, $7, $5, $6, (SELECT coalesce(max(position), 0) FROM cqrs_events),
        (SELECT now FROM cqrs_clock));
    COMMIT";

/// Makes a generation.
pub(super) async fn create(pool: &DatabaseConnection, new: &NewGeneration<'_>) -> Result<Generation, StoreError> {
    let mut connection = Held::of(pool).await?;
    let number = create_in(&mut connection, new).await;
    if number.is_err() {
        // A transaction that can't be rolled back ends with its connection.
        let _ = connection.roll_back().await;
    }
    drop(connection);
    let number = number?;
    let known = generations::<Sqlite>(pool, new.projection).await?;
    let made = known.into_iter().find(|generation| i64::from(generation.key.number) == number);
    made.ok_or(StoreError::CorruptRow { table: "cqrs_generations", what: "a generation has gone as it was made" })
}

async fn create_in(connection: &mut Held, new: &NewGeneration<'_>) -> Result<i64, StoreError> {
    // Texts always are JSON.
    let names = serde_json::to_string(&new.tables.names()).unwrap_or_default();
    let (projection, fingerprint) = (new.projection.to_owned(), new.fingerprint.to_owned());
    let state = state_word(new.state);
    connection.run(query("BEGIN IMMEDIATE")).await?;
    let asked = query(NEXT).bind(projection.clone()).bind(fingerprint.clone()).bind(names.clone()).bind(state);
    let row = only(connection, asked).await?;
    if let Some(made) = row.try_get_by_index(0)? {
        connection.roll_back().await?;
        return Ok(made);
    }
    let number: i64 = row.try_get_by_index(1)?;
    let made = definitions::<Sqlite>(&new.tables).replace(GenerationTables::NUMBER, &format!("_g{number}"));
    connection.run(query(AssertSqlSafe(made)).persistent(false)).await?;
    let entered = query(ENTER).bind(projection).bind(number).bind(fingerprint);
    let views = views::<Sqlite>(&new.tables);
    connection.run(entered.bind(i64::from(new.partitions)).bind(names).bind(views).bind(state)).await?;
    connection.committed();
    Ok(number)
}

/// How far all partitions of the generation have come and how far they must, how many events are parked in it that what
/// serves has seen and has not parked, and the one in whose place it serves.
///
/// Of the same fingerprint, both have an event in a sequence, and so in a partition, of one hash; the upper 63 bits of the
/// hash are divided for themselves, as it is taken without a sign.
pub(super) const STANDING: &str = "SELECT g.state,
        (SELECT iif(count(*) < g.partitions, 0, min(c.position)) FROM cqrs_checkpoints c
            WHERE c.name = g.projection || '@' || g.number),
        max(g.head, coalesce((SELECT max(c.position) FROM cqrs_checkpoints c
            WHERE c.name = g.projection || '@' || o.number), 0)),
        (
            SELECT count(*) FROM cqrs_dead_letters l
            WHERE l.name = g.projection || '@' || g.number
                AND EXISTS (SELECT 1 FROM cqrs_checkpoints c
                    WHERE c.name = b.projection || '@' || b.number AND c.position >= l.position
                        AND (b.fingerprint <> g.fingerprint OR c.partition = (
                            ((l.sequence >> 1) & 9223372036854775807) % b.partitions * 2 + (l.sequence & 1)) % b.partitions))
                AND NOT EXISTS (SELECT 1 FROM cqrs_dead_letters p
                    WHERE p.name = b.projection || '@' || b.number AND p.position = l.position)),
        o.number, g.views, b.views
    FROM cqrs_generations g
    LEFT JOIN cqrs_generations o ON o.projection = g.projection AND o.fingerprint = g.fingerprint AND o.state = 'serving'
    LEFT JOIN cqrs_generations b ON b.projection = g.projection AND b.number = coalesce(o.number, (
        SELECT s.number FROM cqrs_generations s WHERE s.projection = $1 AND s.state = 'serving'
        ORDER BY s.served_at DESC LIMIT 1))
    WHERE g.projection = $1 AND g.number = $2 AND g.state IN ('building', 'serving')";

/// What is retired stands still.
const SERVE: &str = "
    UPDATE cqrs_generations SET state = 'retired' WHERE projection = $1 AND number = $3;
    UPDATE cqrs_checkpoints SET worker = NULL WHERE name = $1 || '@' || $3;
    DELETE FROM cqrs_workers WHERE name = $1 || '@' || $3;
    UPDATE cqrs_generations SET state = 'serving', served_at = max((SELECT now FROM cqrs_clock),
        coalesce((SELECT max(served_at) + 1 FROM cqrs_generations WHERE projection = $1), 0))
    WHERE projection = $1 AND number = $2;
    COMMIT";

/// Lets a generation serve.
pub(super) async fn swap(
    pool: &DatabaseConnection,
    key: &GenerationKey,
    accepts_parked: bool,
) -> Result<SwapVerdict, StoreError> {
    let mut connection = Held::of(pool).await?;
    let verdict = swap_in(&mut connection, key, accepts_parked).await;
    if !matches!(verdict, Ok((SwapVerdict::Serves, true))) {
        // A transaction that can't be rolled back ends with its connection.
        let _ = connection.roll_back().await;
    }
    verdict.map(|(verdict, _)| verdict)
}

/// The verdict, and whether it was written.
async fn swap_in(
    connection: &mut Held,
    key: &GenerationKey,
    accepts_parked: bool,
) -> Result<(SwapVerdict, bool), StoreError> {
    let (projection, number) = (key.projection.clone(), i64::from(key.number));
    connection.run(query("BEGIN IMMEDIATE")).await?;
    let standing = connection.run(query(STANDING).bind(projection.clone()).bind(number)).await?.pop();
    let Some(standing) = standing else { return Ok((SwapVerdict::Gone, false)) };
    if standing.try_get_by_index::<String>(0)? == "serving" {
        return Ok((SwapVerdict::Serves, false));
    }
    match judged(&standing)? {
        SwapVerdict::Serves => {}
        SwapVerdict::Parked { .. } if accepts_parked => {}
        refused => return Ok((refused, false)),
    }
    let (new, before) = (standing.try_get_by_index::<String>(5)?, standing.try_get_by_index::<Option<String>>(6)?);
    let views =
        replaced(key, &views_of(&new)?, &before.map_or_else(|| Ok(BTreeMap::new()), |before| views_of(&before))?);
    connection.run(query(AssertSqlSafe(views)).persistent(false)).await?;
    let old: Option<i64> = standing.try_get_by_index(4)?;
    connection.run(query(SERVE).bind(projection).bind(number).bind(old)).await?;
    connection.committed();
    Ok((SwapVerdict::Serves, true))
}

fn views_of(json: &str) -> Result<BTreeMap<String, String>, StoreError> {
    serde_json::from_str(json).map_err(|_| StoreError::CorruptRow { table: "cqrs_generations", what: "views" })
}

/// The statements that put the views of a generation in the place of those that were there before.
fn replaced(key: &GenerationKey, views: &BTreeMap<String, String>, before: &BTreeMap<String, String>) -> String {
    let names: BTreeSet<&String> = before.keys().chain(views.keys()).collect();
    let dropped = names.into_iter().map(|name| format!("DROP VIEW IF EXISTS {};\n", quoted(name)));
    let made = views.iter().map(|(name, shown)| {
        format!("CREATE VIEW {} AS SELECT {shown} FROM {} AS t;\n", quoted(name), quoted(&key.table(name)))
    });
    dropped.chain(made).collect()
}

/// Whether it can leave the one state, and whether another one of its fingerprint is in the other.
const CHANGING: &str = "SELECT $4 <> 'retired' AND EXISTS (SELECT 1 FROM cqrs_generations o
        WHERE o.projection = g.projection AND o.fingerprint = g.fingerprint AND o.state = $4)
    FROM cqrs_generations g WHERE g.projection = $1 AND g.number = $2 AND g.state = $3 AND g.state <> 'serving'";

/// What has failed in one that is gone back to, and was left out since, elsewhere, is left out here, too.
const CHANGE: &str = "
    UPDATE cqrs_checkpoints SET worker = NULL WHERE name = $1 || '@' || $2;
    DELETE FROM cqrs_workers WHERE name = $1 || '@' || $2;
    UPDATE cqrs_generations SET state = $3 WHERE projection = $1 AND number = $2;
    UPDATE cqrs_dead_letters SET request = 'discard'
    WHERE name = $1 || '@' || $2 AND $3 = 'building' AND error <> '' AND EXISTS (
        SELECT 1 FROM cqrs_discards d WHERE d.projection = $1 AND d.position = cqrs_dead_letters.position);
    COMMIT";

/// Lets a generation be there for something else.
pub(super) async fn set_state(
    pool: &DatabaseConnection,
    key: &GenerationKey,
    from: GenerationState,
    to: GenerationState,
) -> Result<StateVerdict, StoreError> {
    let mut connection = Held::of(pool).await?;
    let verdict = set_state_in(&mut connection, key, from, to).await;
    if !matches!(verdict, Ok(StateVerdict::Set)) {
        // A transaction that can't be rolled back ends with its connection.
        let _ = connection.roll_back().await;
    }
    verdict
}

async fn set_state_in(
    connection: &mut Held,
    key: &GenerationKey,
    from: GenerationState,
    to: GenerationState,
) -> Result<StateVerdict, StoreError> {
    let (projection, number) = (key.projection.clone(), i64::from(key.number));
    connection.run(query("BEGIN IMMEDIATE")).await?;
    let changing = query(CHANGING).bind(projection.clone()).bind(number).bind(state_word(from)).bind(state_word(to));
    let Some(changing) = connection.run(changing).await?.pop() else { return Ok(StateVerdict::Gone) };
    if changing.try_get_by_index(0)? {
        return Ok(StateVerdict::Taken);
    }
    connection.run(query(CHANGE).bind(projection).bind(number).bind(state_word(to))).await?;
    connection.committed();
    Ok(StateVerdict::Set)
}

/// What is to be dropped, and whether it serves: as the last one that was let serve, or because workers still use it.
const LEAVING: &str = "SELECT g.tables, g.state = 'serving' AND (
        NOT EXISTS (SELECT 1 FROM cqrs_generations o WHERE o.projection = g.projection AND o.state = 'serving'
            AND o.served_at > g.served_at)
        OR EXISTS (SELECT 1 FROM cqrs_workers w WHERE w.name = g.projection || '@' || g.number
            AND w.expires_at > (SELECT now FROM cqrs_clock)))
    FROM cqrs_generations g WHERE g.projection = $1 AND g.number = $2 AND g.state <> 'dropped'";

const DROP: &str = "
    DELETE FROM cqrs_checkpoints WHERE name = $1 || '@' || $2;
    DELETE FROM cqrs_workers WHERE name = $1 || '@' || $2;
    DELETE FROM cqrs_dead_letters WHERE name = $1 || '@' || $2;
    DELETE FROM cqrs_changes WHERE name = $1 || '@' || $2;
    UPDATE cqrs_generations SET state = 'dropped' WHERE projection = $1 AND number = $2;
    COMMIT";

/// Drops a generation.
pub(super) async fn remove(pool: &DatabaseConnection, key: &GenerationKey) -> Result<(), StoreError> {
    let mut connection = Held::of(pool).await?;
    let removed = remove_in(&mut connection, key).await;
    if !matches!(removed, Ok(true)) {
        // A transaction that can't be rolled back ends with its connection.
        let _ = connection.roll_back().await;
    }
    removed.map(|_| ())
}

/// Whether there was anything to drop.
async fn remove_in(connection: &mut Held, key: &GenerationKey) -> Result<bool, StoreError> {
    let (projection, number) = (key.projection.clone(), i64::from(key.number));
    connection.run(query("BEGIN IMMEDIATE")).await?;
    let leaving = connection.run(query(LEAVING).bind(projection.clone()).bind(number)).await?.pop();
    let Some(leaving) = leaving else { return Ok(false) };
    if leaving.try_get_by_index(1)? {
        return Err(StoreError::Serving { projection: key.projection.clone(), generation: key.number });
    }
    let tables: String = leaving.try_get_by_index(0)?;
    let tables: Vec<String> = serde_json::from_str(&tables)
        .map_err(|_| StoreError::CorruptRow { table: "cqrs_generations", what: "tables" })?;
    // Those that are listed later may refer to the earlier ones.
    for table in tables.into_iter().rev() {
        let drop = format!("DROP TABLE IF EXISTS {}", quoted(&key.table(&table)));
        connection.run(query(AssertSqlSafe(drop)).persistent(false)).await?;
    }
    connection.run(query(DROP).bind(projection).bind(number)).await?;
    connection.committed();
    Ok(true)
}

async fn only(
    connection: &mut Held,
    asked: Query<'_, sqlx::Sqlite, SqliteArguments>,
) -> Result<QueryResult, StoreError> {
    let row = connection.run(asked).await?.pop();
    row.ok_or(StoreError::CorruptRow { table: "cqrs_generations", what: "there is no answer" })
}
