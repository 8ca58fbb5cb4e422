//! Two programs side by side, one of which can't read an event, where a field of it tells its sequence: whichever has which
//! partition, and whichever comes first, the event is projected once.

use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{Projection, ReadModels, Running, Sequence};
use cqrs_runtime::store::{AdvanceVerdict, Append, EventStore, ExpectedVersion, NewEvent, StreamKey};
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::time::timeout;

use super::bench::{Bench, LEASE, LONG, until};
use super::domain::{Fault, Purse};
use super::unknown::Fortune;
use crate::database::{Database, on_both};
use crate::projecting::steps::{Step, refusing, stepped};

on_both! {
    who_cannot_read_it_parks_it_before_it_is_projected
    its_letter_is_not_tried_before_all_have_passed_it
    it_is_projected_before_who_cannot_read_it_comes
    who_cannot_read_it_has_its_partition
    an_older_program_has_its_partition
    an_older_program_has_the_partition_of_unknown_ones
}

const NAME: &str = "fortune";
const UNKNOWN: &str = "(unknown)";

/// A program with the same read model, and its own idea of the event.
macro_rules! program {
    ($name:ident, $amount:expr, $($event:item)+) => {
        mod $name {
            use cqrs_runtime::prelude::*;

            use super::super::domain::{Fault, MovedV1, Never, PurseId};

            $($event)+

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
            #[read_model(events(Purse(Moved)), partition = owner)]
            pub(super) struct Fortune {
                #[read_model(key)]
                pub owner: String,
                pub balance: i64,
                #[read_model(filter)]
                pub last: i64,
            }

            impl Project<Moved> for Fortune {
                fn project(row: &mut Row<Self>, event: &Recorded<Moved>) -> Result<(), ProjectionError> {
                    let amount: fn(&Moved) -> i64 = $amount;
                    let (owner, amount) = (event.owner.clone(), amount(event));
                    row.at(owner.clone()).upsert(
                        || Self { owner, balance: 0, last: 0 },
                        |fortune| {
                            fortune.balance = fortune.balance * 2 + amount;
                            fortune.last = amount;
                        },
                    )
                }
            }
        }
    };
}

program! {
    mended, |event| event.amount.0,

    /// Whatever its fault, it can be read.
    #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[event(version = 2, previous = MovedV1)]
    pub(super) struct Moved {
        pub owner: String,
        pub amount: (i64, Fault, String),
    }

    impl From<MovedV1> for Moved {
        fn from(old: MovedV1) -> Self {
            let trap = old.amount.0;
            Self { owner: String::from("nobody"), amount: (trap.amount, trap.fault, trap.switch) }
        }
    }
}

program! {
    next, |event| event.sum,

    #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[event(version = 3, previous = MovedV2)]
    pub(super) struct Moved {
        pub owner: String,
        pub sum: i64,
    }

    #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[event(name = "Moved", version = 2, previous = MovedV1)]
    pub(super) struct MovedV2 {
        pub owner: String,
        pub amount: super::super::domain::Amount,
    }

    impl From<MovedV1> for MovedV2 {
        fn from(old: MovedV1) -> Self {
            Self { owner: String::from("nobody"), amount: old.amount }
        }
    }

    impl From<MovedV2> for Moved {
        fn from(old: MovedV2) -> Self {
            let fault: Fault = old.amount.0.fault;
            assert_eq!(fault, Fault::Nothing);
            Self { owner: old.owner, sum: old.amount.0.amount }
        }
    }
}

/// The partition, of two, of events of which nobody knows the sequence: FNV of the tenant, the name, and nothing.
fn partition_of_unknown() -> u32 {
    let bytes = [&b"\xff"[..], UNKNOWN.as_bytes(), b"\xff\xff"].concat();
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    u32::from(hash % 2 == 1)
}

