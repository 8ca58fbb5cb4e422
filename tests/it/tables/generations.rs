//! Generations come and go as a whole.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use cqrs_runtime::store::{
    AdvanceVerdict, Backend, GenerationKey, GenerationState, GenerationTables, LetterChanges, NewGeneration, RowBatch,
    StoreError, SwapVerdict, TableShape, Wanted,
};

use super::letters::letter;
use super::wide::Wide;
use super::{FINGERPRINT, Fixture, PROJECTION, everything, session};
use crate::database::on_both;

on_both! {
    by(super::super::Fixture::of)
    a_generation_is_told_of
    one_that_is_being_built_is_not_made_again
    processes_that_make_one_at_once_make_one
    a_lookup_may_belong_to_two
    a_dropped_generation_leaves_nothing
    nobody_joins_what_stands_still_or_is_gone
    what_serves_is_not_dropped
    an_older_shape_is_dropped_when_nobody_uses_it
    what_is_given_up_has_happened_or_not
}

fn new(tables: &[TableShape]) -> NewGeneration<'_> {
    NewGeneration {
        projection: PROJECTION,
        fingerprint: FINGERPRINT,
        partitions: 4,
        tables: GenerationTables::Shaped(tables),
        state: GenerationState::Building,
    }
}

async fn a_generation_is_told_of(fixture: Fixture) {
    assert_eq!(fixture.tables().generations(PROJECTION).await.unwrap(), []);
    let shape = Wide::shape();
    let lookup = TableShape { name: "wide_lookup".to_owned(), ..Wide::shape() };
    let tables = [shape.clone(), lookup];
    let new = NewGeneration { partitions: u32::MAX, ..new(&tables) };
    let made = fixture.tables().create_generation(&new).await.unwrap();
    assert_eq!(made.key, GenerationKey { projection: PROJECTION.to_owned(), number: 1 });
    assert_eq!((made.fingerprint.as_str(), made.partitions), (FINGERPRINT, u32::MAX));
    assert_eq!(made.tables, ["wide_g1", "wide_lookup_g1"]);
    assert_eq!((made.state, made.served_at), (GenerationState::Building, None));
    assert_eq!(fixture.database.count("wide_lookup_g1").await, 0);
    let refused = fixture.select(&shape, |_| {}).await;
    assert!(matches!(&refused, Err(StoreError::NotServed { projection }) if projection == PROJECTION), "{refused:?}");
    assert_eq!(fixture.tables().generations(PROJECTION).await.unwrap(), std::slice::from_ref(&made));
    let other = fixture.create_of(&shape, "other").await;
    assert_eq!(fixture.tables().generations(PROJECTION).await.unwrap(), [made, other]);
    assert_eq!(fixture.tables().generations("wid").await.unwrap(), []);
}

async fn one_that_is_being_built_is_not_made_again(fixture: Fixture) {
    let shape = Wide::shape();
    let mut filling = fixture.filling(&shape).await;
    filling.put(5, &[Wide::of("a")]).await;
    assert_eq!(fixture.create(&shape).await.key, filling.key);
    assert_eq!(fixture.create_of(&shape, "other").await.key.number, 2);
    filling.serve().await;
    assert_eq!(fixture.create(&shape).await.key.number, 3);
    assert_eq!(filling.load(&[("", "a")]).await.len(), 1);
}

async fn processes_that_make_one_at_once_make_one(fixture: Fixture) {
    let mut backends = Vec::new();
    for _ in 0..4 {
        backends.push(fixture.again().await);
    }
    let tables = [Wide::shape()];
    let new = new(&tables);
    let making = backends.iter().map(|backend| backend.tables().unwrap().create_generation(&new));
    let made = futures_util::future::join_all(making).await;
    let made: Vec<_> = made.into_iter().map(Result::unwrap).collect();
    assert!(made.iter().all(|generation| *generation == made[0]), "{made:?}");
    assert_eq!(fixture.tables().generations(PROJECTION).await.unwrap(), made[..1]);
}

async fn a_lookup_may_belong_to_two(fixture: Fixture) {
    let shape = |name: &str| TableShape { name: name.to_owned(), ..Wide::shape() };
    let mut made = Vec::new();
    for projection in ["one", "two"] {
        let tables = [shape(projection), shape("owners")];
        let new = NewGeneration { projection, ..new(&tables) };
        made.extend(fixture.tables().create_generation(&new).await.unwrap().tables);
    }
    assert_eq!(made, ["one_g1", "owners_g1", "two_g2", "owners_g2"]);
}

async fn nobody_joins_what_stands_still_or_is_gone(fixture: Fixture) {
    let shape = Wide::shape();
    let mut filling = fixture.filling(&shape).await;
    filling.put(5, &[]).await;
    filling.serve().await;
    let mut other = fixture.filling(&shape).await;
    other.put(5, &[]).await;
    other.serve().await;
    let joins = async |key: &GenerationKey| fixture.tables().acquire(&session(key, 1)).await.unwrap().len();
    assert_eq!((joins(&filling.key).await, joins(&other.key).await), (0, 4), "the first one is kept");
    fixture.tables().drop_generation(&filling.key).await.unwrap();
    assert_eq!(joins(&filling.key).await, 0);
    for table in ["cqrs_checkpoints", "cqrs_workers"] {
        assert_eq!(fixture.database.count(&format!("{table} WHERE name = '{}'", filling.key)).await, 0, "{table}");
    }
}

