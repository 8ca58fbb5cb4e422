//! Generations are let serve although events keep coming, and although what serves can't go on.

use std::sync::Arc;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::ReadModels;
use cqrs_runtime::store::{
    Append, EventStore, ExpectedVersion, GenerationState, GenerationTables, NewEvent, NewGeneration, StreamKey,
};
use futures_util::future::BoxFuture;

use super::bench::{Bench, LONG, NAME, until};
use super::domain::{Content, Fault, LastMove, Purse};
use crate::database::{Database, on_both};
use crate::projecting::steps::stepped;

on_both! {
    a_rebuild_ends_although_events_keep_coming
    a_first_build_ends_although_events_keep_coming
    one_that_fails_rests_alone
}

/// A store over the same database, before each step of which an event is appended by somebody else.
async fn busy(bench: &Bench) -> EventStore {
    let others = Arc::new(EventStore::open(&bench.database.url).await.unwrap());
    stepped(&bench.database.url, move |_| -> BoxFuture<'static, ()> {
        let others = Arc::clone(&others);
        Box::pin(async move {
            let payload = serde_json::json!({ "amount": (1, Fault::Nothing, "") }).to_string();
            let moved = NewEvent::new(Uuid::now_v7(), "Moved", payload);
            let append = Append::new(StreamKey::new(Purse::TYPE, "busy"), ExpectedVersion::Any, vec![moved]);
            others.append(append).await.unwrap();
        })
    })
    .await
}

async fn a_rebuild_ends_although_events_keep_coming(database: Database) {
    let mut bench = Bench::new(database).await;
    for _ in 0..30 {
        bench.moves("a", Fault::Nothing).await;
    }
    bench.caught_up().await;
    let busy = busy(&bench).await;
    let read_models = ReadModels::new(busy.clone()).with::<Content>().options(bench.options);
    let rebuilt = tokio::time::timeout(LONG, read_models.rebuild(NAME, |_| ())).await.expect("it ends").unwrap();
    assert_eq!((rebuilt.generation.number, rebuilt.parked), (2, 0));
    assert!(rebuilt.events > 30, "{rebuilt:?}");
    assert_eq!(bench.serving().await, Some(2));
    busy.close().await;
    bench.store.close().await;
}

async fn a_first_build_ends_although_events_keep_coming(database: Database) {
    let mut bench = Bench::new(database).await;
    for _ in 0..30 {
        bench.moves("a", Fault::Nothing).await;
    }
    let busy = busy(&bench).await;
    let read_models = ReadModels::new(busy.clone()).with::<Content>().options(bench.options);
    read_models.prepare().await.unwrap();
    let running = read_models.start();
    until(async || bench.serving().await == Some(1)).await;
    running.stop().await;
    busy.close().await;
    bench.store.close().await;
}

/// What serves can't be written any more; what is built beside it goes on, and takes its place.
async fn one_that_fails_rests_alone(database: Database) {
    let mut bench = Bench::new(database).await;
    for purse in ["a", "b", "a"] {
        bench.moves(purse, Fault::Nothing).await;
    }
    bench.caught_up().await;
    bench.database.execute("DROP TABLE last_move_g1").await;
    bench.moves("a", Fault::Nothing).await;
    let running = bench.read_models().start();
    let fingerprint = bench.generations().await[0].fingerprint.clone();
    let tables = [Content::TABLE, LastMove::TABLE].map(|table| table.shape(table.name.to_owned()));
    let state = GenerationState::Building;
    let new = NewGeneration {
        projection: NAME,
        fingerprint: &fingerprint,
        partitions: 4,
        tables: GenerationTables::Shaped(&tables),
        state,
    };
    let backend = open(&bench.database.url, &Options::default()).await.unwrap();
    backend.tables().unwrap().create_generation(&new).await.unwrap();
    until(async || bench.serving().await == Some(2)).await;
    let position = bench.moves("b", Fault::Nothing).await;
    bench.read_models().wait_for(NAME, position, LONG).await.unwrap();
    running.stop().await;
    assert_eq!(bench.checked().await, []);
    backend.close().await;
    bench.store.close().await;
}
