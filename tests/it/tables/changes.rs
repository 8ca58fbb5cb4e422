//! Which rows have changed is told to whoever follows them: all of it, or that it may be anything.

use std::collections::BTreeSet;

use cqrs_runtime::store::{
    AdvanceVerdict, BatchKind, Changed, ChangesQuery, Keys, LetterChanges, RowBatch, SeenChanges, StoreError,
    TableShape, TableWrite, ToldChanges,
};

use super::wide::{Wide, read};
use super::{FINGERPRINT, Filling, Fixture, PROJECTION, session};
use crate::database::on_both;

on_both! {
    by(super::super::Fixture::of)
    what_does_not_serve_tells_nothing
    a_batch_tells_which_rows_it_changes
    a_retry_tells_of_its_rows
    what_is_too_much_may_be_anything
    what_is_too_much_concerns_its_tenants
    what_does_not_serve_is_not_entered
    the_last_changes_are_kept
    another_generation_may_have_changed_anything
    a_restored_log_may_have_changed_anything
    partitions_are_told_each_for_itself
    many_keys_are_told_bit_by_bit
    rows_are_found_by_keys
}

/// Of sequences in the partitions 0 to 3.
fn row(sequence: i64, integer: i64) -> Wide {
    Wide { sequence, integer: Some(integer), ..Wide::of(format!("row {sequence}")) }
}

async fn told(fixture: &Fixture, behind: Option<&SeenChanges>) -> ToldChanges {
    let query = ChangesQuery { projection: PROJECTION, fingerprint: FINGERPRINT, tenant: "", behind };
    fixture.tables().changes(&query).await.unwrap()
}

/// The keys that are told behind what was seen, each once; what has been seen then.
async fn keys(fixture: &Fixture, seen: &SeenChanges) -> (BTreeSet<String>, SeenChanges) {
    let ToldChanges { seen, keys, .. } = told(fixture, Some(seen)).await;
    (set(&keys.expect("they are told")), seen)
}

fn set(keys: &str) -> BTreeSet<String> {
    let keys: Vec<(String, String)> = serde_json::from_str(keys).unwrap();
    keys.into_iter().map(|(tenant, id)| format!("{tenant}{id}")).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A generation that serves, in the hands of a worker.
async fn serving<'f>(fixture: &'f Fixture, shape: &TableShape) -> (Filling<'f>, SeenChanges) {
    let mut filling = fixture.filling(shape).await;
    filling.put(1, &[row(0, 0)]).await;
    filling.serve().await;
    let ToldChanges { seen, keys, .. } = told(fixture, None).await;
    assert_eq!(keys, None, "who has seen nothing is told nothing");
    assert_eq!((seen.generation, seen.partitions[&0]), (1, 1));
    (filling, seen)
}

async fn what_does_not_serve_tells_nothing(fixture: Fixture) {
    let filling = fixture.filling(&Wide::shape()).await;
    let query = ChangesQuery { projection: PROJECTION, fingerprint: FINGERPRINT, tenant: "", behind: None };
    let refused = fixture.tables().changes(&query).await;
    assert!(matches!(refused, Err(StoreError::NotServed { .. })), "{refused:?}");
    assert!(fixture.tables().count_changes().await.unwrap().is_empty());
    // Nothing has been projected yet, and nothing changed.
    filling.tables.swap(&filling.key, false).await.unwrap();
    let seen = told(&fixture, None).await.seen;
    assert_eq!(keys(&fixture, &seen).await, (BTreeSet::new(), seen));
}

async fn a_batch_tells_which_rows_it_changes(fixture: Fixture) {
    let (mut filling, seen) = serving(&fixture, &Wide::shape()).await;
    assert_eq!(keys(&fixture, &seen).await, (BTreeSet::new(), seen.clone()));
    let theirs = Wide { tenant: "t".to_owned(), ..row(1, 1) };
    filling.put(2, &[row(1, 1), row(2, 2), theirs]).await;
    let (changed, next) = keys(&fixture, &seen).await;
    assert_eq!(changed, names(&["row 1", "row 2"]), "those of the tenant");
    let deletes = filling.deletes(3, &[row(2, 2), row(3, 3)]);
    let upserts = filling.upserts(3, &[row(1, 9)]);
    filling.write(3, upserts, deletes).await.unwrap();
    let (changed, last) = keys(&fixture, &next).await;
    assert_eq!(changed, names(&["row 1", "row 2", "row 3"]));
    // No row changes.
    filling.put(4, &[]).await;
    assert_eq!(keys(&fixture, &last).await, (BTreeSet::new(), last.clone()));
    assert_eq!(keys(&fixture, &seen).await, (names(&["row 1", "row 2", "row 3"]), last));
    let counts = fixture.tables().count_changes().await.unwrap();
    assert_eq!(counts[&(PROJECTION.to_owned(), FINGERPRINT.to_owned())], (1, 3));
}

