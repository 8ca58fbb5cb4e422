//! One generation serves in the place of another.

use std::sync::atomic::{AtomicBool, Ordering};

use cqrs_runtime::store::{
    Advance, AdvanceVerdict, BatchKind, DeadLetter, GenerationKey, GenerationState, GenerationTables, Lease,
    LetterChanges, NewGeneration, RowBatch, StateVerdict, StoreError, SwapVerdict, TableShape, Tables,
};
use futures_util::future::join;
use sea_orm::{ConnectionTrait, TransactionTrait};

use super::letters::letter;
use super::wide::{Wide, read};
use super::{FINGERPRINT, Filling, Fixture, HOUR, PROJECTION, everything};
use crate::database::on_both;

on_both! {
    by(super::super::Fixture::of)
    an_empty_log_is_built_at_once
    a_generation_comes_as_far_as_the_log_was
    a_generation_comes_as_far_as_what_serves
    what_is_retired_stands_still
    one_can_go_back
    shapes_serve_beside_each_other
    queries_find_what_serves
    queries_see_one_generation_whole
    no_event_is_lost_in_a_swap
    what_parks_more_does_not_serve_unasked
    a_state_is_left_and_entered
}

async fn swap(filling: &Filling<'_>) -> SwapVerdict {
    filling.tables.swap(&filling.key, false).await.unwrap()
}

async fn states(fixture: &Fixture) -> Vec<GenerationState> {
    let known = fixture.tables().generations(PROJECTION).await.unwrap();
    known.iter().map(|generation| generation.state).collect()
}

async fn an_empty_log_is_built_at_once(fixture: Fixture) {
    let shape = Wide::shape();
    let generation = fixture.create(&shape).await;
    assert_eq!(fixture.tables().swap(&generation.key, false).await.unwrap(), SwapVerdict::Serves);
    assert_eq!(fixture.tables().swap(&generation.key, false).await.unwrap(), SwapVerdict::Serves);
    let known = fixture.tables().generations(PROJECTION).await.unwrap();
    assert!(known[0].state == GenerationState::Serving && known[0].served_at >= Some(known[0].created_at), "{known:?}");
    let selected = fixture.all(&shape).await;
    assert_eq!((selected.rows.as_str(), selected.position, selected.count), ("[]", 0, None));
}

async fn a_generation_comes_as_far_as_the_log_was(fixture: Fixture) {
    fixture.log(3).await;
    let shape = Wide::shape();
    let generation = fixture.create(&shape).await;
    fixture.log(2).await;
    assert_eq!(
        fixture.tables().swap(&generation.key, false).await.unwrap(),
        SwapVerdict::Behind { position: 0, needed: 3 }
    );
    let mut filling = fixture.fill(&shape, &generation, 1).await;
    filling.put(2, &[]).await;
    assert_eq!(swap(&filling).await, SwapVerdict::Behind { position: 2, needed: 3 });
    let last = filling.leases.pop().unwrap();
    filling.put(4, &[]).await;
    assert_eq!(swap(&filling).await, SwapVerdict::Behind { position: 2, needed: 3 });
    filling.leases = vec![last];
    filling.put(3, &[]).await;
    assert_eq!(swap(&filling).await, SwapVerdict::Serves);
    assert_eq!(fixture.all(&shape).await.position, 3);
}

async fn a_generation_comes_as_far_as_what_serves(fixture: Fixture) {
    let shape = Wide::shape();
    let mut old = fixture.filling(&shape).await;
    old.serve().await;
    old.put(10, &[Wide::of("old")]).await;
    let mut new = fixture.filling(&shape).await;
    let others = old.leases.split_off(1);
    old.put(12, &[]).await;
    old.leases.extend(others);
    new.put(11, &[Wide::of("new")]).await;
    assert_eq!(swap(&new).await, SwapVerdict::Behind { position: 11, needed: 12 });
    let selected = fixture.all(&shape).await;
    assert_eq!((read(&selected.rows, new.tables.numbers()), selected.position), (vec![Wide::of("old")], 10));
    assert_eq!(fixture.database.count("wide WHERE id = 'old'").await, 1);
    new.put(12, &[]).await;
    assert_eq!(swap(&new).await, SwapVerdict::Serves);
    let selected = fixture.all(&shape).await;
    assert_eq!((read(&selected.rows, new.tables.numbers()), selected.position), (vec![Wide::of("new")], 12));
    assert_eq!(fixture.database.count("wide WHERE id = 'new'").await, 1);
    assert_eq!(states(&fixture).await, [GenerationState::Retired, GenerationState::Serving]);
    let known = fixture.tables().generations(PROJECTION).await.unwrap();
    assert!(known[0].served_at < known[1].served_at, "{known:?}");
}

