//! A batch is written under its leases, and as a whole.

use std::time::Duration;

use cqrs_runtime::store::{
    Advance, AdvanceVerdict, BatchKind, Changed, GenerationKey, LetterChanges, RowBatch, Session, StoreError,
    TableShape, TableWrite,
};

use super::letters::letter;
use super::wide::Wide;
use super::{Filling, Fixture, session};
use crate::database::on_both;

on_both! {
    by(super::super::Fixture::of)
    a_lost_lease_writes_nothing
    a_repeated_batch_writes_nothing
    a_batch_without_leases_writes_nothing
    a_batch_that_fails_half_way_leaves_nothing
    letters_are_retried_where_the_checkpoints_stand
    rows_of_others_are_not_replaced
    rows_of_others_are_not_made_or_deleted
    partitions_are_those_of_the_sequences
    a_dropped_generation_has_no_leases
}

/// Of sequences in the partitions 0 to 3.
fn row(sequence: i64, integer: i64) -> Wide {
    Wide { sequence, integer: Some(integer), ..Wide::of(format!("row {sequence}")) }
}

const KEYS: [(&str, &str); 4] = [("", "row 0"), ("", "row 1"), ("", "row 2"), ("", "row 3")];

/// What a batch writes into all tables that there are: a row that is replaced, one that is deleted, a letter.
async fn write_all(filling: &Filling<'_>, kind: BatchKind, steps: &[Advance]) -> Result<AdvanceVerdict, StoreError> {
    let upserts = filling.upserts(9, &[row(0, 9)]);
    let tables = [TableWrite { table: &filling.shape, upserts, deletes: filling.deletes(9, &[row(1, 1)]) }];
    let letters = LetterChanges { parked: vec![letter(9)], settled: vec![2], ..LetterChanges::default() };
    let changed = Changed::Anything;
    filling.tables.write(&RowBatch { steps, kind, changed, tables: &tables, letters, ..filling.batch() }).await
}

/// A worker that has all partitions at position 5, two rows, and a letter.
async fn at_five<'f>(fixture: &'f Fixture, shape: &TableShape) -> Filling<'f> {
    let mut filling = fixture.filling(shape).await;
    filling.serve().await;
    filling.put(5, &[row(0, 0), row(1, 1)]).await;
    let letters = LetterChanges { parked: vec![letter(2)], ..LetterChanges::default() };
    let steps = filling.steps(5);
    let batch = RowBatch { steps: &steps, kind: BatchKind::Retry, letters, ..filling.batch() };
    assert_eq!(filling.tables.write(&batch).await.unwrap(), AdvanceVerdict::Advanced);
    filling
}

async fn assert_unchanged(fixture: &Fixture, filling: &Filling<'_>) {
    assert_eq!(filling.load(&KEYS).await, [(row(0, 0), 5), (row(1, 1), 5)]);
    let letters = fixture.tables().letters(&filling.key).await.unwrap();
    assert_eq!(letters.iter().map(|letter| letter.position).collect::<Vec<_>>(), [2]);
    // Of the rows that are there.
    assert_eq!(fixture.database.count("cqrs_changes").await, 1);
    assert_eq!(fixture.database.count("cqrs_checkpoints WHERE changes > 0").await, 1);
    assert_eq!(filling.positions().await, [5; 4]);
}

async fn expire(filling: &Filling<'_>) {
    assert_eq!(filling.tables.heartbeat(filling.worker, Duration::ZERO).await.unwrap(), [filling.key.to_string()]);
}

async fn a_lost_lease_writes_nothing(fixture: Fixture) {
    let shape = Wide::shape();
    let lost = at_five(&fixture, &shape).await;
    expire(&lost).await;
    for (kind, position) in [(BatchKind::Forward, 9), (BatchKind::Retry, 5)] {
        assert_eq!(write_all(&lost, kind, &lost.steps(position)).await.unwrap(), AdvanceVerdict::LeaseLost);
    }
    assert_unchanged(&fixture, &lost).await;
    let generation = fixture.tables().generations(&shape.name).await.unwrap().remove(0);
    let taken = fixture.fill(&shape, &generation, 2).await;
    assert_eq!(taken.leases.len(), 4);
    // Back, but in an epoch of others.
    fixture.tables().acquire(&session(&lost.key, 1)).await.unwrap();
    for (kind, position) in [(BatchKind::Forward, 9), (BatchKind::Retry, 5)] {
        assert_eq!(write_all(&lost, kind, &lost.steps(position)).await.unwrap(), AdvanceVerdict::LeaseLost);
    }
    assert_unchanged(&fixture, &lost).await;
    let batch = write_all(&taken, BatchKind::Forward, &taken.steps(9)).await.unwrap();
    assert_eq!(batch, AdvanceVerdict::Advanced);
    assert_eq!(taken.load(&KEYS).await, [(row(0, 9), 9)]);
}