/// Of one partition, whose checkpoint stays where it is.
async fn a_retry_tells_of_its_rows(fixture: Fixture) {
    let (filling, seen) = serving(&fixture, &Wide::shape()).await;
    let steps = [filling.steps(1)[2]];
    let tables =
        [TableWrite { table: &filling.shape, upserts: filling.upserts(1, &[row(2, 2)]), deletes: "[]".into() }];
    let changed = filling.changed(&tables[0].upserts, "[]");
    let batch = RowBatch { steps: &steps, kind: BatchKind::Retry, changed, tables: &tables, ..filling.batch() };
    assert_eq!(filling.tables.write(&batch).await.unwrap(), AdvanceVerdict::Advanced);
    let (changed, next) = keys(&fixture, &seen).await;
    assert_eq!((changed, next.partitions[&2], next.partitions[&0]), (names(&["row 2"]), 1, 1));
    // Letters alone change no row.
    let letters = LetterChanges { settled: vec![1], ..LetterChanges::default() };
    let batch = RowBatch { steps: &steps, kind: BatchKind::Retry, letters, ..filling.batch() };
    assert_eq!(filling.tables.write(&batch).await.unwrap(), AdvanceVerdict::Advanced);
    assert_eq!(keys(&fixture, &next).await, (BTreeSet::new(), next));
}

async fn what_is_too_much_may_be_anything(fixture: Fixture) {
    let (mut filling, seen) = serving(&fixture, &Wide::shape()).await;
    filling.put(2, &[row(1, 1)]).await;
    let steps = filling.steps(3);
    let batch = RowBatch { steps: &steps, changed: Changed::Anything, ..filling.batch() };
    assert_eq!(filling.tables.write(&batch).await.unwrap(), AdvanceVerdict::Advanced);
    filling.leases = steps.iter().map(|step| step.done()).collect();
    let anything = told(&fixture, Some(&seen)).await;
    assert_eq!((anything.keys, anything.seen.partitions[&0]), (None, 3));
    filling.put(4, &[row(2, 2)]).await;
    assert_eq!(keys(&fixture, &anything.seen).await.0, names(&["row 2"]));
    assert_eq!(told(&fixture, Some(&seen)).await.keys, None);
}

async fn what_is_too_much_concerns_its_tenants(fixture: Fixture) {
    let (mut filling, seen) = serving(&fixture, &Wide::shape()).await;
    filling.put(2, &[row(1, 1)]).await;
    let steps = filling.steps(3);
    let tenants = serde_json::to_string(&[["t"], ["it's \"u\""]]).unwrap();
    let batch = RowBatch { steps: &steps, changed: Changed::Tenants(tenants), ..filling.batch() };
    assert_eq!(filling.tables.write(&batch).await.unwrap(), AdvanceVerdict::Advanced);
    filling.leases = steps.iter().map(|step| step.done()).collect();
    filling.put(4, &[row(2, 2)]).await;
    let (changed, last) = keys(&fixture, &seen).await;
    assert_eq!(changed, names(&["row 1", "row 2"]), "others read on");
    for tenant in ["t", "it's \"u\""] {
        let query = ChangesQuery { projection: PROJECTION, fingerprint: FINGERPRINT, tenant, behind: Some(&seen) };
        let told = fixture.tables().changes(&query).await.unwrap();
        assert_eq!((told.keys, &told.seen), (None, &last));
    }
}

/// Nobody follows what is being built.
async fn what_does_not_serve_is_not_entered(fixture: Fixture) {
    let mut filling = fixture.filling(&Wide::shape()).await;
    filling.put(1, &[row(0, 0)]).await;
    filling.put(2, &[row(0, 1)]).await;
    assert_eq!(fixture.database.count("cqrs_changes").await, 0);
    filling.serve().await;
    let seen = told(&fixture, None).await.seen;
    assert_eq!(seen.partitions[&0], 2, "they are counted");
    filling.put(3, &[row(0, 2)]).await;
    assert_eq!(fixture.database.count("cqrs_changes").await, 1);
    assert_eq!(keys(&fixture, &seen).await.0, names(&["row 0"]));
}

async fn the_last_changes_are_kept(fixture: Fixture) {
    const KEPT: u64 = 256;
    let (mut filling, seen) = serving(&fixture, &Wide::shape()).await;
    for position in 2..KEPT + 2 {
        filling.put(position, &[Wide::of(position.to_string())]).await;
    }
    let (changed, next) = keys(&fixture, &seen).await;
    assert_eq!(changed, (2..KEPT + 2).map(|position| position.to_string()).collect());
    filling.put(KEPT + 2, &[row(1, 1)]).await;
    assert_eq!(fixture.database.count("cqrs_changes").await, i64::try_from(KEPT).unwrap());
    let ToldChanges { seen: last, keys: none, .. } = told(&fixture, Some(&seen)).await;
    assert_eq!((none, last.partitions[&0]), (None, KEPT + 2));
    assert_eq!(keys(&fixture, &next).await, (names(&["row 1"]), last));
}

