//! An import that is killed again and again, each time started over with the same keys, leaves the log of one that was
//! not interrupted, refusals included.

use std::collections::BTreeMap;
use std::process::{Child, Stdio};

use cqrs_runtime::store::{EventQuery, EventStore};
use futures_util::TryStreamExt;
use serde_json::Value;

use crate::bank::program::{Bank, Ran};

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

async fn killed_again_and_again(untouched: Bank, killed: Bank) {
    let commands = untouched.folder.path().join("commands.jsonl");
    let commands = commands.to_str().expect("a folder with a name");
    untouched.run(&["generate", "--commands", "800", "--seed", "9", "--output", commands]).succeeds();
    let expected = import(&untouched, commands);
    let expected_log = log(&untouched).await;
    let events = expected_log.values().map(Vec::len).sum::<usize>() as u64;

    let store = EventStore::open(&killed.database.url).await.expect("the database can be opened");
    for kill in 1..=KILLS {
        let mut child = start(&killed, commands);
        // The commit that makes the log this long has not been answered, or only just.
        while store.head().await.expect("it can be read").position < events * kill / (KILLS + 1) {
            assert_eq!(child.try_wait().expect("a child"), None, "it is killed before it ends");
            tokio::task::yield_now().await;
        }
        child.kill().expect("it can be killed");
        child.wait().expect("it has been killed");
    }
    store.close().await;
    assert_eq!(import(&killed, commands), expected, "accepted and refused, line by line");
    assert_eq!(log(&killed).await, expected_log);
}

fn arguments(commands: &str) -> [&str; 5] {
    ["import", commands, "--now", NOW, "--json"]
}

fn start(bank: &Bank, commands: &str) -> Child {
    let mut command = bank.command();
    command.args(arguments(commands)).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the bank can be started")
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
async fn log(bank: &Bank) -> BTreeMap<String, Vec<(u64, String, u32, String, String)>> {
    let store = EventStore::open(&bank.database.url).await.expect("the database can be opened");
    let mut streams: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut events = store.read(EventQuery::log());
    while let Some(event) = events.try_next().await.expect("the log can be read") {
        let stored = (event.version, event.name, event.schema_version, event.payload, event.recorded_at.to_rfc3339());
        streams.entry(event.stream.to_string()).or_default().push(stored);
    }
    store.close().await;
    streams
}
