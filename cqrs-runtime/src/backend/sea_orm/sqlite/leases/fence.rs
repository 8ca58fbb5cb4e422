//! What begins every transaction that moves checkpoints: it goes on only if all leases hold.

use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::sqlite::{Sqlite, SqliteArguments};
use sea_orm::{DbErr, SqlxError, Value};
use serde::Serialize;

use super::super::super::error;
use super::super::held::Held;
use super::blob;
use super::standing::Standing;
use crate::store::lease::judge;
use crate::store::{Advance, AdvanceVerdict, StoreError, WorkerId};

macro_rules! moves {
    () => {
        "
    INSERT INTO cqrs_checkpoints (name, partition, position, event_id, changes)
    SELECT $2, step.value ->> 0,
        (SELECT step.value ->> 3 FROM cqrs_checkpoints c JOIN cqrs_workers w USING (name, worker)
            WHERE c.name = $2 AND c.partition = step.value ->> 0 AND c.worker = $3 AND c.epoch = step.value ->> 1
                AND c.position = step.value ->> 2 AND w.expires_at > (SELECT now FROM cqrs_clock)),
        unhex(step.value ->> 4), step.value ->> 5
    FROM json_each($1) step WHERE true
    ON CONFLICT (name, partition) DO UPDATE SET position = excluded.position, event_id = excluded.event_id,
        changes = cqrs_checkpoints.changes + excluded.changes;"
    };
}

/// Begins the transaction and moves the checkpoints, or fails and with it the rest of the call: what a batch writes, and
/// its COMMIT, follow in the same text. `$1` to `$3` are [`Fence::bind`]'s.
///
/// One call, so that no worker is waited for while it has the file locked; and nobody who forgets to look at a verdict can
/// go past it. Without a trigger, only a constraint makes SQLite fail: a step that must not be taken leads to NULL, where
/// a position must be. The lock of the file keeps others from taking a partition before the transaction ends.
pub(in super::super) const FENCE: &str = concat!("BEGIN IMMEDIATE;", moves!());

/// The same, within a transaction that has begun.
pub(in super::super) const MOVE: &str = moves!();

/// What stands before a batch's [`MOVE`] that says in the parameter of a number what else has to be so; refused alike.
///
/// No letter of an event that not every program can tell the sequence of stands between the steps' ends, but those that are
/// known; and no partition has passed the first such event that is to be parked.
pub(in super::super) fn placed(parameter: usize) -> String {
    format!(
        "INSERT INTO cqrs_checkpoints (name, partition, position) SELECT $2, 0, NULL
        WHERE EXISTS (SELECT 1 FROM cqrs_checkpoints WHERE name = $2 AND position >= ${parameter} ->> 'parks')
            OR EXISTS (SELECT 1 FROM cqrs_dead_letters l WHERE l.name = $2
                AND l.position > (SELECT min(step.value ->> 2) FROM json_each($1) step)
                AND l.position <= (SELECT max(step.value ->> 3) FROM json_each($1) step)
                AND l.sequence_key LIKE '(unknown)%'
                AND l.position NOT IN (SELECT value FROM json_each(${parameter}, '$.known')));"
    )
}

/// The code of a NOT NULL that was violated, and what the message then says of the fence's column.
const NOT_NULL: &str = "1299";
const NO_POSITION: &str = "cqrs_checkpoints.position";

/// Steps that are to be taken with all that follows in their transaction, or not at all.
///
/// They are not empty, and each leads forward: see [`judged_unasked`](crate::store::lease::judged_unasked).
#[derive(Clone, Copy)]
pub(in super::super) struct Fence<'a> {
    pub(in super::super) name: &'a str,
    pub(in super::super) worker: WorkerId,
    pub(in super::super) steps: &'a [Advance],
    /// Whether rows are changed that others may follow: it is counted by the lowest partition.
    pub(in super::super) changes: bool,
}

/// Partition, epoch, the position before and after, the event there, and by how much its changes grow.
#[derive(Serialize)]
struct Step(u32, u64, u64, u64, uuid::fmt::Simple, u8);

