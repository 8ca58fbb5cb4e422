//! A log of moves, what is projected of it, and what should be.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{DeadLetter, EngineOptions, Generation, GenerationState, ReadModels, RetryPolicy};
use cqrs_runtime::store::{Append, Checkpoint, EventStore, ExpectedVersion, NewEvent, StreamKey};
use tokio::time::timeout;

use super::domain::{Content, Fault, Purse, Trap, switch};
use crate::database::Database;

/// A bound that is never met.
pub(super) const LONG: Duration = Duration::from_mins(2);
pub(super) const LEASE: Duration = Duration::from_millis(600);
pub(super) const NAME: &str = "content";

/// What was appended, and where.
pub(super) struct Sent {
    pub(super) position: u64,
    pub(super) purse: &'static str,
    pub(super) trap: Trap,
}

pub(super) struct Bench {
    pub(super) database: Database,
    pub(super) store: EventStore,
    pub(super) options: EngineOptions,
    /// What is broken here and nowhere else.
    pub(super) switch: String,
    pub(super) log: Vec<Sent>,
    /// The positions of events that were left out for good.
    pub(super) left_out: BTreeSet<u64>,
}

impl Bench {
    /// In batches of seven; what has failed is not tried again by itself.
    pub(super) async fn new(database: Database) -> Self {
        let store = EventStore::open(&database.url).await.unwrap();
        let retry = RetryPolicy { attempts: 1, ..RetryPolicy::default() };
        let options =
            EngineOptions { lease_time: LEASE, batch_events: 7, rows_in_memory: 2, retry, ..EngineOptions::default() };
        let switch = Uuid::now_v7().to_string();
        let bench = Self { database, store, options, switch, log: Vec::new(), left_out: BTreeSet::new() };
        bench.is_broken(true);
        bench
    }

    pub(super) fn is_broken(&self, broken: bool) {
        switch(&self.switch, broken);
    }

    pub(super) fn read_models(&self) -> ReadModels {
        ReadModels::new(self.store.clone()).with::<Content>().options(self.options)
    }

    /// A move of a purse.
    pub(super) async fn moves(&mut self, purse: &'static str, fault: Fault) -> u64 {
        let amount = i64::try_from(self.log.len()).unwrap() + 1;
        self.moves_by(purse, amount, fault).await
    }

    /// A move of a purse by an amount.
    pub(super) async fn moves_by(&mut self, purse: &'static str, amount: i64, fault: Fault) -> u64 {
        let trap = Trap { amount, fault, switch: self.switch.clone() };
        let payload = serde_json::json!({ "amount": (amount, fault, &self.switch) }).to_string();
        let moved = NewEvent::new(Uuid::now_v7(), "Moved", payload);
        let append = Append::new(StreamKey::new(Purse::TYPE, purse), ExpectedVersion::Any, vec![moved]);
        let position = self.store.append(append).await.unwrap().position.unwrap();
        self.log.push(Sent { position, purse, trap });
        position
    }

    /// Rows of a plain fold: without the events that are parked, left out, or vanish.
    pub(super) fn folded(&self, letters: &[DeadLetter]) -> Vec<Content> {
        let parked: BTreeSet<u64> = letters.iter().map(|letter| letter.position).collect();
        let mut rows: BTreeMap<&str, (Content, i64)> = BTreeMap::new();
        let counts = |sent: &&Sent| {
            let is_out = parked.contains(&sent.position) || self.left_out.contains(&sent.position);
            !is_out && sent.trap.fault != Fault::Vanishing
        };
        for Sent { purse, trap, .. } in self.log.iter().filter(counts) {
            let (before, last) = rows.remove(purse).unzip();
            rows.insert(purse, (Content::after(before, purse, trap, last), trap.amount));
        }
        rows.into_values().map(|(row, _)| row).collect()
    }

    /// The letters, after the rows have been found to be what is projected without them.
    pub(super) async fn checked(&self) -> Vec<DeadLetter> {
        let read_models = self.read_models();
        let letters = read_models.letters(NAME).await.unwrap();
        let rows = read_models.query::<Content>().fetch().await.unwrap().rows;
        assert_eq!(rows, self.folded(&letters), "{letters:#?}");
        letters
    }

    /// Projects all there is; the letters.
    pub(super) async fn caught_up(&self) -> Vec<DeadLetter> {
        self.read_models().catch_up(LONG).await.unwrap();
        self.checked().await
    }

    /// The name of a purse's sequence.
    pub(super) fn sequence(purse: &str) -> String {
        format!("{}/{purse}", Purse::TYPE)
    }

    pub(super) async fn retry(&self, purse: &str) -> Vec<DeadLetter> {
        let left = self.read_models().retry(NAME, &Self::sequence(purse), LONG).await.unwrap();
        self.checked().await;
        left
    }

    pub(super) async fn discard(&mut self, purse: &str, position: u64) -> Vec<DeadLetter> {
        let left = self.read_models().discard(NAME, &Self::sequence(purse), LONG).await.unwrap();
        self.left_out.insert(position);
        self.checked().await;
        left
    }

    pub(super) async fn generations(&self) -> Vec<Generation> {
        let status = self.read_models().status().await.unwrap();
        status.into_iter().flat_map(|model| model.generations).map(|known| known.generation).collect()
    }

    /// How the partitions of the first generation stand.
    pub(super) async fn partitions(&self) -> Vec<Checkpoint> {
        let status = self.read_models().status().await.unwrap();
        status[0].generations[0].partitions.clone()
    }

    pub(super) async fn serving(&self) -> Option<u32> {
        let generations = self.generations().await;
        generations.iter().find(|known| known.state == GenerationState::Serving).map(|known| known.key.number)
    }
}

/// Lets the test do what nobody else can.
pub(super) async fn disarm(database: &Database) {
    let disarm = if database.url.starts_with("sqlite") {
        "DROP TRIGGER cqrs_events_never_change"
    } else {
        "ALTER TABLE cqrs_events DISABLE TRIGGER USER"
    };
    database.execute(disarm).await;
}

/// Waits for what others do.
pub(super) async fn until(condition: impl AsyncFn() -> bool) {
    let waiting = async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(LONG, waiting).await.expect("it comes to that");
}

/// Letters as tests tell them: the position, whether it has failed itself, and how often it was tried.
pub(super) fn told(letters: &[DeadLetter]) -> Vec<(u64, bool, u32)> {
    letters.iter().map(|letter| (letter.position, !letter.error.is_empty(), letter.attempts)).collect()
}