/// A program that can be held before it writes.
struct Program {
    read_models: ReadModels,
    store: EventStore,
    running: Option<Running>,
    held: watch::Sender<bool>,
    /// How often it was held.
    stands: watch::Receiver<usize>,
    /// What has come of its last write.
    written: watch::Receiver<Option<AdvanceVerdict>>,
}

impl Program {
    async fn of<M: Projection>(bench: &Bench) -> Self {
        let (held, gate) = watch::channel(false);
        let (standing, stands) = watch::channel(0);
        let (verdict, written) = watch::channel(None);
        let (standing, verdict) = (Arc::new(standing), Arc::new(verdict));
        let hook = move |step| -> BoxFuture<'static, ()> {
            let (mut gate, standing, verdict) = (gate.clone(), Arc::clone(&standing), Arc::clone(&verdict));
            Box::pin(async move {
                let is_held = *gate.borrow();
                match step {
                    Step::Write(..) if is_held => {
                        standing.send_modify(|stands| *stands += 1);
                        let _ = gate.wait_for(|held| !held).await;
                    }
                    Step::Written(come) => drop(verdict.send_replace(Some(come))),
                    _ => {}
                }
            })
        };
        let store = stepped(&bench.database.url, hook).await;
        let read_models = ReadModels::new(store.clone()).with::<M>().options(bench.options);
        Self { read_models, store, running: None, held, stands, written }
    }

    /// It stands before a write.
    async fn is_held(&mut self) {
        timeout(LONG, self.stands.wait_for(|stands| *stands > 0)).await.unwrap().unwrap();
    }

    /// Lets it write; what comes of that.
    async fn goes_on(&mut self) -> AdvanceVerdict {
        self.written.mark_unchanged();
        self.held.send_replace(false);
        timeout(LONG, self.written.changed()).await.unwrap().unwrap();
        self.written.borrow().expect("it has written")
    }

    async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }
}

/// An old program, and one that can read what it can't; each has one of two partitions.
struct Pair {
    bench: Bench,
    old: Program,
    new: Program,
    /// The owner of the event that only the new one can read: of the other partition than that of unknown ones.
    owner: &'static str,
    last: u64,
}

const OWNERS: [&str; 6] = ["ada", "bob", "carl", "dora", "emil", "fay"];

impl Pair {
    /// The old one has the partition of events of which nobody knows the sequence, or that of the owner.
    async fn of<New: Projection>(database: Database, old_has_unknown: bool) -> Self {
        let mut bench = Bench::new(database).await;
        bench.options.partitions = 2;
        // Nobody loses a partition because the machine is busy.
        bench.options.lease_time = LEASE * 5;
        let unknown = partition_of_unknown();
        let is_elsewhere = |owner: &&str| Sequence::new("", *owner).partition(2) != unknown;
        let owner = OWNERS.into_iter().find(is_elsewhere).expect("one is elsewhere");
        let mut old = Program::of::<Fortune>(&bench).await;
        let mut new = Program::of::<New>(&bench).await;
        old.read_models.prepare().await.unwrap();
        let mut pair = {
            // Who comes first keeps the first partition.
            let old_is_first = old_has_unknown == (unknown == 0);
            let [first, second] = if old_is_first { [&mut old, &mut new] } else { [&mut new, &mut old] };
            first.running = Some(first.read_models.start());
            until(async || shares(&bench).await == [2]).await;
            second.running = Some(second.read_models.start());
            until(async || shares(&bench).await == [1, 1]).await;
            Self { bench, old, new, owner, last: 0 }
        };
        pair.all_move(1).await;
        pair.new.read_models.wait_for(NAME, pair.last, LONG).await.unwrap();
        assert_eq!(shares(&pair.bench).await, [1, 1]);
        pair
    }

