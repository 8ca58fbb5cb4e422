//! An event of a newer version: an older program leaves it, and its partitions, to a newer one.

use std::collections::BTreeMap;
use std::time::Duration;

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{EngineError, EngineOptions, ReadModels, Sequence, WaitError};
use cqrs_runtime::store::{Append, ExpectedVersion, NewEvent, StreamKey};

use super::bench::{Bench, LEASE, LONG, NAME, until};
use super::domain::{Content, Fault, Purse};
use crate::database::{Database, on_both};

on_both! {
    an_older_program_leaves_its_partitions_to_a_newer_one
    an_older_program_keeps_partitions_without_newer_events
}

/// The same table of the same events, of which this program knows a version more.
mod next {
    use cqrs_runtime::prelude::*;

    use super::super::domain::{LastMove, MovedV1, Never, PurseId, Trap};

    #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[event(version = 3, previous = MovedV2)]
    pub(super) struct Moved {
        pub who: String,
        pub amount: i64,
    }

    #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[event(name = "Moved", version = 2, previous = MovedV1)]
    pub(super) struct MovedV2 {
        pub owner: String,
        pub amount: super::super::domain::Amount,
    }

    impl Upcast<MovedV1> for MovedV2 {
        fn upcast(old: MovedV1, _: &UpcastContext<'_>) -> Result<Parts<Self>, UpcastError> {
            Ok(Parts::One(Self { owner: String::from("nobody"), amount: old.amount }))
        }
    }

    impl From<MovedV2> for Moved {
        fn from(old: MovedV2) -> Self {
            let Trap { amount, .. } = old.amount.0;
            Self { who: old.owner, amount }
        }
    }

    #[derive(Command, Clone, Debug, Serialize, Deserialize)]
    pub(super) struct Move {
        #[command(id)]
        pub purse: PurseId,
    }

    #[derive(Aggregate, Clone)]
    #[aggregate(id = PurseId, events(Moved), commands(create(Move)), error = Never)]
    pub(super) struct Purse;

    impl Create<Move> for Purse {
        fn create(_: Move, _: &Context<Self>) -> Result<Events<Self>, Never> {
            Ok(Events::none())
        }
    }

    impl Init<Moved> for Purse {
        fn init(_: &Moved) -> Self {
            Self
        }
    }

    #[derive(ReadModel, Clone, Debug, PartialEq)]
    #[read_model(events(Purse(Moved)), lookups(LastMove))]
    pub(super) struct Content {
        #[read_model(key)]
        pub purse: PurseId,
        #[read_model(filter)]
        pub owner: String,
        pub balance: i64,
        pub moves: i64,
        pub previous: i64,
        pub note: Option<super::super::domain::Note>,
    }

    impl Project<Moved> for Content {
        fn project(row: &mut Row<Self>, event: &Recorded<Moved>) -> Result<(), ProjectionError> {
            let purse = row.id()?;
            let owner = event.who.clone();
            let empty = || Self { purse, owner, balance: 0, moves: 0, previous: 0, note: None };
            row.upsert(empty, |content| {
                content.balance += event.amount;
                content.moves += 1;
            })
        }
    }
}

/// How many partitions each worker has.
async fn shares(bench: &Bench) -> Vec<usize> {
    let status = bench.read_models().status().await.unwrap();
    let mut shares = BTreeMap::new();
    for worker in status[0].generations[0].partitions.iter().filter_map(|known| known.worker) {
        *shares.entry(worker).or_insert(0) += 1;
    }
    shares.into_values().collect()
}

/// A move of which only the newer program knows.
async fn newer_move(bench: &Bench, purse: &str) -> u64 {
    let moved = NewEvent::new(Uuid::now_v7(), "Moved", r#"{"who":"nobody","amount":1000}"#);
    let moved = NewEvent { schema_version: 3, ..moved };
    let append = Append::new(StreamKey::new(Purse::TYPE, purse), ExpectedVersion::Any, vec![moved]);
    bench.store.append(append).await.unwrap().position.unwrap()
}

/// What others project is nothing that it must know.
async fn an_older_program_keeps_partitions_without_newer_events(database: Database) {
    let mut bench = Bench::new(database).await;
    for purse in ["a", "b", "c", "d", "e", "f"] {
        bench.moves(purse, Fault::Nothing).await;
    }
    bench.caught_up().await;
    let old = bench.read_models();
    let new = ReadModels::new(bench.store.clone()).with::<next::Content>().options(bench.options);
    let newer = new.start();
    until(async || shares(&bench).await == [4]).await;
    let mine = bench.partitions().await[0].worker.unwrap();
    let running = old.start();
    until(async || shares(&bench).await == [2, 2]).await;
    let partitions = bench.partitions().await;
    let is_new = |purse: &&str| {
        let partition = Sequence::of_stream("", Purse::TYPE, purse).partition(4);
        partitions.iter().any(|known| known.lease.partition == partition && known.worker == Some(mine))
    };
    let purse = ["a", "b", "c", "d", "e", "f"].into_iter().find(is_new).expect("it has one of them");
    let epochs =
        async |bench: &Bench| bench.partitions().await.iter().map(|known| known.lease.epoch).collect::<Vec<_>>();
    let before = epochs(&bench).await;
    let position = newer_move(&bench, purse).await;
    new.wait_for(NAME, position, LONG).await.unwrap();
    for purse in ["a", "b", "c", "d", "e", "f"] {
        let position = bench.moves(purse, Fault::Nothing).await;
        new.wait_for(NAME, position, LONG).await.unwrap();
    }
    assert_eq!((shares(&bench).await, epochs(&bench).await), (vec![2, 2], before));
    running.stop().await;
    newer.stop().await;
    bench.store.close().await;
}

async fn an_older_program_leaves_its_partitions_to_a_newer_one(database: Database) {
    let mut bench = Bench::new(database).await;
    // For three times as long, it stays away: longer than the test takes.
    bench.options.lease_time = LONG;
    for purse in ["a", "b", "c", "d", "e"] {
        bench.moves(purse, Fault::Nothing).await;
    }
    let old = bench.read_models();
    old.catch_up(LONG).await.unwrap();
    let options = EngineOptions { lease_time: LEASE, ..bench.options };
    let new = ReadModels::new(bench.store.clone()).with::<next::Content>().options(options);
    let running = old.start();
    until(async || shares(&bench).await == [4]).await;

    let position = newer_move(&bench, "c").await;
    until(async || shares(&bench).await.is_empty()).await;
    assert_eq!(old.letters(NAME).await.unwrap(), [], "it is not parked");
    // However long it stays away, it says why.
    let why = async || old.wait_for(NAME, position, Duration::from_millis(20)).await.unwrap_err();
    until(async || matches!(why().await, WaitError::Behind { source: Some(_), .. })).await;
    for _ in 0..3 {
        let behind = why().await;
        let WaitError::Behind { source: Some(error), .. } = &behind else { panic!("{behind:?}") };
        assert!(matches!(**error, EngineError::NewerEvent { schema_version: 3, .. }), "{error:?}");
    }
    let newer = new.start();
    new.wait_for(NAME, position, LONG).await.unwrap();
    let rows = old.query::<Content>().fetch().await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.balance).collect::<Vec<_>>(), [1, 2, 1_003, 4, 5]);
    // It does not come and go with each event that it knows.
    for purse in ["a", "b", "c", "d", "e"] {
        let position = bench.moves(purse, Fault::Nothing).await;
        new.wait_for(NAME, position, LONG).await.unwrap();
        assert_eq!(shares(&bench).await, [4]);
    }
    running.stop().await;
    newer.stop().await;
    bench.store.close().await;
}