async fn what_is_retired_stands_still(fixture: Fixture) {
    let shape = Wide::shape();
    let mut old = fixture.filling(&shape).await;
    old.serve().await;
    let new = fixture.filling(&shape).await;
    new.serve().await;
    assert_eq!(old.put(1, &[Wide::of("late")]).await, AdvanceVerdict::LeaseLost);
    assert_eq!(old.positions().await, [0; 4]);
    assert_eq!(old.tables.heartbeat(old.worker, HOUR).await.unwrap(), [new.key.to_string()]);
}

async fn one_can_go_back(fixture: Fixture) {
    let shape = Wide::shape();
    let mut old = fixture.filling(&shape).await;
    old.put(1, &[Wide::of("old")]).await;
    old.serve().await;
    let mut new = fixture.filling(&shape).await;
    new.put(2, &[Wide::of("new")]).await;
    new.serve().await;
    let known = fixture.tables().generations(PROJECTION).await.unwrap();
    assert_eq!(swap(&old).await, SwapVerdict::Gone);
    assert_eq!(reopen(&fixture, &old.key).await, StateVerdict::Set);
    assert_eq!(swap(&old).await, SwapVerdict::Behind { position: 1, needed: 2 });
    let mut old = fixture.fill(&shape, &known[0], 1).await;
    old.put(2, &[]).await;
    old.serve().await;
    let selected = fixture.all(&shape).await;
    assert_eq!(read(&selected.rows, old.tables.numbers()), [Wide::of("old")]);
    assert_eq!(states(&fixture).await, [GenerationState::Serving, GenerationState::Retired]);
}

async fn reopen(fixture: &Fixture, key: &GenerationKey) -> StateVerdict {
    fixture.tables().set_state(key, GenerationState::Retired, GenerationState::Building).await.unwrap()
}

async fn a_state_is_left_and_entered(fixture: Fixture) {
    let shape = Wide::shape();
    let first = fixture.filling(&shape).await;
    assert_eq!(reopen(&fixture, &first.key).await, StateVerdict::Gone);
    first.serve().await;
    let away =
        fixture.tables().set_state(&first.key, GenerationState::Serving, GenerationState::Retired).await.unwrap();
    assert_eq!(away, StateVerdict::Gone, "what serves is not taken away");
    let mut second = fixture.filling(&shape).await;
    second.serve().await;
    let third = fixture.filling(&shape).await;
    assert_eq!(reopen(&fixture, &first.key).await, StateVerdict::Taken);
    let (building, retired) = (GenerationState::Building, GenerationState::Retired);
    assert_eq!(fixture.tables().set_state(&third.key, building, retired).await.unwrap(), StateVerdict::Set);
    assert_eq!(reopen(&fixture, &first.key).await, StateVerdict::Set);
    assert_eq!(states(&fixture).await, [building, GenerationState::Serving, retired]);
    // Its partitions are nobody's.
    assert_eq!(third.tables.heartbeat(third.worker, HOUR).await.unwrap(), [second.key.to_string()]);
    assert_eq!(second.put(1, &[]).await, AdvanceVerdict::Advanced);
    let verifying = NewGeneration {
        projection: PROJECTION,
        fingerprint: FINGERPRINT,
        partitions: 4,
        tables: GenerationTables::Shaped(std::slice::from_ref(&shape)),
        state: GenerationState::Verifying,
    };
    let made = fixture.tables().create_generation(&verifying).await.unwrap();
    assert_eq!((made.key.number, made.state), (4, GenerationState::Verifying));
    assert_eq!(fixture.tables().create_generation(&verifying).await.unwrap(), made);
    assert_eq!(fixture.tables().swap(&made.key, true).await.unwrap(), SwapVerdict::Gone);
    fixture.tables().drop_generation(&made.key).await.unwrap();
}

