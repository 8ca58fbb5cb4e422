//! What a batch writes, as statements that follow a fence.

use std::collections::HashSet;

use super::spelling::{Spelling, is_of_key, key_columns, listed, quoted};
use super::{changes, letters};
use crate::column::ColumnType;
use crate::store::lease;
use crate::store::{AdvanceVerdict, BatchKind, RowBatch, TableShape};

/// No rows.
const NONE: &str = "[]";

/// Statements, and the texts that are their parameters behind those of the fence.
///
/// Their text depends on the generation, on which of its tables are written, and on whether all partitions are held.
pub(in super::super) struct Writes {
    pub(in super::super) statements: Vec<String>,
    pub(in super::super) parameters: Vec<String>,
    /// The number of the parameter that says what the fence has to find besides, where it has to.
    pub(in super::super) placing: Option<usize>,
}

/// The verdict on a batch for which no database has to be asked.
pub(in super::super) fn judged_unasked(batch: &RowBatch<'_>) -> Option<AdvanceVerdict> {
    let writes_rows = batch.tables.iter().any(|table| table.upserts != NONE || table.deletes != NONE);
    if batch.steps.is_empty() && (writes_rows || !batch.letters.is_empty()) {
        // Nothing is fenced by no lease.
        return Some(AdvanceVerdict::LeaseLost);
    }
    if batch.kind == BatchKind::Forward || batch.steps.is_empty() {
        return lease::judged_unasked(batch.steps);
    }
    let mut seen = HashSet::new();
    let moves = |step: &&_| {
        let step: &crate::store::Advance = step;
        step.position != step.lease.checkpoint || !seen.insert(step.lease.partition)
    };
    let wrong = batch.steps.iter().find(moves);
    wrong.map(|step| AdvanceVerdict::NotForward { partition: step.lease.partition })
}

/// What a batch writes.
pub(in super::super) fn writes<S: Spelling>(batch: &RowBatch<'_>) -> Writes {
    let mut writes = Writes { statements: Vec::new(), parameters: Vec::new(), placing: None };
    // Numbers always are JSON.
    let placing = batch.placing.as_ref().map(|placing| serde_json::to_string(placing).unwrap_or_default());
    writes.placing = placing.map(|placing| writes.parameter::<S>(placing));
    let held = Held::by(batch);
    for write in batch.tables {
        if write.deletes != NONE {
            let parameter = writes.parameter::<S>(write.deletes.clone());
            if held == Held::Some {
                writes.statements.push(guard::<S>(write.table, parameter));
            }
            writes.statements.push(delete::<S>(write.table, parameter));
        }
        if write.upserts != NONE {
            let parameter = writes.parameter::<S>(write.upserts.clone());
            writes.statements.push(upsert::<S>(write.table, batch.partitions, held, parameter));
        }
    }
    changes::entered::<S>(batch, &mut writes);
    if !batch.letters.discarded.is_empty() {
        let parameter = writes.parameter::<S>(letters::positions(&batch.letters.discarded));
        writes.statements.push(letters::discarded::<S>(&batch.generation.projection, parameter));
        writes.statements.push(letters::discarded_beside::<S>(&batch.generation.projection, parameter));
    }
    if !batch.letters.settled.is_empty() {
        let parameter = writes.parameter::<S>(letters::positions(&batch.letters.settled));
        writes.statements.push(letters::settled::<S>(parameter));
    }
    if !batch.letters.parked.is_empty() {
        let parameter = writes.parameter::<S>(letters::rows(&batch.letters.parked));
        writes.statements.push(letters::parked::<S>(&batch.generation.projection, parameter));
    }
    writes
}

impl Writes {
    /// Adds a parameter; its number.
    pub(super) fn parameter<S: Spelling>(&mut self, text: String) -> usize {
        self.parameters.push(text);
        S::FENCE_PARAMETERS + self.parameters.len()
    }
}

/// Which partitions a batch holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    All,
    Some,
}

impl Held {
    fn by(batch: &RowBatch<'_>) -> Self {
        // No partition has two steps, and the fence holds of each that there is such a partition.
        if batch.steps.len() as u64 == u64::from(batch.partitions) { Self::All } else { Self::Some }
    }

    /// A value; NULL where the partition is not held.
    fn only<S: Spelling>(self, partition: &str, value: &str) -> String {
        match self {
            Self::All => value.to_owned(),
            Self::Some => format!("CASE WHEN {} THEN {value} END", S::is_held(partition)),
        }
    }
}

/// Makes or replaces rows. One of a partition that is not among the steps', or that would replace one, has no partition,
/// and so is refused, and the batch with it.
fn upsert<S: Spelling>(table: &TableShape, partitions: u32, held: Held, parameter: usize) -> String {
    let cell = |index, ty| S::cell("r.value", index, ty);
    let partition = partition_of(&cell(1, ColumnType::Integer), partitions);
    let columns = listed(table.columns.iter());
    let cells = table.columns.iter().enumerate().map(|(index, column)| format!(", {}", cell(3 + index, column.ty)));
    let not_key = (0..table.columns.len()).filter(|index| !table.key.contains(index));
    let replaced = not_key.map(|index| {
        let column = quoted(&table.columns[index].name);
        format!(", {column} = excluded.{column}")
    });
    format!(
        "INSERT INTO {} AS t (tenant, cqrs_sequence, cqrs_partition, cqrs_position{columns})
        SELECT {}, {}, {}, {}{} FROM {}{} WHERE true
        ON CONFLICT (tenant{}) DO UPDATE SET cqrs_sequence = excluded.cqrs_sequence,
            cqrs_partition = {}, cqrs_position = excluded.cqrs_position{}",
        quoted(&table.name),
        cell(0, ColumnType::Text),
        cell(1, ColumnType::Integer),
        held.only::<S>(&partition, &partition),
        cell(2, ColumnType::Integer),
        cells.collect::<String>(),
        S::FENCED,
        S::rows(parameter),
        key_columns(table),
        held.only::<S>("t.cqrs_partition", "excluded.cqrs_partition"),
        replaced.collect::<String>(),
    )
}

/// Refuses the batch, by a row without a partition, where it would delete one of a partition that is not among the steps'.
fn guard<S: Spelling>(table: &TableShape, parameter: usize) -> String {
    format!(
        "INSERT INTO cqrs_changes (name, partition, number, position) SELECT {}, NULL, 0, 0 FROM {}{} {}",
        S::NAME,
        S::FENCED,
        S::rows(parameter),
        S::joined(table, &format!("{} AND NOT ({})", is_of_key::<S>(table, 3), S::is_held("t.cqrs_partition"))),
    )
}

fn delete<S: Spelling>(table: &TableShape, parameter: usize) -> String {
    let rows = format!("{}{}", S::FENCED, S::rows(parameter));
    S::delete(table, &rows, &is_of_key::<S>(table, 3))
}

/// The partition of a sequence's hash, of so many: the remainder of the hash taken without a sign, which neither database
/// knows. So its upper 63 bits are divided for themselves.
fn partition_of(hash: &str, partitions: u32) -> String {
    let partitions = partitions.max(1);
    if partitions.is_power_of_two() {
        return format!("({hash} & {})", partitions - 1);
    }
    format!("(((({hash} >> 1) & {}) % {partitions} * 2 + ({hash} & 1)) % {partitions})", i64::MAX)
}
