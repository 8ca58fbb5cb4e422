//! What the commands answer.

use std::process::Command;

use super::program::{Bank, Ran, finish, program, transcript};

#[test]
fn the_status_is_what_there_is_and_what_can_be_done_next() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(program());
        command.current_dir(folder.path()).env_clear();
        finish(command, arguments)
    };
    let first = run(&["status"]);
    assert!(folder.path().join("bank.db").is_file());
    run(&["open", "--owner", "Ada", "--email", "ada@example.org", "--deposit", "100"]).succeeds();
    insta::assert_snapshot!(transcript(&[first, run(&["status"])]));
}

#[test]
fn help_says_all_there_is() {
    let bank = Bank::sqlite();
    insta::assert_snapshot!(transcript(&[bank.run(&["--help"]), bank.run(&["import", "--help"])]));
}

/// The life of an account, each command once.
fn life(bank: &Bank, json: &[&str]) -> Vec<Ran> {
    let id = &bank.open("100");
    let run = |arguments: &[&str]| bank.run(&[arguments, json].concat());
    vec![
        run(&["deposit", id, "1250.50", "--description", "salary", "--principal", "payroll"]),
        run(&["withdraw", id, "1400", "--principal", "ada"]),
        run(&["deposit", id, "149.50", "--expected-version", "5"]),
        run(&["interest", id, "1.25"]),
        run(&["fee", id, "1.25", "--reason", "monthly fee"]),
        run(&["suspend", id, "--reason", "card lost"]),
        run(&["withdraw", id, "10"]),
        run(&["reactivate", id]),
        run(&["change-email", id, "lovelace@example.org", "--principal", "grace"]),
        run(&["change-email", id, "lovelace@example.org"]),
        run(&["close", id]),
        run(&["withdraw", id, "100"]),
        run(&["close", id]),
        run(&["state", id]),
        run(&["state", id, "--as-of", "3"]),
        run(&["history", id]),
    ]
}

fn tables(bank: &Bank) {
    insta::assert_snapshot!("tables", transcript(&life(bank, &[])));
}

#[test]
fn tables_on_sqlite() {
    tables(&Bank::sqlite());
}

#[tokio::test]
async fn tables_on_postgres() {
    tables(&Bank::postgres().await);
}

fn documents(bank: &Bank) {
    let runs = life(bank, &["--json"]);
    for ran in &runs {
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((ran.code == Some(1), ran.stderr.as_str()), (document.get("error").is_some(), ""), "{ran}");
    }
    insta::assert_snapshot!("documents", transcript(&runs));
}

#[test]
fn documents_on_sqlite() {
    documents(&Bank::sqlite());
}

#[tokio::test]
async fn documents_on_postgres() {
    documents(&Bank::postgres().await);
}

#[test]
fn the_trace_of_an_account_names_causes() {
    let bank = Bank::sqlite();
    let id = bank.open("100");
    insta::assert_snapshot!(transcript(&[bank.run(&["history", &id, "--trace"]), bank.run(&["accounts"])]));
}

#[test]
fn an_account_can_be_seen_as_it_was_at_a_time() {
    let bank = Bank::sqlite();
    let id = bank.open("100");
    bank.run(&["deposit", &id, "5"]).succeeds();
    let history = bank.json(&["history", &id]);
    let at = |event: usize| history["events"][event]["recorded_at"].as_str().unwrap();
    let then = bank.json(&["state", &id, "--as-of", at(1)]);
    assert_eq!((&then["version"], &then["state"]["balance"]["minor"]), (&2.into(), &100_00.into()));
    let now = bank.json(&["state", &id, "--as-of", at(2)]);
    assert_eq!((&now["version"], &now["state"]["balance"]["minor"]), (&3.into(), &105_00.into()));
    let before = bank.run(&["state", &id, "--as-of", "2001-01-01T00:00:00Z"]);
    before.fails(1, &["did not exist yet", "bank history ID"]);
    bank.run(&["state", &id, "--as-of", "9"]).fails(1, &["is only at version 3"]);
}

#[test]
fn a_command_that_is_sent_again_with_its_key_gets_its_first_answer() {
    let bank = Bank::sqlite();
    let open =
        ["open", "--owner", "Ada", "--email", "ada@example.org", "--deposit", "100", "--idempotency-key", "first"];
    let (first, again) = (bank.json(&open), bank.json(&open));
    assert_eq!((&first["repeated"], &again["repeated"]), (&false.into(), &true.into()));
    assert_eq!((&first["account_id"], &first["events"]), (&again["account_id"], &again["events"]));
    let id = first["account_id"].as_str().unwrap();
    let deposit = |amount| bank.run(&["deposit", id, amount, "--idempotency-key", "second"]);
    insta::assert_snapshot!(transcript(&[deposit("5"), deposit("5"), deposit("6")]));
    assert_eq!(bank.json(&["state", id])["version"], 3);
}

#[test]
fn limits_can_be_configured() {
    let bank = Bank::sqlite();
    let limits = r#"{"standard": {"opening_balance": 0, "overdraft": 0, "daily_withdrawals": 1000,
        "large_withdrawal": 100, "suspicious_withdrawals": 2, "suspicious_minutes": 60}}"#;
    bank.write("limits.json", &[limits]);
    let run = |arguments: &[&str]| bank.run(&[arguments, &["--limits", "limits.json"]].concat());
    let id = bank.open("1000");
    run(&["withdraw", &id, "1000.01"]).fails(1, &["insufficient funds: 1000.00 USD available"]);
    run(&["withdraw", &id, "100"]).succeeds();
    let second = run(&["withdraw", &id, "100"]);
    assert!(second.stdout.contains("suspected fraud (large withdrawals: 2, within minutes: 60)"), "{second}");
}

#[test]
fn the_log_is_on_standard_error_and_has_what_was_asked_for() {
    let bank = Bank::sqlite();
    let mut command = bank.command();
    command.env("RUST_LOG", "info");
    let ran = finish(command, &["accounts", "--json"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), "[]\n"), "{ran}");
    assert!(ran.stderr.contains("INFO") && ran.stderr.contains("has the schema of this program"), "{ran}");
    assert!(!ran.stderr.contains("CREATE"), "{ran}");
    bank.run(&["accounts"]).succeeds();
}
