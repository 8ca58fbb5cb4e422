//! Two to four processes submit at the same time, in opposite orders.

use cqrs_runtime::store::{EventQuery, EventStore};
use cqrs_tests::together::{Answer, Answers, Planned};
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tokio::runtime::Runtime;

use super::alone::Log;
use super::model::{self, Tally};
use super::plan::{of_case, waves};
use crate::database::Database;
use crate::process::Process;
use crate::refusing;

const PROCESSES: usize = 4;
const CASES: u32 = 60;

/// The processes that submit, and a look at the log.
struct Submitters {
    processes: Vec<Process>,
    log: EventStore,
    cases: u64,
    tally: Tally,
}

impl Submitters {
    async fn start(url: &str) -> Self {
        let log = refusing::open(url).await;
        let program = env!("CARGO_BIN_EXE_append_together");
        let processes = (0..PROCESSES).map(|_| Process::start(program, &[url])).collect();
        Self { processes, log, cases: 0, tally: Tally::default() }
    }

    /// Lets each process submit its wave, and judges their answers.
    async fn submit(&mut self, waves: Vec<Vec<Planned>>) -> Result<(), TestCaseError> {
        self.cases += 1;
        let waves: Vec<Vec<_>> = waves
            .into_iter()
            .map(|wave| wave.into_iter().map(|planned| of_case(self.cases, planned)).collect())
            .collect();
        for (process, wave) in self.processes.iter_mut().zip(&waves) {
            process.tell(&serde_json::to_string(wave).unwrap());
        }
        let answers = join_all(self.processes.iter_mut().zip(&waves).map(|(process, _)| answers(process))).await;
        let start = answers.iter().map(|answers| answers.head_before).min().unwrap();
        let events = self.log.read(EventQuery::log().after_position(start)).try_collect().await.unwrap();
        let log = Log::new(events);
        for (wave, answers) in waves.iter().zip(&answers) {
            model::check(&log, wave, answers)?;
            self.tally.add(answers);
        }
        every_event_was_answered(&log, &waves, &answers)
    }

    async fn end(self) -> Tally {
        for process in self.processes {
            process.end().await;
        }
        self.log.close().await;
        self.tally
    }
}

async fn answers(process: &mut Process) -> Answers {
    serde_json::from_str(&process.hear().await.expect("the process answers")).unwrap()
}

/// Each event was written by exactly one append that was told so.
fn every_event_was_answered(log: &Log, waves: &[Vec<Planned>], answers: &[Answers]) -> Result<(), TestCaseError> {
    let told = waves.iter().zip(answers).flat_map(|(wave, answers)| wave.iter().zip(&answers.answers));
    let written = told.filter(|(_, (answer, _))| matches!(answer, Answer::Appended { repeated: false, .. }));
    let count: usize = written.map(|(append, _)| append.events.len()).sum();
    if count == log.len() {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("{} events are in the log, {count} were answered", log.len())))
}

fn check(runtime: &Runtime, database: &Database) {
    let submitters = std::cell::RefCell::new(runtime.block_on(Submitters::start(&database.url)));
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let outcome =
        TestRunner::new(config).run(&waves(), |waves| runtime.block_on(submitters.borrow_mut().submit(waves)));
    if let Err(error) = outcome {
        panic!("{error}");
    }
    runtime.block_on(submitters.into_inner().end()).check();
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn each_verdict_is_that_of_the_append_alone_on_sqlite() {
    check(&runtime(), &Database::sqlite());
}

#[test]
fn each_verdict_is_that_of_the_append_alone_on_postgres() {
    let runtime = runtime();
    let database = runtime.block_on(Database::postgres());
    check(&runtime, &database);
    assert_eq!(runtime.block_on(deadlocks(&database.url)), 0);
}

/// How many deadlocks the server has counted in the database, once all who could tell of one have gone.
async fn deadlocks(url: &str) -> i64 {
    let connection = sea_orm::Database::connect(url).await.unwrap();
    let number = async |sql| {
        let row = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
        row.try_get_by_index::<i64>(0).unwrap()
    };
    let others = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    while number(others).await > 0 {
        tokio::task::yield_now().await;
    }
    number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").await
}
