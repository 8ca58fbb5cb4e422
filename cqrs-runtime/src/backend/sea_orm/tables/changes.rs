//! The log of changes: which rows of a read model's own table each batch has changed.

use super::super::filter::signed;
use super::spelling::Spelling;
use super::write::Writes;
use crate::column::ColumnType;
use crate::store::{Changed, RowBatch};

/// How many changes of a partition are kept.
pub(super) const KEPT: u64 = 256;

/// Whether a batch is entered.
pub(in super::super) fn changes_rows(batch: &RowBatch<'_>) -> bool {
    batch.changed != Changed::Nothing
}

/// Enters what a batch changes, and leaves of its partition's changes the last ones.
pub(super) fn entered<S: Spelling>(batch: &RowBatch<'_>, writes: &mut Writes) {
    let Some(step) = batch.steps.iter().min_by_key(|step| step.lease.partition) else { return };
    let keys = match &batch.changed {
        Changed::Nothing => return,
        Changed::Rows(keys) => Some(writes.parameter::<S>(keys.clone())),
        Changed::Anything => None,
    };
    let place = format!("[[{}, {}]]", step.lease.partition, signed(step.position));
    let place = writes.parameter::<S>(place);
    let from = format!("{}{}", S::FENCED, S::rows(place));
    let cell = |index| S::cell("r.value", index, ColumnType::Integer);
    let (partition, position) = (cell(0), cell(1));
    let number = S::number_of_change(&partition);
    let keys = keys.map_or_else(|| "NULL".to_owned(), |keys| format!("${keys}"));
    writes.statements.push(format!(
        "INSERT INTO cqrs_changes (name, partition, number, position, keys)
        SELECT {}, {partition}, {number}, {position}, {keys} FROM {from}",
        S::NAME,
    ));
    writes.statements.push(format!(
        "DELETE FROM cqrs_changes WHERE name = {} AND (partition, number) IN (
            SELECT c.partition, c.number FROM {from}, cqrs_changes c
            WHERE c.name = {} AND c.partition = {partition} AND c.number <= {number} - {KEPT})",
        S::NAME,
        S::NAME,
    ));
}
