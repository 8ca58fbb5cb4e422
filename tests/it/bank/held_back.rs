//! What the program says where events can't be projected: of rebuilds and repairs that are held back, and of verifications.

use super::damaged::disarm;
use super::generations::timeless;
use super::program::{Bank, Ran};

const SUMMARY: &str = "account_summary";

/// Accounts of which one has an event that can't be read any more, after the summaries have seen it; its id.
async fn damaged(bank: &Bank) -> String {
    let [ada, bob] = ["100", "200"].map(|deposit| bank.open(deposit));
    bank.run(&["suspend", &ada, "--reason", "odd"]).succeeds();
    bank.run(&["deposit", &bob, "1"]).succeeds();
    bank.run(&["summaries"]).succeeds();
    disarm(bank).await;
    bank.database
        .execute(&format!("UPDATE cqrs_events SET schema_version = 0 WHERE stream_id = '{ada}' AND version = 3"))
        .await;
    ada
}

fn rebuilds_are_held_back(bank: &Bank) -> Vec<Ran> {
    let run = |arguments: &[&str]| bank.run(arguments);
    vec![
        run(&["rebuild", SUMMARY]),
        run(&["dead-letters", "list", SUMMARY]),
        run(&["dead-letters", "list", SUMMARY, "--generation", "2"]),
        run(&["dead-letters", "list", SUMMARY, "--generation", "9"]),
        run(&["rebuild", "--cancel", SUMMARY]),
        run(&["rebuild", "--cancel"]),
        run(&["rebuild", SUMMARY, "--accept-parked"]),
        run(&["verify", SUMMARY]),
    ]
}

async fn held_back(bank: &Bank) {
    let ada = damaged(bank).await;
    let mut runs = rebuilds_are_held_back(bank);
    let sequence = format!("Account/{ada}");
    runs.push(bank.run(&["dead-letters", "discard", SUMMARY, &sequence]));
    runs.push(bank.run(&["verify", SUMMARY]));
    assert_eq!(runs.iter().map(|ran| ran.code.unwrap()).collect::<Vec<_>>(), [1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    insta::assert_snapshot!("held_back", timeless(&runs));
}

#[tokio::test]
async fn held_back_on_sqlite() {
    held_back(&Bank::sqlite()).await;
}

#[tokio::test]
async fn held_back_on_postgres() {
    held_back(&Bank::postgres().await).await;
}

/// A row is wrong, and what would be right lacks an event: what was found is told, and so is what was found of others.
async fn not_repaired(bank: &Bank) {
    let ada = damaged(bank).await;
    let forged = format!("UPDATE account_summary_g1 SET owner = 'Eve' WHERE account_id = '{ada}'");
    bank.database.execute(&forged).await;
    let runs = [
        bank.run(&["verify", SUMMARY, "daily_totals", "--repair"]),
        bank.run(&["verify", SUMMARY]),
        bank.run(&["rebuild", "--cancel", SUMMARY]),
        bank.run(&["verify", SUMMARY, "--repair", "--accept-parked"]),
    ];
    assert_eq!(runs.iter().map(|ran| ran.code.unwrap()).collect::<Vec<_>>(), [1, 3, 0, 0]);
    insta::assert_snapshot!("not_repaired", timeless(&runs));
}

#[tokio::test]
async fn not_repaired_on_sqlite() {
    not_repaired(&Bank::sqlite()).await;
}

#[tokio::test]
async fn not_repaired_on_postgres() {
    not_repaired(&Bank::postgres().await).await;
}

/// A document has both as well.
#[tokio::test]
async fn a_document_says_what_was_found_and_what_failed() {
    let bank = Bank::sqlite();
    damaged(&bank).await;
    let ran = bank.run(&["verify", "nothing", SUMMARY, "--repair", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{ran}");
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&document[0]["read_model"], &document[0]["error"]["code"]), (&"nothing".into(), &"NOT_FOUND".into()));
    assert_eq!((&document[1]["read_model"], &document[1]["differing"]), (&SUMMARY.into(), &1.into()), "{document}");
    assert_eq!((&document[1]["error"]["code"], &document[1]["repaired"]), (&"EVENTS_PARKED".into(), &().into()));
}

/// That one fails is no loss to the others.
#[test]
fn what_was_done_before_and_after_a_failure_is_told() {
    let bank = Bank::sqlite();
    bank.open("100");
    bank.run(&["summaries"]).succeeds();
    let runs = [
        bank.run(&["rebuild", "nothing", "daily_totals"]),
        bank.run(&["rebuild", "--cancel", SUMMARY, "nothing"]),
        bank.run(&["verify", SUMMARY, "nothing"]),
        bank.run(&["verify", "nothing"]),
    ];
    assert!(runs.iter().all(|ran| ran.code == Some(1)));
    insta::assert_snapshot!("one_of_several", timeless(&runs));
}