impl Fence<'_> {
    /// The values of [`MOVE`].
    pub(in super::super) fn values(self) -> [Value; 3] {
        [self.steps().into(), self.name.into(), blob(self.worker).into()]
    }

    /// Binds the values of [`FENCE`], the first three.
    pub(in super::super) fn bind(
        self,
        statements: Query<'_, Sqlite, SqliteArguments>,
    ) -> Query<'_, Sqlite, SqliteArguments> {
        statements.bind(self.steps()).bind(self.name.to_owned()).bind(blob(self.worker))
    }

    /// The steps, as JSON.
    fn steps(self) -> String {
        let lowest = self.steps.iter().map(|step| step.lease.partition).min();
        let steps = self.steps.iter().map(|step| {
            let lease = step.lease;
            let changes = u8::from(self.changes && Some(lease.partition) == lowest);
            Step(lease.partition, lease.epoch, lease.checkpoint, step.position, step.event_id.simple(), changes)
        });
        // Numbers and a text always are JSON.
        serde_json::to_string(&steps.collect::<Vec<_>>()).unwrap_or_default()
    }

    /// Why the call has failed, and rolls its transaction back: the verdict, if it was the fence that refused.
    pub(in super::super) async fn explain(
        self,
        connection: &mut Held,
        error: DbErr,
    ) -> Result<AdvanceVerdict, StoreError> {
        let standing = if is_refusal(&error) { Some(Standing::of(connection, self.name).await) } else { None };
        // A transaction that can't be rolled back ends with its connection.
        let _ = connection.roll_back().await;
        let Some(standing) = standing else { return Err(error.into()) };
        let Standing { alive, partitions } = standing?;
        Ok(match judge(&partitions, self.worker, alive.contains(&self.worker), self.steps) {
            // The clock has been set back since: the session had expired when it was asked for.
            AdvanceVerdict::Advanced => AdvanceVerdict::LeaseLost,
            refusal => refusal,
        })
    }
}

fn is_refusal(error: &DbErr) -> bool {
    matches!(error::sqlx(error), Some(SqlxError::Database(refusal))
        if refusal.code().as_deref() == Some(NOT_NULL) && refusal.message().contains(NO_POSITION))
}

#[cfg(test)]
mod tests {
    use sea_orm::sqlx::{AssertSqlSafe, query};
    use sea_orm::{ConnectOptions, ConnectionTrait, Database};
    use uuid::Uuid;

    use super::super::super::super::statement::number;
    use super::*;
    use crate::store::Lease;

    const SEEN: &str = "INSERT INTO seen VALUES ($4); COMMIT";

    /// Whatever a batch writes behind the fence is written with the checkpoints, or not at all.
    #[tokio::test]
    async fn nothing_is_written_past_a_lost_lease() {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1);
        let pool = Database::connect(options).await.unwrap();
        pool.execute_unprepared(include_str!("../0001_event_store.sql")).await.unwrap();
        pool.execute_unprepared(include_str!("../0003_read_side.sql")).await.unwrap();
        let rows = "CREATE TABLE seen (number INTEGER);
            INSERT INTO cqrs_workers VALUES ('summary', zeroblob(16), (SELECT now + 1000000000 FROM cqrs_clock));
            INSERT INTO cqrs_checkpoints (name, partition, worker) VALUES ('summary', 0, zeroblob(16)), ('summary', 1, NULL)";
        pool.execute_unprepared(rows).await.unwrap();
        let step = |partition| Advance {
            lease: Lease { partition, epoch: 0, checkpoint: 0, event_id: Uuid::nil() },
            position: 7,
            event_id: Uuid::nil(),
        };
        let moved = AdvanceVerdict::CheckpointMoved { partition: 0, expected: 0, actual: 7 };
        let cases = [
            (vec![step(0), step(1)], Some(AdvanceVerdict::LeaseLost)),
            (vec![step(0)], None),
            (vec![step(0)], Some(moved)),
            (vec![step(2)], Some(AdvanceVerdict::LeaseLost)),
        ];
        for (steps, refusal) in cases {
            let fence = Fence { name: "summary", worker: WorkerId(Uuid::nil()), steps: &steps, changes: true };
            let mut connection = Held::of(&pool).await.unwrap();
            let batch = query(AssertSqlSafe(format!("{FENCE} {SEEN}")));
            let verdict = match connection.run(fence.bind(batch).bind(1)).await {
                Ok(_) => None,
                Err(error) => Some(fence.explain(&mut connection, error).await.unwrap()),
            };
            connection.committed();
            assert_eq!(verdict, refusal);
        }
        assert_eq!(number(&pool, "SELECT count(*) FROM seen").await.unwrap(), 1);
        assert_eq!(number(&pool, "SELECT sum(position) FROM cqrs_checkpoints").await.unwrap(), 7);
    }

    /// Other constraints are other mistakes.
    #[tokio::test]
    async fn only_the_fence_tells_of_leases() {
        let pool = Database::connect("sqlite::memory:").await.unwrap();
        pool.execute_unprepared("CREATE TABLE cqrs_checkpoints (position NOT NULL, epoch NOT NULL)").await.unwrap();
        for (values, is_fence) in [("NULL, 1", true), ("1, NULL", false), ("1, 1, 1", false)] {
            let error = pool.execute_unprepared(&format!("INSERT INTO cqrs_checkpoints VALUES ({values})")).await;
            assert_eq!(is_refusal(&error.unwrap_err()), is_fence, "{values}");
        }
    }
}
