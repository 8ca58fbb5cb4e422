//! A database that the bank's first programs have written.

use super::program::{Bank, transcript};
use crate::workspace::read;

const ADA: &str = "a0000000-0000-4000-8000-000000000001";
const CHARLES: &str = "a0000000-0000-4000-8000-000000000002";

async fn written_by_earlier_programs() -> Bank {
    let bank = Bank::sqlite();
    bank.run(&["status"]).succeeds();
    bank.database.execute(&read("examples/bank/fixtures/v1.sql")).await;
    bank
}

#[tokio::test]
async fn a_database_of_earlier_programs_reads_correctly() {
    let bank = written_by_earlier_programs().await;
    let runs = [
        bank.run(&["state", ADA]),
        bank.run(&["state", ADA, "--as-of", "4"]),
        bank.run(&["state", ADA, "--as-of", "2020-01-01T00:00:00Z"]),
        bank.run(&["history", ADA]),
    ];
    insta::assert_snapshot!(transcript(&runs));
}

#[tokio::test]
async fn what_it_holds_can_be_gone_on_with() {
    let bank = written_by_earlier_programs().await;
    let deposited = bank.json(&["deposit", ADA, "100"]);
    assert_eq!((&deposited["version"], &deposited["events"][0]["schema_version"]), (&8.into(), &3.into()));
    let state = bank.json(&["state", ADA]);
    // 100.00 + 19.99 + 0.30 + 0.05 - 20.34 + 100.00
    assert_eq!(state["state"]["balance"], serde_json::json!({"minor": 200_00, "currency": "USD"}));
    let euros = bank.run(&["deposit", ADA, "1", "--currency", "EUR"]);
    euros.fails(1, &["the account is in USD, the amount in EUR"]);
}

#[tokio::test]
async fn what_was_never_right_is_an_error_that_names_the_place() {
    let bank = written_by_earlier_programs().await;
    let refused = bank.run(&["state", CHARLES]);
    let place = format!("position 4 (`MoneyDeposited` version 1, number 2 of Account/{CHARLES})");
    refused.fails(1, &[&place, "the upcaster from version 1 refused it", "12.345 has a fraction of a cent"]);
    let before = bank.json(&["state", CHARLES, "--as-of", "1"]);
    assert_eq!(before["state"]["owner"], "Charles Babbage");
}