async fn a_dropped_generation_leaves_nothing(fixture: Fixture) {
    let shape = Wide::shape();
    let mut filling = fixture.filling(&shape).await;
    filling.put(5, &[Wide::of("a"), Wide::of("b")]).await;
    let deletes = filling.deletes(6, &[Wide::of("a")]);
    filling.write(6, "[]".to_owned(), deletes).await.unwrap();
    let letters = LetterChanges { parked: vec![letter(7)], ..LetterChanges::default() };
    let batch = RowBatch { steps: &filling.steps(7), letters, ..filling.batch() };
    assert_eq!(filling.tables.write(&batch).await.unwrap(), AdvanceVerdict::Advanced);
    let kept = fixture.fill(&shape, &fixture.create_of(&shape, "other").await, 1).await;
    for _ in 0..2 {
        fixture.tables().drop_generation(&filling.key).await.unwrap();
    }
    for (table, left) in [
        ("cqrs_checkpoints", 4),
        ("cqrs_workers", 1),
        ("cqrs_dead_letters", 0),
        ("cqrs_changes", 0),
        (kept.shape.name.as_str(), 0),
    ] {
        assert_eq!(fixture.database.count(table).await, left, "{table}");
    }
    let gone = fixture.tables().load(&filling.shape, &Wanted { keys: Some("[]".to_owned()), values: vec![] }).await;
    assert!(matches!(gone, Err(StoreError::Missing(_))), "{gone:?}");
    let numbers = fixture.tables().generations(PROJECTION).await.unwrap();
    assert_eq!(numbers.iter().map(|generation| generation.key.number).collect::<Vec<_>>(), [2]);
    assert_eq!(fixture.tables().swap(&filling.key, false).await.unwrap(), SwapVerdict::Gone);
    // A number is not given again.
    fixture.tables().drop_generation(&kept.key).await.unwrap();
    assert_eq!(fixture.create(&shape).await.key.number, 3);
}

async fn what_serves_is_not_dropped(fixture: Fixture) {
    let shape = Wide::shape();
    let mut filling = fixture.filling(&shape).await;
    filling.put(5, &[Wide::of("a")]).await;
    filling.serve().await;
    filling.tables.release(&filling.key.to_string(), filling.worker).await.unwrap();
    let refused = fixture.tables().drop_generation(&filling.key).await;
    assert!(matches!(refused, Err(StoreError::Serving { generation: 1, .. })), "{refused:?}");
    assert_eq!(fixture.all(&shape).await.position, 5);
    let mut next = fixture.filling(&shape).await;
    next.put(5, &[]).await;
    next.serve().await;
    fixture.tables().drop_generation(&filling.key).await.unwrap();
    let refused = fixture.tables().drop_generation(&next.key).await;
    assert!(matches!(refused, Err(StoreError::Serving { generation: 2, .. })), "{refused:?}");
}

async fn an_older_shape_is_dropped_when_nobody_uses_it(fixture: Fixture) {
    let shape = Wide::shape();
    let old = fixture.filling(&shape).await;
    old.serve().await;
    let new = fixture.fill(&shape, &fixture.create_of(&shape, "new").await, 1).await;
    new.serve().await;
    // An old process keeps it up to date, and asks it.
    let refused = fixture.tables().drop_generation(&old.key).await;
    assert!(matches!(refused, Err(StoreError::Serving { generation: 1, .. })), "{refused:?}");
    assert_eq!(fixture.all(&shape).await.rows, "[]");
    new.tables.release(&new.key.to_string(), new.worker).await.unwrap();
    old.tables.heartbeat(old.worker, Duration::ZERO).await.unwrap();
    let refused = fixture.tables().drop_generation(&new.key).await;
    assert!(matches!(refused, Err(StoreError::Serving { generation: 2, .. })), "{refused:?}");
    fixture.tables().drop_generation(&old.key).await.unwrap();
    assert!(matches!(fixture.select(&shape, |_| {}).await, Err(StoreError::NotServed { .. })));
    assert_eq!(fixture.database.count(PROJECTION).await, 0, "people look at the new one");
}

/// Whatever a process was about when it was ended.
async fn what_is_given_up_has_happened_or_not(fixture: Fixture) {
    let shape = Wide::shape();
    for step in 1.. {
        let backend = fixture.again().await;
        let tables = backend.tables().unwrap();
        let new = new(std::slice::from_ref(&shape));
        let mut ended = poll_times(step, tables.create_generation(&new)).await.is_some();
        let mut filling = fixture.filling(&shape).await;
        filling.put(step, &[Wide::of("a")]).await;
        ended &= poll_times(step, tables.swap(&filling.key, false)).await.is_some();
        assert_one_serves(&*backend, &fixture, &shape).await;
        filling.serve().await;
        let known = fixture.tables().generations(PROJECTION).await.unwrap();
        for generation in known.iter().filter(|known| known.state != GenerationState::Serving) {
            ended &= poll_times(step, tables.drop_generation(&generation.key)).await.is_some();
            fixture.tables().drop_generation(&generation.key).await.unwrap();
        }
        assert_eq!(fixture.database.count(PROJECTION).await, 1);
        backend.close().await;
        if ended {
            return;
        }
    }
}

/// Each generation has its table, and one at most serves; that one is asked.
async fn assert_one_serves(backend: &dyn Backend, fixture: &Fixture, shape: &TableShape) {
    let known = fixture.tables().generations(PROJECTION).await.unwrap();
    for generation in &known {
        fixture.database.count(&generation.tables[0]).await;
    }
    let serving = known.iter().filter(|known| known.state == GenerationState::Serving).count();
    assert!(serving <= 1, "{known:?}");
    let mut select = everything(shape);
    select.count = true;
    let selected = backend.tables().unwrap().select(&select).await;
    assert_eq!(selected.is_ok_and(|selected| selected.count == Some(1)), serving == 1);
}

/// What a future comes to; `None` if it is dropped, having been polled so many times.
async fn poll_times<T>(times: u64, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(move |context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if left == 1 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}