async fn a_repeated_batch_writes_nothing(fixture: Fixture) {
    let shape = Wide::shape();
    let filling = at_five(&fixture, &shape).await;
    let mut steps = filling.steps(9);
    steps[2].lease.checkpoint = 4;
    let moved = AdvanceVerdict::CheckpointMoved { partition: 2, expected: 4, actual: 5 };
    assert_eq!(write_all(&filling, BatchKind::Forward, &steps).await.unwrap(), moved);
    let stays = filling.steps(5);
    let not_forward = AdvanceVerdict::NotForward { partition: 0 };
    assert_eq!(write_all(&filling, BatchKind::Forward, &stays).await.unwrap(), not_forward);
    let stays = [stays[1], stays[1]];
    let not_forward = AdvanceVerdict::NotForward { partition: 1 };
    assert_eq!(write_all(&filling, BatchKind::Retry, &stays).await.unwrap(), not_forward);
    assert_unchanged(&fixture, &filling).await;
}

async fn a_batch_without_leases_writes_nothing(fixture: Fixture) {
    let filling = at_five(&fixture, &Wide::shape()).await;
    for kind in [BatchKind::Forward, BatchKind::Retry] {
        assert_eq!(write_all(&filling, kind, &[]).await.unwrap(), AdvanceVerdict::LeaseLost);
        let nothing = RowBatch { kind, ..filling.batch() };
        assert_eq!(filling.tables.write(&nothing).await.unwrap(), AdvanceVerdict::Advanced);
    }
    assert_unchanged(&fixture, &filling).await;
}

async fn a_batch_that_fails_half_way_leaves_nothing(fixture: Fixture) {
    let filling = at_five(&fixture, &Wide::shape()).await;
    let without_key = r#"[["",0,9,null,null,null,null,null,null,null,null,null,null]]"#;
    let write = |upserts, deletes| TableWrite { table: &filling.shape, upserts, deletes };
    let steps = filling.steps(9);
    let tables = [
        write(filling.upserts(9, &[row(0, 9), row(2, 2)]), filling.deletes(9, &[row(1, 1)])),
        write(without_key.to_owned(), "[]".to_owned()),
    ];
    let letters = LetterChanges { parked: vec![letter(9)], settled: vec![2], ..LetterChanges::default() };
    let changed = Changed::Anything;
    let batch = RowBatch { steps: &steps, changed, tables: &tables, letters, ..filling.batch() };
    let refused = filling.tables.write(&batch).await;
    assert!(matches!(refused, Err(StoreError::Unstorable { .. })), "{refused:?}");
    assert_unchanged(&fixture, &filling).await;
    assert_eq!(write_all(&filling, BatchKind::Forward, &steps).await.unwrap(), AdvanceVerdict::Advanced);
}

async fn letters_are_retried_where_the_checkpoints_stand(fixture: Fixture) {
    let filling = at_five(&fixture, &Wide::shape()).await;
    let forward = filling.steps(9);
    let not_there = AdvanceVerdict::NotForward { partition: 0 };
    assert_eq!(write_all(&filling, BatchKind::Retry, &forward).await.unwrap(), not_there);
    let mut moved = filling.steps(4);
    for step in &mut moved {
        step.lease.checkpoint = 4;
    }
    let verdict = write_all(&filling, BatchKind::Retry, &moved).await.unwrap();
    assert_eq!(verdict, AdvanceVerdict::CheckpointMoved { partition: 0, expected: 4, actual: 5 });
    assert_unchanged(&fixture, &filling).await;
    assert_eq!(write_all(&filling, BatchKind::Retry, &filling.steps(5)).await.unwrap(), AdvanceVerdict::Advanced);
    assert_eq!(filling.load(&KEYS).await, [(row(0, 9), 9)]);
    assert_eq!(filling.positions().await, [5; 4]);
}

/// Two workers, the first of which has the partitions 0 and 1, and a row in each.
async fn two_workers<'f>(fixture: &'f Fixture, shape: &TableShape) -> [Filling<'f>; 2] {
    let generation = fixture.create(shape).await;
    fixture.fill(shape, &generation, 1).await;
    fixture.fill(shape, &generation, 2).await;
    let mut workers = [fixture.fill(shape, &generation, 1).await, fixture.fill(shape, &generation, 2).await];
    assert_eq!(workers.each_ref().map(|worker| worker.leases.len()), [2, 2]);
    workers[0].serve().await;
    workers[0].put(5, &[row(0, 0), row(1, 1)]).await;
    workers
}

