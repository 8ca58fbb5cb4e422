//! What a command asks of the outside world, and how long a command may take.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cqrs_runtime::dispatch::{CommandError, CommandOptions, EnrichContext, Enricher, EnrichmentError};
use cqrs_runtime::store::{AppendError, EventStore, WriterOptions};
use tokio::time::Instant;

use super::domain::{AccountError, Borrow, Risk};
use super::{bank, deposit, id, keyed, open};
use crate::database::Database;
use crate::writer::gated::{Fate, Gated};

/// A lender that counts how often it is asked.
#[derive(Clone, Default)]
struct Lender {
    risk: u8,
    asked: Arc<AtomicU32>,
}

impl Enricher<Borrow> for Lender {
    type Error = Infallible;

    async fn enrich(&self, _: &Borrow, _: &EnrichContext) -> Result<Risk, Infallible> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(Risk(self.risk))
    }
}

/// A lender that never answers.
struct Silent;

impl Enricher<Borrow> for Silent {
    type Error = Infallible;

    async fn enrich(&self, _: &Borrow, _: &EnrichContext) -> Result<Risk, Infallible> {
        std::future::pending().await
    }
}

/// A lender that is out of order.
struct Broken;

impl Enricher<Borrow> for Broken {
    type Error = io::Error;

    async fn enrich(&self, _: &Borrow, _: &EnrichContext) -> Result<Risk, io::Error> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }
}

fn borrow() -> Borrow {
    Borrow { account: id(1), amount: 50 }
}

#[tokio::test]
async fn the_answer_reaches_the_decision() {
    for (risk, accepted) in [(10, true), (90, false)] {
        let bank = bank(EventStore::memory()).enricher(Lender { risk, ..Lender::default() });
        open(&bank, 1).await;
        let outcome = bank.dispatch(borrow()).await;
        let refused = matches!(&outcome, Err(CommandError::Refused(refusal))
            if refusal.error == Some(AccountError::TooRisky { percent: risk }));
        assert_eq!((outcome.is_ok(), refused), (accepted, !accepted));
    }
}

#[tokio::test(start_paused = true)]
async fn no_answer_is_a_typed_failure_and_nothing_is_written() {
    let bank = bank(EventStore::memory());
    open(&bank, 1).await;
    let missing = bank.dispatch(borrow()).await;
    assert!(matches!(missing, Err(CommandError::Enrichment { source: EnrichmentError::Missing, .. })), "{missing:?}");
    let silent = bank.clone().enricher(Silent).dispatch(borrow()).await.expect_err("nobody answers");
    let timed_out = EnrichmentError::TimedOut { after: Borrow::PATIENCE };
    let CommandError::Enrichment { command: "Borrow", source } = &silent else { panic!("{silent:?}") };
    assert_eq!(source.to_string(), timed_out.to_string());
    let broken = bank.clone().enricher(Broken).dispatch(borrow()).await.expect_err("it is out of order");
    assert!(matches!(&broken, CommandError::Enrichment { source: EnrichmentError::Failed(_), .. }), "{broken:?}");
    assert_eq!((silent.is_retryable(), broken.is_retryable()), (true, true));
    assert_eq!(bank.repository().store().head().await.expect("it can be read").position, 2);
}

#[tokio::test(start_paused = true)]
async fn it_is_asked_once_however_often_the_command_is_decided_and_not_at_all_for_a_repetition() {
    let database = Gated::default();
    let lender = Lender::default();
    let store = EventStore::with_backend(database.backend(), WriterOptions::default());
    let bank = bank(store).enricher(lender.clone());
    database.allow([Fate::Answered, Fate::Answered]);
    open(&bank, 1).await;
    let mut other = crate::writer::append(&id(1).to_string(), 1_000);
    other.events[0].name = "Deposited".into();
    other.events[0].payload = "{\"amount\":1}".to_owned();
    database.allow([Fate::Overtaken(Box::new(other)), Fate::Answered]);
    let executed = bank.dispatch_with(borrow(), keyed("k")).await.expect("it is accepted");
    assert_eq!((executed.version, lender.asked.load(Ordering::SeqCst)), (4, 1));
    assert!(bank.dispatch_with(borrow(), keyed("k")).await.expect("it is recognised").repeated);
    assert_eq!(lender.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_command_is_answered_by_its_deadline() {
    let database = Gated::default();
    let store = EventStore::with_backend(database.backend(), WriterOptions::default());
    let bank = bank(store).enricher(Silent).deadline(Duration::from_secs(1));
    database.allow([Fate::Answered, Fate::Answered]);
    open(&bank, 1).await;
    let waiting = bank.dispatch(borrow()).await;
    assert!(matches!(waiting, Err(CommandError::DeadlineExceeded)), "{waiting:?}");
    let options = CommandOptions::new().deadline(Duration::from_millis(10));
    let begun = bank.dispatch_with(super::deposit(1, 5), options).await;
    assert!(matches!(&begun, Err(CommandError::Indeterminate { event_ids, .. }) if event_ids.len() == 1), "{begun:?}");
}

#[tokio::test]
async fn a_command_that_comes_after_its_deadline_is_not_executed() {
    let (sqlite, postgres) = (Database::sqlite(), Database::postgres().await);
    let stores = [
        EventStore::memory(),
        EventStore::open(&sqlite.url).await.unwrap(),
        EventStore::open(&postgres.url).await.unwrap(),
    ];
    for store in stores {
        let bank = bank(store);
        open(&bank, 1).await;
        let late = CommandOptions::new().deadline(Duration::ZERO);
        let answer = bank.dispatch_with(deposit(1, 5), late).await;
        assert!(matches!(answer, Err(CommandError::DeadlineExceeded)), "{answer:?}");
        let store = bank.repository().store();
        let append = crate::writer::append("late", 1);
        let answer = store.append_before(append, Some(Instant::now())).await;
        assert!(matches!(answer, Err(AppendError::DeadlineExceeded)), "{answer:?}");
        assert_eq!(store.head().await.unwrap().position, 2);
    }
}
