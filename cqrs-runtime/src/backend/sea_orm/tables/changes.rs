//! The log of changes: which rows of a read model's own table each batch has changed.

use sea_orm::{QueryResult, Value};
use serde::de::DeserializeOwned;

use super::super::filter::signed;
use super::super::statement::{Run, all, one};
use super::corrupt;
use super::select::{SERVES, number};
use super::spelling::Spelling;
use super::write::Writes;
use crate::column::ColumnType;
use crate::store::{
    ChangeCounts, Changed, ChangesQuery, GenerationKey, RowBatch, SeenChanges, StoreError, ToldChanges,
};

const TABLE: &str = "cqrs_changes";

/// How many changes of a partition are kept.
pub(super) const KEPT: u64 = 256;

/// How many bytes of keys are told at once; changes of which one alone has more are told alone.
const BYTES: u64 = 64 << 10;

/// Whether a batch is entered.
pub(in super::super) fn changes_rows(batch: &RowBatch<'_>) -> bool {
    batch.changed != Changed::Nothing
}

/// Enters what a batch changes, and leaves of its partition's changes the last ones; nothing where the generation does not
/// serve, for nobody follows it.
pub(super) fn entered<S: Spelling>(batch: &RowBatch<'_>, writes: &mut Writes) {
    let Some(step) = batch.steps.iter().min_by_key(|step| step.lease.partition) else { return };
    let (keys, tenants) = match &batch.changed {
        Changed::Nothing => return,
        Changed::Rows(keys) => (Some(keys), None),
        Changed::Tenants(tenants) => (None, Some(tenants)),
        Changed::Anything => (None, None),
    };
    let mut value = |text: Option<&String>| {
        text.map_or_else(|| "NULL".to_owned(), |text| format!("${}", writes.parameter::<S>(text.clone())))
    };
    let (keys, tenants) = (value(keys), value(tenants));
    let place = format!("[[{}, {}]]", step.lease.partition, signed(step.position));
    let place = writes.parameter::<S>(place);
    let from = format!("{}{}", S::FENCED, S::rows(place));
    let cell = |index| S::cell("r.value", index, ColumnType::Integer);
    let (partition, position) = (cell(0), cell(1));
    let number = S::number_of_change(&partition);
    let serves = format!(
        "EXISTS (SELECT 1 FROM cqrs_generations g WHERE g.projection || '@' || g.number = {} AND g.state = 'serving')",
        S::NAME,
    );
    writes.statements.push(format!(
        "INSERT INTO cqrs_changes (name, partition, number, position, keys, tenants)
        SELECT {}, {partition}, {number}, {position}, {keys}, {tenants} FROM {from} WHERE {serves}",
        S::NAME,
    ));
    writes.statements.push(format!(
        "DELETE FROM cqrs_changes WHERE name = {} AND (partition, number) IN (
            SELECT c.partition, c.number FROM {from}, cqrs_changes c
            WHERE c.name = {} AND c.partition = {partition} AND c.number <= {number} - {KEPT} AND {serves})",
        S::NAME,
        S::NAME,
    ));
}

/// The changes behind those that were seen.
///
/// Each try counts those of a generation and, in the same snapshot, asks whether it is the one that serves.
pub(in super::super) async fn changes<S: Spelling>(
    connection: &impl Run,
    query: &ChangesQuery<'_>,
) -> Result<ToldChanges, StoreError> {
    let mut of = query.behind.map_or(0, |seen| seen.generation);
    loop {
        let behind = query.behind.filter(|seen| seen.generation == of);
        let found = find::<S>(connection, query, of, behind).await?;
        let serves = found.serves.ok_or_else(|| StoreError::NotServed { projection: query.projection.to_owned() })?;
        if serves == of {
            return Ok(found.told(of, behind));
        }
        of = serves;
    }
}

/// What was found in one snapshot.
struct Found {
    /// The generation that serves.
    serves: Option<u32>,
    /// How many changes each partition has.
    counts: Vec<(u32, u64)>,
    /// The partition and the number of each change that is told, and whether it tells all keys of the tenant.
    entries: Vec<(u32, u64, u8)>,
    keys: String,
}

async fn find<S: Spelling>(
    connection: &impl Run,
    query: &ChangesQuery<'_>,
    of: u32,
    behind: Option<&SeenChanges>,
) -> Result<Found, StoreError> {
    let key = GenerationKey { projection: query.projection.to_owned(), number: of };
    let mut values: Vec<Value> = vec![query.projection.into(), query.fingerprint.into(), key.to_string().into()];
    if let Some(behind) = behind {
        let seen: Vec<_> = behind.partitions.iter().map(|(part, last)| (part, signed(*last))).collect();
        // Numbers always are JSON.
        values.extend([query.tenant.into(), serde_json::to_string(&seen).unwrap_or_default().into()]);
    }
    let row = one(connection, &found_by::<S>(behind.is_some()), values)
        .await?
        .ok_or_else(|| corrupt(TABLE, "there is no answer"))?;
    Ok(Found {
        serves: number(&row, 0)?,
        counts: json(&row, 1)?,
        entries: json(&row, 2)?,
        keys: row.try_get_by_index(3)?,
    })
}

