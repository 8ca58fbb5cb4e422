//! What is asked of the read models, and what becomes of events that they can't project.

use super::damaged::disarm;
use super::program::{Bank, Ran, transcript};

#[test]
fn answers_on_sqlite() {
    answers(&Bank::sqlite());
}

#[tokio::test]
async fn answers_on_postgres() {
    answers(&Bank::postgres().await);
}

fn open(bank: &Bank, owner: &str, currency: &str, deposit: &str) -> String {
    let email = format!("{owner}@example.org").to_lowercase();
    let opened =
        bank.json(&["open", "--owner", owner, "--email", &email, "--currency", currency, "--deposit", deposit]);
    opened["account_id"].as_str().unwrap().to_owned()
}

/// Three accounts, on which something has moved.
fn accounts(bank: &Bank) -> [String; 3] {
    let [ada, bob, eve] = [("Ada", "USD", "1000"), ("Bob", "EUR", "200.50"), ("Eve", "USD", "300")]
        .map(|(owner, currency, deposit)| open(bank, owner, currency, deposit));
    bank.run(&["deposit", &ada, "250.25", "--description", "salary"]).succeeds();
    bank.run(&["withdraw", &ada, "100"]).succeeds();
    bank.run(&["interest", &bob, "0.50"]).succeeds();
    bank.run(&["fee", &bob, "1", "--reason", "monthly fee"]).succeeds();
    bank.run(&["withdraw", &eve, "300"]).succeeds();
    bank.run(&["close", &eve]).succeeds();
    [ada, bob, eve]
}

fn answers(bank: &Bank) {
    let before = bank.run(&["projections"]);
    let [ada, bob, _] = accounts(bank);
    let run = |arguments: &[&str]| bank.run(arguments);
    let runs = [
        before,
        run(&["summary", &ada]),
        run(&["summary", &bob, "--json"]),
        run(&["summary", "0190163d-8694-739b-aea5-966c26f8ad91"]),
        run(&["summaries"]),
        run(&["summaries", "--order", "balance", "--descending", "--limit", "1"]),
        run(&["summaries", "--currency", "USD", "--min", "500"]),
        run(&["summaries", "--status", "closed", "--json"]),
        run(&["summaries", "--owner", "nobody"]),
        run(&["summaries", "--min", "500"]),
        run(&["statement", &ada]),
        run(&["statement", &ada, "--limit", "1", "--offset", "1"]),
        run(&["statement", &ada, "--to", "9999-12-31", "--json"]),
        run(&["statement", &ada, "--to", "2000-01-01"]),
        run(&["totals"]),
        run(&["totals", "--currency", "EUR", "--json"]),
        run(&["totals", "--to", "2000-01-01"]),
        run(&["projections"]),
        run(&["dead-letters", "list", "account_summary"]),
        run(&["dead-letters", "list", "accounts"]),
        run(&["dead-letters", "retry", "account_summary", "Account/1"]),
    ];
    insta::assert_snapshot!("questions", transcript(&runs));
}

#[tokio::test]
async fn dead_letters_on_sqlite() {
    dead_letters(&Bank::sqlite()).await;
}

#[tokio::test]
async fn dead_letters_on_postgres() {
    dead_letters(&Bank::postgres().await).await;
}

/// Events of an account that are damaged before anybody asks.
async fn dead_letters(bank: &Bank) {
    let [ada, ..] = accounts(bank);
    disarm(bank).await;
    let set = async |version: i32, place: i32| {
        let sql = format!(
            "UPDATE cqrs_events SET schema_version = {version} WHERE stream_id = '{ada}' AND version = {place}"
        );
        bank.database.execute(&sql).await;
    };
    let version = bank.json(&["history", &ada])["events"][1]["schema_version"].as_i64().unwrap();
    let version = i32::try_from(version).unwrap();
    set(0, 2).await;
    let sequence = format!("Account/{ada}");
    let run = |arguments: &[&str]| bank.run(arguments);
    let letters = |what: &str, json: bool| -> Ran {
        let arguments = ["dead-letters", what, "account_summary", &sequence, "--json"];
        run(&arguments[..if json { 5 } else { 4 }])
    };
    let mut runs = vec![
        run(&["summaries"]),
        run(&["projections"]),
        run(&["dead-letters", "list", "account_summary"]),
        letters("retry", true),
    ];
    set(version, 2).await;
    runs.extend([letters("retry", false), run(&["summary", &ada])]);
    // For another read model, it is still parked.
    runs.extend([
        run(&["dead-letters", "list", "account_statement"]),
        run(&["dead-letters", "discard", "account_statement", &sequence]),
        run(&["statement", &ada]),
        run(&["projections"]),
    ]);
    insta::assert_snapshot!("dead_letters", transcript(&runs));
}