    async fn append(&mut self, owner: &str, version: u32, payload: serde_json::Value) {
        let moved = NewEvent { schema_version: version, ..NewEvent::new(Uuid::now_v7(), "Moved", payload.to_string()) };
        let stream = StreamKey::new(Purse::TYPE, owner);
        let append = Append::new(stream, ExpectedVersion::Any, vec![moved]);
        self.last = self.bench.store.append(append).await.unwrap().position.unwrap();
    }

    async fn moves(&mut self, owner: &str, amount: i64, fault: Fault) {
        let payload = serde_json::json!({ "owner": owner, "amount": (amount, fault, &self.bench.switch) });
        self.append(owner, 2, payload).await;
    }

    async fn all_move(&mut self, amount: i64) {
        for owner in OWNERS {
            self.moves(owner, amount, Fault::Nothing).await;
        }
    }

    /// The old one parks the event; the new one is about to write what it makes of it, and stands.
    async fn parked_as_the_new_one_comes(&mut self) -> u64 {
        for program in [&self.old, &self.new] {
            program.held.send_replace(true);
        }
        self.moves(self.owner, 5, Fault::Unreadable).await;
        self.old.is_held().await;
        self.new.is_held().await;
        assert_eq!(self.old.goes_on().await, AdvanceVerdict::Advanced);
        assert_eq!(self.letters().await, [(self.last, UNKNOWN.to_owned())]);
        self.last
    }

    /// How far the partition of unknown events and the other one have come.
    async fn come(&self) -> (u64, u64) {
        let status = self.old.read_models.status().await.unwrap();
        let come: Vec<u64> = status[0].generations[0].partitions.iter().map(|known| known.lease.checkpoint).collect();
        if partition_of_unknown() == 0 { (come[0], come[1]) } else { (come[1], come[0]) }
    }

    async fn letters(&self) -> Vec<(u64, String)> {
        let letters = self.new.read_models.letters(NAME).await.unwrap();
        letters.into_iter().map(|letter| (letter.position, letter.sequence_key)).collect()
    }

    /// In the end, each event was projected once, the one of the amount 5 in its place, and none is parked.
    async fn ends_well(mut self) {
        self.new.read_models.wait_for(NAME, self.last, LONG).await.unwrap();
        assert_eq!(self.letters().await, []);
        let rows = self.new.read_models.query::<Fortune>().fetch().await.unwrap().rows;
        let rows: BTreeMap<_, _> = rows.iter().map(|row| (&*row.owner, row.balance)).collect();
        let expected = OWNERS.map(|owner| (owner, if owner == self.owner { (2 + 5) * 2 + 7 } else { 2 + 7 }));
        assert_eq!(rows, BTreeMap::from(expected));
        self.old.stop().await;
        self.new.stop().await;
        self.old.store.close().await;
        self.new.store.close().await;
        self.bench.store.close().await;
    }
}

/// How many partitions each worker has.
async fn shares(bench: &Bench) -> Vec<usize> {
    let status = ReadModels::new(bench.store.clone()).with::<Fortune>().status().await.unwrap();
    let mut shares = BTreeMap::new();
    for partition in &status[0].generations[0].partitions {
        if let Some(worker) = partition.worker.filter(|_| partition.is_alive) {
            *shares.entry(worker).or_insert(0) += 1;
        }
    }
    shares.into_values().collect()
}

/// Who can read it was about to project it; the letter is what it finds.
async fn who_cannot_read_it_parks_it_before_it_is_projected(database: Database) {
    let mut pair = Pair::of::<mended::Fortune>(database, true).await;
    pair.parked_as_the_new_one_comes().await;
    assert_eq!(pair.new.goes_on().await, AdvanceVerdict::LeaseLost, "it must look again");
    pair.all_move(7).await;
    pair.new.read_models.wait_for(NAME, pair.last, LONG).await.unwrap();
    assert_eq!(pair.letters().await.len(), 7, "and all behind it");
    pair.old.stop().await;
    assert_eq!(pair.new.read_models.retry(NAME, UNKNOWN, LONG).await.unwrap(), []);
    until(async || pair.letters().await.is_empty()).await;
    pair.ends_well().await;
}