async fn another_generation_may_have_changed_anything(fixture: Fixture) {
    let shape = Wide::shape();
    let (mut filling, seen) = serving(&fixture, &shape).await;
    let mut next = fixture.filling(&shape).await;
    next.put(1, &[row(0, 0)]).await;
    filling.put(2, &[row(1, 1)]).await;
    assert_eq!(keys(&fixture, &seen).await.0, names(&["row 1"]), "what is being built is nobody's");
    next.put(2, &[row(1, 1)]).await;
    next.serve().await;
    let ToldChanges { seen: now, keys: none, .. } = told(&fixture, Some(&seen)).await;
    assert_eq!((none, now.generation, now.partitions[&0]), (None, 2, 2));
    next.put(3, &[row(2, 2)]).await;
    assert_eq!(keys(&fixture, &now).await.0, names(&["row 2"]));
    let counts = fixture.tables().count_changes().await.unwrap();
    assert_eq!(counts.into_values().collect::<Vec<_>>(), [(2, 3)]);
}

async fn a_restored_log_may_have_changed_anything(fixture: Fixture) {
    let (mut filling, seen) = serving(&fixture, &Wide::shape()).await;
    filling.put(2, &[row(1, 1)]).await;
    let next = keys(&fixture, &seen).await.1;
    fixture.database.execute("UPDATE cqrs_checkpoints SET changes = 1 WHERE partition = 0").await;
    fixture.database.execute("DELETE FROM cqrs_changes WHERE number = 2").await;
    assert_eq!(told(&fixture, Some(&next)).await, ToldChanges { seen, more: false, keys: None });
}

/// Of each partition, nobody misses what is told late, whatever others have told before.
async fn partitions_are_told_each_for_itself(fixture: Fixture) {
    let shape = Wide::shape();
    let generation = fixture.create(&shape).await;
    let (one, other) = (session(&generation.key, 1), session(&generation.key, 2));
    fixture.fill_as(&shape, &generation, &one).await;
    fixture.fill_as(&shape, &generation, &other).await;
    let mut first = fixture.fill_as(&shape, &generation, &one).await;
    let mut second = fixture.fill_as(&shape, &generation, &other).await;
    first.serve().await;
    let seen = told(&fixture, None).await.seen;
    first.put(9, &[row(0, 0)]).await;
    first.put(10, &[row(1, 1)]).await;
    let (changed, next) = keys(&fixture, &seen).await;
    assert_eq!(changed, names(&["row 0", "row 1"]));
    second.put(5, &[row(2, 2)]).await;
    first.put(11, &[row(0, 1)]).await;
    second.put(6, &[row(3, 3)]).await;
    let (changed, last) = keys(&fixture, &next).await;
    assert_eq!(changed, names(&["row 0", "row 2", "row 3"]));
    assert_eq!((last.partitions[&0], last.partitions[&2]), (3, 2));
    assert_eq!(keys(&fixture, &seen).await.0, names(&["row 0", "row 1", "row 2", "row 3"]));
}

async fn many_keys_are_told_bit_by_bit(fixture: Fixture) {
    let (mut filling, mut seen) = serving(&fixture, &Wide::shape()).await;
    let id = |number: u64| format!("{number:02000}");
    for position in 2..32 {
        let rows: Vec<_> = (0..30).map(|number| Wide::of(id(position * 100 + number))).collect();
        filling.put(position, &rows).await;
    }
    let (mut all, mut goes, mut more) = (BTreeSet::new(), 0, true);
    while more {
        let told = told(&fixture, Some(&seen)).await;
        let changed = set(&told.keys.expect("they are told"));
        assert_eq!(changed.len() % 30, 0, "whole batches");
        all.extend(changed);
        goes += 1;
        (seen, more) = (told.seen, told.more);
    }
    assert_eq!((all.len(), goes), (30 * 30, 15));
}

async fn rows_are_found_by_keys(fixture: Fixture) {
    let shape = Wide::shape();
    let (mut filling, _) = serving(&fixture, &shape).await;
    let theirs = Wide { tenant: "t".to_owned(), ..row(3, 3) };
    filling.put(2, &[row(1, 1), row(2, 2), theirs]).await;
    let numbers = fixture.tables().numbers();
    let ids = |rows: &str| read(rows, numbers).into_iter().map(|row| row.id).collect::<Vec<_>>();
    let of = |keys: &str| Keys::Of(keys.to_owned());
    let found = fixture.select(&shape, |select| select.keys = of(r#"[["","row 2"],["","row 3"],["","row 0"]]"#)).await;
    assert_eq!(ids(&found.unwrap().rows), ["row 0", "row 2"], "in the order of their keys, and of the tenant");
    let found = fixture.select(&shape, |select| {
        select.keys = of(r#"[["","row 2"],["","row 0"]]"#);
        select.count = true;
        select.limit = 1;
    });
    let found = found.await.unwrap();
    assert_eq!((ids(&found.rows), found.count, found.generation), (vec!["row 0".to_owned()], Some(2), 1));
    let behind = |key: &str| Keys::Behind(key.to_owned());
    let found = fixture.select(&shape, |select| select.keys = behind(r#"["row 0"]"#)).await.unwrap();
    assert_eq!(ids(&found.rows), ["row 1", "row 2"]);
    let found = fixture.select(&shape, |select| select.keys = behind(r#"["row 2"]"#)).await.unwrap();
    assert_eq!(found.rows, "[]");
}