/// As if each of two sequences had a row of one key: only a worker that has both partitions knows what came first.
async fn rows_of_others_are_not_replaced(fixture: Fixture) {
    let shape = Wide::shape();
    let [mut first, mut second] = two_workers(&fixture, &shape).await;
    let theirs = Wide { sequence: 2, ..row(0, 9) };
    let upserts = second.upserts(9, &[row(3, 3), theirs.clone()]);
    let refused = second.write(9, upserts, "[]".to_owned()).await;
    assert!(matches!(&refused, Err(StoreError::ForeignRow { name }) if *name == first.key.to_string()), "{refused:?}");
    assert_eq!(first.load(&KEYS).await, [(row(0, 0), 5), (row(1, 1), 5)]);
    assert_eq!(first.positions().await, [5, 5, 0, 0]);
    // In a partition of one's own, it is known what came first.
    let other = Wide { sequence: 4, ..row(0, 9) };
    first.put(9, std::slice::from_ref(&other)).await;
    assert_eq!(first.load(&KEYS).await, [(other, 9), (row(1, 1), 5)]);
}

async fn rows_of_others_are_not_made_or_deleted(fixture: Fixture) {
    let shape = Wide::shape();
    let [first, mut second] = two_workers(&fixture, &shape).await;
    let upserts = second.upserts(9, &[row(2, 2), row(4, 4)]);
    let refused = second.write(9, upserts, "[]".to_owned()).await;
    assert!(matches!(refused, Err(StoreError::ForeignRow { .. })), "{refused:?}");
    let (upserts, deletes) = (second.upserts(9, &[row(2, 2)]), second.deletes(9, &[row(0, 0)]));
    let refused = second.write(9, upserts, deletes).await;
    assert!(matches!(refused, Err(StoreError::ForeignRow { .. })), "{refused:?}");
    assert_eq!(first.load(&KEYS).await, [(row(0, 0), 5), (row(1, 1), 5)]);
    assert_eq!(fixture.database.count("cqrs_changes WHERE partition = 0").await, 1);
    assert_eq!(fixture.database.count("cqrs_changes").await, 1);
    assert_eq!(first.positions().await, [5, 5, 0, 0]);
}

/// The same as in Rust, without a sign; also where the number of partitions is no power of two.
async fn partitions_are_those_of_the_sequences(fixture: Fixture) {
    for partitions in [1, 3, 4, 7, u32::MAX] {
        let shape = TableShape { name: format!("of_{partitions}"), ..Wide::shape() };
        let generation = fixture.create(&shape).await;
        let session = Session { partitions: partitions.min(7), ..session(&generation.key, 1) };
        let filling = fixture.fill_as(&shape, &generation, &session).await;
        let rows: Vec<_> = [i64::MIN, i64::MIN + 1, -2, -1, 0, 1, 2, 3, i64::MAX - 1, i64::MAX]
            .map(|sequence| row(sequence, 0))
            .into();
        let known = rows.iter().filter(|row| row.sequence.cast_unsigned() % u64::from(partitions) < 7);
        let known: Vec<_> = known.cloned().collect();
        let (steps, upserts) = (filling.steps(9), filling.upserts(9, &known));
        let tables = [TableWrite { table: &filling.shape, upserts, deletes: "[]".to_owned() }];
        let batch = RowBatch { steps: &steps, partitions, tables: &tables, ..filling.batch() };
        assert_eq!(filling.tables.write(&batch).await.unwrap(), AdvanceVerdict::Advanced);
        for row in &known {
            let partition = row.sequence.cast_unsigned() % u64::from(partitions);
            let found = format!(
                "{} WHERE cqrs_sequence = {} AND cqrs_partition = {partition}",
                filling.shape.name, row.sequence
            );
            assert_eq!(fixture.database.count(&found).await, 1, "{found}");
        }
    }
}

async fn a_dropped_generation_has_no_leases(fixture: Fixture) {
    let mut filling = fixture.filling(&Wide::shape()).await;
    filling.put(5, &[row(0, 0), row(1, 1)]).await;
    fixture.tables().drop_generation(&filling.key).await.unwrap();
    assert_eq!(write_all(&filling, BatchKind::Forward, &filling.steps(9)).await.unwrap(), AdvanceVerdict::LeaseLost);
    let unknown = GenerationKey { number: 7, ..filling.key.clone() };
    let batch = RowBatch { generation: &unknown, steps: &filling.steps(9), ..filling.batch() };
    assert_eq!(filling.tables.write(&batch).await.unwrap(), AdvanceVerdict::LeaseLost);
}