fn found_by<S: Spelling>(told: bool) -> String {
    let cell = |index| S::cell("r.value", index, ColumnType::Integer);
    let seen = format!("SELECT {} AS partition, {} AS number FROM {}", cell(0), cell(1), S::rows(5));
    let row = |cells: &[&str]| S::page(&S::row(&cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()));
    let (counts, entries) = (row(&["partition", "changes"]), row(&["told.partition", "told.number", "told.keys_told"]));
    if !told {
        return format!("SELECT ({SERVES}), (SELECT {counts} FROM cqrs_checkpoints WHERE name = $3), '[]', '[]'");
    }
    let (keys, elements) = (S::page(S::ELEMENT), S::elements("told.keys"));
    let (tenant, tenants) = (S::cell("k.value", 0, ColumnType::Text), S::elements("c.tenants"));
    let size = "coalesce(octet_length(c.keys), octet_length(c.tenants), 0)";
    // As they came, so that those of a partition are told without a hole.
    format!(
        "WITH told AS (
            SELECT c.partition, c.number, c.keys, CASE
                WHEN c.keys IS NOT NULL THEN 1
                WHEN c.tenants IS NULL THEN 0
                WHEN EXISTS (SELECT 1 FROM {tenants} WHERE {tenant} = $4) THEN 0
                ELSE 1 END AS keys_told
            FROM (
                SELECT c.partition, c.number, c.keys, c.tenants, sum({size})
                    OVER (ORDER BY c.position, c.partition, c.number) - {size} AS before
                FROM cqrs_checkpoints p
                LEFT JOIN ({seen}) s ON s.partition = p.partition
                JOIN cqrs_changes c ON c.name = p.name AND c.partition = p.partition AND c.number > coalesce(s.number, 0)
                WHERE p.name = $3) c
            WHERE c.before < {BYTES})
        SELECT ({SERVES}),
            (SELECT {counts} FROM cqrs_checkpoints WHERE name = $3),
            (SELECT {entries} FROM told),
            (SELECT {keys} FROM told CROSS JOIN {elements} WHERE {tenant} = $4)"
    )
}

fn json<T: DeserializeOwned>(row: &QueryResult, index: usize) -> Result<T, StoreError> {
    let text: String = row.try_get_by_index(index)?;
    serde_json::from_str(&text).map_err(|_| corrupt(TABLE, "a number is out of range"))
}

impl Found {
    /// What it tells to who has seen some of the same generation.
    fn told(mut self, generation: u32, behind: Option<&SeenChanges>) -> ToldChanges {
        let now = SeenChanges { generation, partitions: self.counts.iter().copied().collect() };
        match behind.and_then(|seen| self.read_on(seen, &now)) {
            Some(seen) => ToldChanges { more: is_behind(&seen, &now), seen, keys: Some(self.keys) },
            None => ToldChanges { more: false, seen: now, keys: None },
        }
    }

    /// How many have been seen with these, where each tells its keys and none is missing between them.
    fn read_on(&mut self, behind: &SeenChanges, now: &SeenChanges) -> Option<SeenChanges> {
        let mut seen = behind.clone();
        // A restored backup has fewer.
        let is_lost = |(part, last): (&u32, &u64)| now.partitions.get(part).is_none_or(|count| count < last);
        if seen.partitions.iter().any(is_lost) {
            return None;
        }
        self.entries.sort_unstable();
        for (part, number, keys_told) in &self.entries {
            let last = seen.partitions.entry(*part).or_insert(0);
            if *number != *last + 1 || *keys_told == 0 {
                return None;
            }
            *last = *number;
        }
        let missing = self.entries.is_empty() && is_behind(&seen, now);
        (!missing).then_some(seen)
    }
}

fn is_behind(seen: &SeenChanges, now: &SeenChanges) -> bool {
    now.partitions.iter().any(|(part, count)| seen.partitions.get(part).copied().unwrap_or(0) < *count)
}

/// How many changes each read model that serves has.
pub(in super::super) async fn count_changes(connection: &impl Run) -> Result<ChangeCounts, StoreError> {
    const COUNT: &str = "SELECT g.projection, g.fingerprint, g.number, CAST(coalesce(sum(c.changes), 0) AS bigint)
        FROM cqrs_generations g LEFT JOIN cqrs_checkpoints c ON c.name = g.projection || '@' || g.number
        WHERE g.state = 'serving' GROUP BY g.projection, g.fingerprint, g.number";
    let rows = all(connection, COUNT, []).await?;
    let count = |row: &QueryResult| {
        let sum: i64 = row.try_get_by_index(3)?;
        let generation = number(row, 2)?.unwrap_or_default();
        let of = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok((of, (generation, u64::try_from(sum).unwrap_or_default())))
    };
    rows.iter().map(count).collect()
}