/// Letters at the positions, of the sequence of the first partition.
async fn park(filling: &Filling<'_>, positions: &[u64]) {
    let parked = positions.iter().map(|position| DeadLetter { sequence: 4, ..letter(*position) }).collect();
    let letters = LetterChanges { parked, ..LetterChanges::default() };
    let steps: Vec<_> = filling.leases.iter().map(stays).collect();
    let batch = RowBatch { steps: &steps, kind: BatchKind::Retry, letters, ..filling.batch() };
    assert_eq!(filling.tables.write(&batch).await.unwrap(), AdvanceVerdict::Advanced);
}

fn stays(lease: &Lease) -> Advance {
    Advance { lease: *lease, position: lease.checkpoint, event_id: lease.event_id }
}

async fn what_parks_more_does_not_serve_unasked(fixture: Fixture) {
    let shape = Wide::shape();
    let mut old = fixture.filling(&shape).await;
    old.put(5, &[]).await;
    // There is nothing to compare the first one with.
    park(&old, &[2]).await;
    old.serve().await;
    let others = old.leases.split_off(1);
    let first = std::mem::replace(&mut old.leases, others);
    old.put(9, &[]).await;
    old.leases.extend(first);
    let mut new = fixture.filling(&shape).await;
    new.put(20, &[]).await;
    // What is parked in both, and what the old one has yet to see in this partition, is no loss.
    park(&new, &[2, 6, 7]).await;
    assert_eq!(swap(&new).await, SwapVerdict::Serves);

    let mut worse = fixture.filling(&shape).await;
    worse.put(20, &[]).await;
    park(&worse, &[2, 3, 7, 11]).await;
    assert_eq!(swap(&worse).await, SwapVerdict::Parked { events: 2 });
    assert_eq!(states(&fixture).await[1..], [GenerationState::Serving, GenerationState::Building]);
    assert_eq!(fixture.all(&shape).await.position, 20);
    // Another version is compared with the last one that was let serve, whatever its sequences are.
    let version = fixture.create_of(&shape, "other").await;
    let mut version = fixture.fill(&shape, &version, 2).await;
    version.put(20, &[]).await;
    park(&version, &[19, 20, 21]).await;
    assert_eq!(swap(&version).await, SwapVerdict::Parked { events: 2 });
    assert_eq!(worse.tables.swap(&worse.key, true).await.unwrap(), SwapVerdict::Serves);
    assert_eq!(version.tables.swap(&version.key, true).await.unwrap(), SwapVerdict::Serves);
}

/// As an old program and a new one do.
async fn shapes_serve_beside_each_other(fixture: Fixture) {
    let shape = Wide::shape();
    let mut columns = shape.columns.clone();
    columns.truncate(2);
    "renamed".clone_into(&mut columns[1].name);
    let narrow = TableShape { columns, indices: Vec::new(), ..shape.clone() };
    let mut old = fixture.filling(&shape).await;
    old.put(1, &[Wide::of("old")]).await;
    old.serve().await;
    let mut new = fixture.fill(&narrow, &fixture.create_of(&narrow, "new").await, 1).await;
    let upserts = r#"[["",0,2,"new",true]]"#.to_owned();
    new.write(2, upserts, "[]".to_owned()).await.unwrap();
    new.serve().await;
    assert_eq!(read(&fixture.all(&shape).await.rows, new.tables.numbers()), [Wide::of("old")]);
    let selected = fixture.select(&narrow, |select| select.fingerprint = "new").await.unwrap();
    assert!(selected.rows.contains("new"), "{selected:?}");
    assert_eq!(selected.position, 2);
    assert_eq!(fixture.database.count("wide WHERE renamed AND id = 'new'").await, 1, "people look at the new one");
    old.put(3, &[]).await;
    assert_eq!(fixture.all(&shape).await.position, 3);
}

/// However long ago a process has last asked what serves.
async fn queries_find_what_serves(fixture: Fixture) {
    let shape = Wide::shape();
    let select = everything(&shape);
    let mut last: Option<Filling<'_>> = None;
    let (mut often, mut seldom) = (Vec::new(), Vec::new());
    for number in 1..=4 {
        let mut next = fixture.filling(&shape).await;
        next.put(1, &[Wide::of(number.to_string())]).await;
        next.serve().await;
        often.push(fixture.again().await);
        seldom.push(fixture.again().await);
        for backend in often.iter().chain(seldom.last()) {
            let selected = backend.tables().unwrap().select(&select).await.unwrap();
            assert_eq!(read(&selected.rows, next.tables.numbers()), [Wide::of(number.to_string())]);
        }
        if let Some(last) = last.replace(next) {
            fixture.tables().drop_generation(&last.key).await.unwrap();
        }
    }
    for backend in &seldom {
        let selected = backend.tables().unwrap().select(&select).await.unwrap();
        assert_eq!(read(&selected.rows, fixture.tables().numbers()), [Wide::of("4")]);
    }
}

