//! How the partitions of a name stand, seen from within a transaction.

use std::collections::BTreeSet;

use sea_orm::QueryResult;
use sea_orm::sqlx::query;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::super::held::Held;
use crate::store::lease::Partition;
use crate::store::{Lease, StoreError, WorkerId};

/// In one row: a row costs a change of threads.
const LOOK: &str = "SELECT
    (SELECT json_group_array(hex(worker)) FROM cqrs_workers
        WHERE name = $1 AND expires_at > (SELECT now FROM cqrs_clock)),
    (SELECT json_group_array(json_array(partition, epoch, position, hex(event_id), iif(worker IS NULL, NULL, hex(worker))))
        FROM (SELECT * FROM cqrs_checkpoints WHERE name = $1 ORDER BY partition))";

type PartitionRow = (u32, u64, u64, Uuid, Option<Uuid>);

/// The workers whose sessions last, and the partitions in order.
pub(super) struct Standing {
    pub(super) alive: BTreeSet<WorkerId>,
    pub(super) partitions: Vec<Partition>,
}

impl Standing {
    pub(super) async fn of(connection: &mut Held, name: &str) -> Result<Self, StoreError> {
        let row = connection.run(query(LOOK).bind(name.to_owned())).await?.pop();
        let row = row.ok_or_else(|| corrupt("the partitions are missing"))?;
        let partitions = column::<PartitionRow>(&row, 1)?.into_iter();
        Ok(Self {
            alive: column(&row, 0)?.into_iter().map(WorkerId).collect(),
            partitions: partitions
                .map(|(partition, epoch, checkpoint, event_id, worker)| Partition {
                    lease: Lease { partition, epoch, checkpoint, event_id },
                    worker: worker.map(WorkerId),
                })
                .collect(),
        })
    }
}

fn column<T: DeserializeOwned>(row: &QueryResult, index: usize) -> Result<Vec<T>, StoreError> {
    let text: String = row.try_get_by_index(index)?;
    serde_json::from_str(&text).map_err(|_| corrupt("a column is not of its type"))
}

fn corrupt(what: &'static str) -> StoreError {
    StoreError::CorruptRow { table: "cqrs_checkpoints", what }
}
