//! Read models are rebuilt, gone back from, verified and repaired from the command line.

use super::program::{Bank, Ran, transcript};

const SUMMARY: &str = "account_summary";

/// The seconds that something took.
pub(super) fn timeless(runs: &[Ran]) -> String {
    let text = transcript(runs);
    let lines = text.lines().map(|line| match line.split_once(" events in ") {
        Some((before, after)) => {
            let rest = after.split_once(" s;").map_or(after, |(_, rest)| rest);
            format!("{before} events in [time];{rest}\n")
        }
        None => format!("{line}\n"),
    });
    lines.collect()
}

fn controlled(bank: &Bank) {
    let id = bank.open("100");
    bank.run(&["deposit", &id, "50"]).succeeds();
    bank.run(&["summaries"]).succeeds();
    let mut runs = vec![bank.run(&["rebuild", SUMMARY])];
    bank.run(&["deposit", &id, "25"]).succeeds();
    runs.push(bank.run(&["rollback", SUMMARY]));
    let summary = bank.json(&["summary", &id]);
    assert_eq!(summary["balance"]["minor"], 175_00, "{summary}");
    runs.push(bank.run(&["rebuild", "--cancel", SUMMARY]));
    runs.push(bank.run(&["drop-generation", SUMMARY, "1"]));
    runs.push(bank.run(&["drop-generation", SUMMARY]));
    runs.push(bank.run(&["drop-generation", SUMMARY]));
    runs.push(bank.run(&["drop-generation", SUMMARY, "7"]));
    runs.push(bank.run(&["rollback", SUMMARY]));
    runs.push(bank.run(&["rebuild", "nothing"]));
    insta::assert_snapshot!("controlled", timeless(&runs));
    let states = bank.json(&["projections"]);
    let states: Vec<_> = states.as_array().unwrap().iter().filter(|view| view["read_model"] == SUMMARY).collect();
    assert_eq!((states.len(), &states[0]["state"], &states[0]["generation"]), (1, &"answers".into(), &1.into()));
}

#[test]
fn controlled_on_sqlite() {
    controlled(&Bank::sqlite());
}

#[tokio::test]
async fn controlled_on_postgres() {
    controlled(&Bank::postgres().await);
}

async fn verified(bank: &Bank) {
    let first = bank.open("100");
    let second = bank.open("200");
    bank.run(&["deposit", &first, "50.25"]).succeeds();
    bank.run(&["summaries"]).succeeds();
    let mut runs = vec![bank.run(&["verify"])];
    for sql in [
        format!("UPDATE account_summary_g1 SET owner = 'Eve' WHERE account_id = '{first}'"),
        format!("DELETE FROM account_summary_g1 WHERE account_id = '{second}'"),
        format!("UPDATE account_statement_g1 SET description = 'nothing' WHERE account_id = '{first}' AND version = 3"),
    ] {
        bank.database.execute(&sql).await;
    }
    runs.push(bank.run(&["verify"]));
    runs.push(bank.run(&["verify", SUMMARY, "--limit", "0"]));
    runs.push(bank.run(&["verify", SUMMARY, "account_statement", "--repair"]));
    runs.push(bank.run(&["verify"]));
    assert_eq!(runs.iter().map(|ran| ran.code.unwrap()).collect::<Vec<_>>(), [0, 3, 3, 0, 0]);
    insta::assert_snapshot!("verified", transcript(&runs));
    let document = bank.json(&["verify", SUMMARY]);
    assert_eq!((&document[0]["rows"], &document[0]["differing"]), (&2.into(), &0.into()), "{document}");
    assert_eq!(bank.json(&["summary", &first])["owner"], "Ada Lovelace");
}

#[tokio::test]
async fn verified_on_sqlite() {
    verified(&Bank::sqlite()).await;
}

#[tokio::test]
async fn verified_on_postgres() {
    verified(&Bank::postgres().await).await;
}
