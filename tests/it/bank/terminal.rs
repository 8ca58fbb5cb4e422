//! What the program shows and asks on a terminal, and what elsewhere.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use cqrs_runtime::store::{Append, EventQuery, EventStore, ExpectedVersion, NewEvent, StreamKey};
use futures_util::TryStreamExt;
use uuid::Uuid;

use super::program::{Bank, Ran, program, transcript};

const SUMMARY: &str = "account_summary";

/// Runs the program on a terminal of its own, where somebody types.
fn on_a_terminal(bank: &Bank, arguments: &[&str], typed: &str) -> Ran {
    let mut script = Command::new("script");
    script.current_dir(bank.folder.path()).env_clear().env("DATABASE_URL", &bank.database.url).env("TERM", "xterm");
    let command = format!("/usr/bin/stty cols 120; {} {}", program().display(), arguments.join(" "));
    script.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(typed.as_bytes()).unwrap();
    // Its end would be the terminal's.
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    Ran {
        arguments: arguments.iter().map(ToString::to_string).collect(),
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// An account with more events than are projected at once.
async fn busy(bank: &Bank) {
    fill(bank).await;
    bank.run(&["summaries"]);
}

/// The same, none of which has been projected.
pub(super) async fn fill(bank: &Bank) {
    let id = bank.open("100");
    bank.run(&["deposit", &id, "1"]).succeeds();
    let store = EventStore::open(&bank.database.url).await.unwrap();
    let stream = StreamKey::new("Account", &*id);
    let last = store.read(EventQuery::stream(stream.clone()).backwards().limit(1));
    let last: Vec<_> = last.try_collect().await.unwrap();
    for _ in 0..12 {
        let again = || NewEvent {
            schema_version: last[0].schema_version,
            ..NewEvent::new(Uuid::now_v7(), last[0].name.clone(), last[0].payload.clone())
        };
        let events = (0..1_000).map(|_| again()).collect();
        store.append(Append::new(stream.clone(), ExpectedVersion::Any, events)).await.unwrap();
    }
    store.close().await;
}

/// How far it is, how fast, and how long it takes yet.
async fn progress(bank: &Bank) {
    busy(bank).await;
    for arguments in [["rebuild", SUMMARY], ["verify", SUMMARY]] {
        let shown = on_a_terminal(bank, &arguments, "");
        assert_eq!(shown.code, Some(0), "{shown}");
        let bar = ["account_summary █", " %  ", " events, ", "/s, ", " left"];
        assert!(bar.iter().all(|part| shown.stdout.contains(part)), "{shown}");
        let lines = bank.run(&arguments);
        assert_eq!(lines.code, Some(0), "{lines}");
        let first = lines.stderr.lines().next().unwrap_or_default();
        assert!(first.starts_with("account_summary: position 5,0") && first.ends_with("/s"), "{lines}");
        assert!(!lines.stderr.contains(['\u{1b}', '%', '█']), "{lines}");
        let json = bank.run(&[arguments[0], arguments[1], "--json"]);
        assert!(serde_json::from_str::<serde_json::Value>(&json.stdout).is_ok(), "{json}");
    }
}

#[tokio::test]
async fn progress_on_sqlite() {
    progress(&Bank::sqlite()).await;
}

#[tokio::test]
async fn progress_on_postgres() {
    progress(&Bank::postgres().await).await;
}

/// The summaries were built by a program whose summaries were others.
async fn of_another_version(bank: &Bank) -> String {
    let id = bank.open("100");
    bank.run(&["summaries"]).succeeds();
    bank.database
        .execute("UPDATE cqrs_generations SET fingerprint = 'another' WHERE projection = 'account_summary'")
        .await;
    id
}

async fn offered(bank: &Bank) {
    const QUESTION: &str = "account_summary changed since it was built. Rebuild it now? [Y/n]";
    let id = of_another_version(bank).await;
    let refused = bank.run(&["summaries"]);
    let document = bank.run(&["summaries", "--json"]);
    insta::assert_snapshot!("not_offered", transcript(&[refused, document]));
    for no in ["n\n", "what?\n"] {
        let declined = on_a_terminal(bank, &["summaries"], no);
        assert_eq!(declined.code, Some(1), "{declined}");
        assert!(declined.stdout.contains(QUESTION) && declined.stdout.contains("bank rebuild"), "{declined}");
    }
    let agreed = on_a_terminal(bank, &["summaries"], "\n");
    assert_eq!(agreed.code, Some(0), "{agreed}");
    assert!(agreed.stdout.contains(QUESTION) && agreed.stdout.contains(&id), "{agreed}");
    let silent = on_a_terminal(bank, &["summaries"], "");
    assert!(silent.code == Some(0) && !silent.stdout.contains("Rebuild"), "{silent}");
    bank.run(&["summaries"]).succeeds();
}

#[tokio::test]
async fn offered_on_sqlite() {
    offered(&Bank::sqlite()).await;
}

#[tokio::test]
async fn offered_on_postgres() {
    offered(&Bank::postgres().await).await;
}

/// Starts the service over an empty bank on a terminal, where somebody types that; ends it when it serves. What has been shown.
fn served_on_a_terminal(bank: &Bank, typed: &str) -> String {
    let mut script = Command::new("script");
    script.current_dir(bank.folder.path()).env_clear().env("DATABASE_URL", &bank.database.url).env("TERM", "xterm");
    let command = format!("/usr/bin/stty cols 120; exec {} --listen 127.0.0.1:0", program().display());
    script.args(["--quiet", "--return", "--command", &command, "/dev/null"]);
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(typed.as_bytes()).unwrap();
    let (mut output, mut shown) = (BufReader::new(child.stdout.take().unwrap()), String::new());
    while !shown.contains("/metrics") {
        assert_ne!(output.read_line(&mut shown).unwrap(), 0, "it has ended: {shown}");
    }
    // As a person does.
    stdin.write_all(b"\x03").unwrap();
    output.read_to_string(&mut shown).unwrap();
    // With success, or by the signal: that depends on how soon it came.
    child.wait().unwrap();
    shown
}

#[test]
fn an_empty_bank_offers_made_up_accounts() {
    const OFFER: &str = "Fill it with made-up accounts? [Y/n]";
    let bank = Bank::sqlite();
    let declined = served_on_a_terminal(&bank, "n\n");
    assert!(declined.contains(OFFER), "{declined}");
    assert_eq!(bank.accounts().as_array().map(Vec::len), Some(0));
    let agreed = served_on_a_terminal(&bank, "\n");
    assert!(agreed.contains(OFFER), "{agreed}");
    let accounts = bank.accounts();
    assert!(accounts.as_array().is_some_and(|accounts| accounts.len() > 10), "{accounts}");
    let again = served_on_a_terminal(&bank, "");
    assert!(!again.contains(OFFER), "it is not empty: {again}");
    assert_eq!(bank.accounts(), accounts);
}
