//! An import that is killed again and again, each time started over with the same keys, leaves the log of one that was
//! not interrupted, refusals included.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};

use cqrs_runtime::store::{EventQuery, EventStore};
use futures_util::TryStreamExt;
use serde_json::Value;

use crate::bank::program::{Bank, Ran};
use crate::lost_connection::proxy::{Cut, Proxy, Then};
use crate::lost_connection::wire::Commits;

const KILLS: u64 = 20;
/// What the bank takes for the time, so that daily limits don't depend on when the test runs.
const NOW: &str = "2026-03-01T10:00:00Z";

#[tokio::test]
async fn on_sqlite() {
    killed_again_and_again(Bank::sqlite(), Bank::sqlite()).await;
}

#[tokio::test]
async fn on_postgres() {
    killed_again_and_again(Bank::postgres().await, Bank::postgres().await).await;
}

/// The server has committed, and the import is killed before it hears of it.
#[tokio::test]
async fn between_commit_and_answer() {
    let (untouched, killed) = (Bank::postgres().await, Bank::postgres().await);
    let (commands, expected, expected_log) = uninterrupted(&untouched).await;
    killed.run(&["status"]).succeeds();
    let proxy = Proxy::before(&killed.database.url, Commits::WithTheAppend).await;
    for undisturbed in [0, 1, 5, 9, 2] {
        let answered = std::iter::repeat_n((Cut::Nowhere, Then::Reachable), undisturbed);
        proxy.cut(answered.chain([(Cut::After, Then::Unreachable)]));
        let before = killed.database.count("cqrs_receipts").await;
        let mut child = start(killed.command().env("DATABASE_URL", proxy.url()), &commands);
        proxy.has_vanished().await;
        assert!(killed.database.count("cqrs_receipts").await > before, "it has been committed");
        assert_eq!(child.try_wait().expect("a child"), None, "it waits for an answer");
        kill(&mut child);
        proxy.set_reachable(true);
    }
    assert_eq!(import(&killed, &commands), expected, "accepted and refused, line by line");
    assert_eq!(log(&killed).await, expected_log);
}

async fn killed_again_and_again(untouched: Bank, killed: Bank) {
    let (commands, expected, expected_log) = uninterrupted(&untouched).await;
    let events = expected_log.values().map(Vec::len).sum::<usize>() as u64;
    let store = EventStore::open(&killed.database.url).await.expect("the database can be opened");
    for number in 1..=KILLS {
        let mut child = start(&mut killed.command(), &commands);
        while store.head().await.expect("it can be read").position < events * number / (KILLS + 1) {
            assert_eq!(child.try_wait().expect("a child"), None, "it is killed before it ends");
            tokio::task::yield_now().await;
        }
        kill(&mut child);
    }
    store.close().await;
    assert_eq!(import(&killed, &commands), expected, "accepted and refused, line by line");
    assert_eq!(log(&killed).await, expected_log);
}

/// A file of commands, what an import of it reports, and its log.
async fn uninterrupted(bank: &Bank) -> (String, Value, Log) {
    let commands = bank.folder.path().join("commands.jsonl");
    let commands = commands.to_str().expect("a folder with a name").to_owned();
    bank.run(&["generate", "--commands", "800", "--seed", "9", "--output", &commands]).succeeds();
    let report = import(bank, &commands);
    (commands, report, log(bank).await)
}

fn kill(child: &mut Child) {
    child.kill().expect("it can be killed");
    child.wait().expect("it has been killed");
}

/// Few at a time, so that there are many commits to be killed at.
fn arguments(commands: &str) -> [&str; 7] {
    ["import", commands, "--concurrency", "8", "--now", NOW, "--json"]
}

fn start(bank: &mut Command, commands: &str) -> Child {
    bank.args(arguments(commands)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    bank.spawn().expect("the bank can be started")
}

/// What an import reports: how many were accepted, and who was refused why.
fn import(bank: &Bank, commands: &str) -> Value {
    let ran: Ran = bank.run(&arguments(commands));
    let mut report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran}"));
    assert_eq!(ran.code, Some(1), "some lines are refused on purpose: {ran}");
    // Of a repetition, the report says so.
    report
        .as_object_mut()
        .expect("a report")
        .retain(|field, _| ["accepted", "refused", "refusals"].contains(&field.as_str()));
    report
}

/// What is stored of each account, in order: all but what is made anew in each run, ids and positions.
type Log = BTreeMap<String, Vec<(u64, String, u32, String, String)>>;

async fn log(bank: &Bank) -> Log {
    let store = EventStore::open(&bank.database.url).await.expect("the database can be opened");
    let mut streams = Log::new();
    let mut events = store.read(EventQuery::log());
    while let Some(event) = events.try_next().await.expect("the log can be read") {
        let stored = (event.version, event.name, event.schema_version, event.payload, event.recorded_at.to_rfc3339());
        streams.entry(event.stream.to_string()).or_default().push(stored);
    }
    store.close().await;
    streams
}