/// While generations come, serve and go, and processes keep asking.
async fn queries_see_one_generation_whole(fixture: Fixture) {
    let shape = Wide::shape();
    let rows = |number: i64| (0..20).map(move |id| Wide { integer: Some(number), ..Wide::of(format!("{id:02}")) });
    let mut first = fixture.filling(&shape).await;
    first.put(1, &rows(1).collect::<Vec<_>>()).await;
    first.serve().await;
    let (asking, other) = (fixture.again().await, fixture.again().await);
    let done = AtomicBool::new(false);
    let swapping = async {
        let mut last = first;
        for number in 2_i64..=8 {
            let mut next = fixture.filling(&shape).await;
            next.put(number.unsigned_abs(), &rows(number).collect::<Vec<_>>()).await;
            next.serve().await;
            fixture.tables().drop_generation(&last.key).await.unwrap();
            last = next;
        }
        done.store(true, Ordering::SeqCst);
    };
    let ask = async |tables: &dyn Tables| {
        let mut select = everything(&shape);
        select.count = true;
        let mut seen = 0;
        while !done.load(Ordering::SeqCst) {
            let selected = tables.select(&select).await.unwrap();
            let found = read(&selected.rows, tables.numbers());
            let number = found[0].integer.unwrap();
            assert_eq!(found, rows(number).collect::<Vec<_>>());
            assert_eq!((selected.count, selected.position), (Some(20), number.unsigned_abs()));
            assert!(number >= seen, "{seen} was seen before {number}");
            seen = number;
        }
    };
    join(swapping, join(ask(asking.tables().unwrap()), ask(other.tables().unwrap()))).await;
}

/// While the old generation and the new one are both being written.
async fn no_event_is_lost_in_a_swap(fixture: Fixture) {
    let shape = Wide::shape();
    let other = fixture.again().await;
    let mut old = fixture.filling(&shape).await;
    old.serve().await;
    for round in 0_u64..3 {
        let generation = fixture.create(&shape).await;
        let mut new = fixture.fill(&shape, &generation, 1).await;
        let swapping = async {
            loop {
                match other.tables().unwrap().swap(&generation.key, false).await {
                    Ok(SwapVerdict::Serves) => break,
                    Ok(SwapVerdict::Behind { .. }) | Err(StoreError::Busy(_)) => tokio::task::yield_now().await,
                    verdict => panic!("{verdict:?}"),
                }
            }
        };
        let writing = async {
            let mut position = round * 1_000_000;
            loop {
                position += 1;
                if old.put(position, &[Wide::of(position.to_string())]).await == AdvanceVerdict::LeaseLost {
                    break;
                }
                assert_eq!(new.put(position, &[Wide::of(position.to_string())]).await, AdvanceVerdict::Advanced);
            }
        };
        join(swapping, writing).await;
        assert!(old.positions().await.iter().max() <= new.positions().await.iter().min(), "round {round}");
        old = new;
    }
}

/// A person may look at the view for long: others, and the workers, must not have to wait for that.
#[tokio::test]
async fn a_view_that_is_looked_at_delays_the_swap_alone() {
    let fixture = Fixture::postgres().await;
    let shape = Wide::shape();
    let mut old = fixture.filling(&shape).await;
    old.serve().await;
    let new = fixture.filling(&shape).await;
    let person = sea_orm::Database::connect(&fixture.database.url).await.unwrap();
    let looking = person.begin().await.unwrap();
    looking.execute_unprepared("SELECT * FROM wide").await.unwrap();
    let refused = fixture.tables().swap(&new.key, false).await;
    assert!(matches!(&refused, Err(error @ StoreError::Busy(_)) if error.is_retryable()), "{refused:?}");
    assert_eq!(fixture.all(&shape).await.position, 0);
    assert_eq!(states(&fixture).await, [GenerationState::Serving, GenerationState::Building]);
    assert_eq!(old.put(1, &[]).await, AdvanceVerdict::Advanced);
    looking.commit().await.unwrap();
    assert_eq!(swap(&new).await, SwapVerdict::Behind { position: 0, needed: 1 });
}
