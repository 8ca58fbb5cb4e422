//! Databases that are not as the program has left them.

use super::program::Bank;

/// Lets the test do what nobody else can.
pub(super) async fn disarm(bank: &Bank) {
    let disarm = if bank.database.url.starts_with("sqlite") {
        "DROP TRIGGER cqrs_events_never_change"
    } else {
        "ALTER TABLE cqrs_events DISABLE TRIGGER USER"
    };
    bank.database.execute(disarm).await;
}

/// Two accounts, of which one has a second event changed to what `change` sets.
async fn with_event(bank: &Bank, change: &str) -> (String, String) {
    let (damaged, other) = (bank.open("100"), bank.open("200"));
    disarm(bank).await;
    bank.database
        .execute(&format!("UPDATE cqrs_events SET {change} WHERE stream_id = '{damaged}' AND version = 2"))
        .await;
    (damaged, other)
}

/// The damaged account can't be used, and the error names the place; the other one is as before.
async fn stops_only_what_needs_it(bank: &Bank, change: &str, says: &[&str]) {
    let (damaged, other) = with_event(bank, change).await;
    let place = format!("number 2 of Account/{damaged}");
    let says = [says, &["position 2", &place]].concat();
    bank.run(&["deposit", &damaged, "1"]).fails(1, &says);
    bank.run(&["suspend", &damaged, "--reason", "odd"]).fails(1, &says);
    bank.run(&["state", &damaged]).fails(1, &says);
    bank.run(&["deposit", &other, "1"]).succeeds();
    let listed = bank.accounts();
    assert_eq!(listed[0]["version"], 3, "{listed}");
    assert_eq!(listed[1]["error"]["code"], "UNREADABLE_EVENT", "{listed}");
    assert_eq!(bank.json(&["status"])["position"], 5, "nothing was written to the damaged one");

    let deposit = |account: &str, key: &str| {
        format!(
            r#"{{"command":"Deposit","key":"{key}","input":{{"account_id":"{account}","amount":{{"minor":1,"currency":"USD"}}}}}}"#
        )
    };
    bank.write("commands.jsonl", &[&deposit(&damaged, "a"), &deposit(&other, "b"), &deposit(&damaged, "c")]);
    let imported = bank.run(&["import", "commands.jsonl", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&imported.stdout).unwrap();
    assert_eq!((&report["accepted"], &report["refused"]), (&1.into(), &2.into()), "{imported}");
}

/// The history is of no use either where an event can't be decoded.
fn history_fails(bank: &Bank, place: &str) {
    let listed = bank.accounts();
    let damaged = listed[1]["account_id"].as_str().unwrap();
    bank.run(&["history", damaged]).fails(1, &[place]);
}

async fn an_unknown_version(bank: &Bank) {
    let says = ["`MoneyDeposited` version 9", "knows its versions 1 to 3", "use that one"];
    stops_only_what_needs_it(bank, "schema_version = 9", &says).await;
    history_fails(bank, "`MoneyDeposited` version 9");
}

async fn an_unknown_name(bank: &Bank) {
    let says = ["`MoneyTeleported` version 3", "no event is stored under this name"];
    stops_only_what_needs_it(bank, "name = 'MoneyTeleported'", &says).await;
}

async fn a_corrupt_payload(bank: &Bank) {
    let says = ["can't be decoded", "the payload is not of the version's shape", "EOF while parsing", "damaged"];
    stops_only_what_needs_it(bank, r#"payload = '{"amount":{"minor":1'"#, &says).await;
    history_fails(bank, "position 2");
}

async fn an_event_out_of_place(bank: &Bank) {
    let opened = r#"name = 'AccountOpened', schema_version = 1, payload = '{"owner":"x","email":"x"}'"#;
    stops_only_what_needs_it(bank, opened, &["can't stand in this place"]).await;
}

async fn a_time_that_no_program_can_have_given(bank: &Bank, time: &str) {
    let says = ["can't be read", "its column `recorded_at`", "`MoneyDeposited` version 3"];
    stops_only_what_needs_it(bank, &format!("recorded_at = {time}"), &says).await;
}

#[tokio::test]
async fn a_time_that_no_program_can_have_given_on_sqlite() {
    a_time_that_no_program_can_have_given(&Bank::sqlite(), "9223372036854775807").await;
}

#[tokio::test]
async fn a_time_that_no_program_can_have_given_on_postgres() {
    a_time_that_no_program_can_have_given(&Bank::postgres().await, "'infinity'").await;
}

#[tokio::test]
async fn an_unknown_version_on_sqlite() {
    an_unknown_version(&Bank::sqlite()).await;
}

#[tokio::test]
async fn an_unknown_version_on_postgres() {
    an_unknown_version(&Bank::postgres().await).await;
}

#[tokio::test]
async fn an_unknown_name_on_sqlite() {
    an_unknown_name(&Bank::sqlite()).await;
}

#[tokio::test]
async fn an_unknown_name_on_postgres() {
    an_unknown_name(&Bank::postgres().await).await;
}

#[tokio::test]
async fn a_corrupt_payload_on_sqlite() {
    a_corrupt_payload(&Bank::sqlite()).await;
}

#[tokio::test]
async fn a_corrupt_payload_on_postgres() {
    a_corrupt_payload(&Bank::postgres().await).await;
}

#[tokio::test]
async fn an_event_out_of_place_on_sqlite() {
    an_event_out_of_place(&Bank::sqlite()).await;
}

#[tokio::test]
async fn an_event_out_of_place_on_postgres() {
    an_event_out_of_place(&Bank::postgres().await).await;
}

/// An account with a snapshot, made by commands enough.
fn with_snapshot(bank: &Bank) -> String {
    let id = bank.open("10");
    let deposit =
        format!(r#"{{"command":"Deposit","input":{{"account_id":"{id}","amount":{{"minor":1,"currency":"USD"}}}}}}"#);
    bank.write("commands.jsonl", &vec![deposit.as_str(); 150]);
    bank.run(&["import", "commands.jsonl"]).succeeds();
    id
}

async fn a_corrupt_snapshot_costs_a_longer_read(bank: &Bank) {
    let damages = [
        r#"payload = '{"owner":"Mallory"'"#,
        r"payload = replace(payload, 'Ada', 'Eve')",
        "checksum = checksum + 1",
        "fingerprint = fingerprint + 1",
        "state_version = 2",
        "version = version + 1",
    ];
    let id = with_snapshot(bank);
    for damage in damages {
        let before = bank.json(&["state", &id]);
        bank.database.execute(&format!("UPDATE cqrs_snapshots SET {damage}")).await;
        assert_eq!(bank.json(&["state", &id]), before, "after {damage}");
    }
    assert_eq!(bank.json(&["deposit", &id, "0.01"])["version"], 153);
    assert_eq!(bank.json(&["state", &id])["state"]["balance"]["minor"], 11_51);
}

#[tokio::test]
async fn a_corrupt_snapshot_on_sqlite() {
    a_corrupt_snapshot_costs_a_longer_read(&Bank::sqlite()).await;
}

#[tokio::test]
async fn a_corrupt_snapshot_on_postgres() {
    a_corrupt_snapshot_costs_a_longer_read(&Bank::postgres().await).await;
}

async fn a_newer_schema_and_a_missing_table(bank: &Bank) {
    let id = bank.open("100");
    let migrations = "SELECT 99, name, applied_at FROM cqrs_migrations WHERE version = 1";
    bank.database.execute(&format!("INSERT INTO cqrs_migrations (version, name, applied_at) {migrations}")).await;
    bank.run(&["deposit", &id, "1"]).fails(1, &["schema version 99", "use a newer program"]);
    bank.database.execute("DELETE FROM cqrs_migrations WHERE version = 99").await;
    assert_eq!(bank.json(&["state", &id])["version"], 2, "nothing was written");

    bank.database.execute("ALTER TABLE cqrs_events RENAME TO elsewhere").await;
    bank.run(&["deposit", &id, "1"]).fails(1, &["lacks a table", "cqrs_events", "restore it from a backup"]);
    bank.database.execute("ALTER TABLE elsewhere RENAME TO cqrs_events").await;
    assert_eq!(bank.json(&["state", &id])["version"], 2, "nothing was written");
}

#[tokio::test]
async fn a_newer_schema_and_a_missing_table_on_sqlite() {
    a_newer_schema_and_a_missing_table(&Bank::sqlite()).await;
}

#[tokio::test]
async fn a_newer_schema_and_a_missing_table_on_postgres() {
    a_newer_schema_and_a_missing_table(&Bank::postgres().await).await;
}

#[test]
fn a_file_that_is_no_database() {
    let bank = Bank::sqlite();
    std::fs::write(bank.database.path(), "this is a letter to my bank, and not at all a database. ".repeat(100))
        .unwrap();
    let before = std::fs::read(bank.database.path()).unwrap();
    bank.run(&["status"]).fails(1, &["log.db can't be opened", "damaged or no database"]);
    assert_eq!(std::fs::read(bank.database.path()).unwrap(), before);
}