/// Whoever has the letter can read it by now; who is about to project the event takes the letter as the sign not to.
async fn its_letter_is_not_tried_before_all_have_passed_it(database: Database) {
    let mut pair = Pair::of::<mended::Fortune>(database, true).await;
    let poison = pair.parked_as_the_new_one_comes().await;
    pair.old.stop().await;
    let (read, reads) = watch::channel(0);
    let counted = move |question, _: &str| {
        read.send_modify(|count| *count += u32::from(question == "letters"));
        Ok(())
    };
    let store = refusing(&pair.bench.database.url, |_| Box::pin(async {}), counted).await;
    let third = ReadModels::new(store.clone()).with::<mended::Fortune>().options(pair.bench.options);
    let running = third.start();
    until(async || shares(&pair.bench).await == [1, 1]).await;
    let asks = ReadModels::new(pair.bench.store.clone()).with::<mended::Fortune>().options(pair.bench.options);
    let asking = tokio::spawn({
        let asks = asks.clone();
        async move { asks.retry(NAME, UNKNOWN, LONG).await }
    });
    until(async || asks.letters(NAME).await.unwrap().iter().any(|letter| letter.request.is_some())).await;
    // Who sees the request at the first look would have tried it by the next one.
    let seen = *reads.borrow();
    let looks = async { reads.clone().wait_for(|count| *count >= seen + 2).await.map(|_| ()) };
    timeout(LONG, looks).await.expect("it looks").unwrap();
    assert_eq!(pair.letters().await, [(poison, UNKNOWN.to_owned())]);
    assert_eq!(pair.new.goes_on().await, AdvanceVerdict::LeaseLost);
    assert_eq!(asking.await.unwrap().unwrap(), []);
    until(async || pair.letters().await.is_empty()).await;
    pair.all_move(7).await;
    pair.new.read_models.wait_for(NAME, pair.last, LONG).await.unwrap();
    running.stop().await;
    store.close().await;
    pair.ends_well().await;
}

/// Who can't read it was about to park it.
async fn it_is_projected_before_who_cannot_read_it_comes(database: Database) {
    let mut pair = Pair::of::<mended::Fortune>(database, true).await;
    pair.old.held.send_replace(true);
    pair.moves(pair.owner, 5, Fault::Unreadable).await;
    pair.old.is_held().await;
    until(async || pair.come().await.1 >= pair.last).await;
    assert_eq!(pair.old.goes_on().await, AdvanceVerdict::LeaseLost, "it may not park it");
    assert_eq!(pair.letters().await, []);
    pair.all_move(7).await;
    pair.ends_well().await;
}

/// Who can read it has only passed it, as it is not its own.
async fn who_cannot_read_it_has_its_partition(database: Database) {
    let mut pair = Pair::of::<mended::Fortune>(database, false).await;
    pair.moves(pair.owner, 5, Fault::Unreadable).await;
    until(async || pair.come().await.0 >= pair.last).await;
    pair.all_move(7).await;
    pair.ends_well().await;
}

async fn an_older_program_has_its_partition(database: Database) {
    older(database, false).await;
}

async fn an_older_program_has_the_partition_of_unknown_ones(database: Database) {
    older(database, true).await;
}

/// An event of a version that the old one does not know.
async fn older(database: Database, old_has_unknown: bool) {
    let mut pair = Pair::of::<next::Fortune>(database, old_has_unknown).await;
    pair.old.held.send_replace(true);
    pair.append(pair.owner, 3, serde_json::json!({ "owner": pair.owner, "sum": 5 })).await;
    let passed = async |(unknown, own): (u64, u64)| if old_has_unknown { own } else { unknown };
    until(async || passed(pair.come().await).await >= pair.last).await;
    pair.old.held.send_replace(false);
    pair.all_move(7).await;
    pair.ends_well().await;
}
