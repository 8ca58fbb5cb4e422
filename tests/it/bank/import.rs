//! Files of commands.

use std::process::Command;

use serde_json::{Value, json};

use super::program::{Bank, finish, program, transcript};

const ADA: &str = "00000000-0000-4000-8000-0000000000a1";
const BOB: &str = "00000000-0000-4000-8000-0000000000b2";

fn open(account: &str, cents: i64) -> String {
    let deposit = json!({"minor": cents, "currency": "USD"});
    let input = json!({"account_id": account, "owner": "Ada", "email": "ada@example.org", "deposit": deposit});
    json!({"command": "OpenAccount", "input": input, "key": format!("open-{account}")}).to_string()
}

fn withdraw(account: &str, cents: i64) -> String {
    let amount = json!({"minor": cents, "currency": "USD"});
    json!({"command": "Withdraw", "input": {"account_id": account, "amount": amount}}).to_string()
}

/// A file with every kind of mistake between lines that are fine.
fn with_mistakes(bank: &Bank) {
    let lines = [
        open(ADA, 100_00),
        String::new(),
        String::from("{\"command\": \"Withdraw\", \"input\": }"),
        withdraw(ADA, 1_00),
        String::from("not JSON at all"),
        json!({"command": "Withdrawal", "input": {}}).to_string(),
        json!({"command": "withdraw", "input": {}}).to_string(),
        json!({"command": "Withdraw", "input": {"account_id": ADA}}).to_string(),
        json!({"command": "Withdraw", "input": {"account_id": "ada", "amount": {"minor": 1, "currency": "USD"}}})
            .to_string(),
        json!({"command": "Withdraw", "input": {}, "keys": "typo"}).to_string(),
        withdraw(ADA, 1_000_00),
        withdraw(BOB, 1_00),
        open(ADA, 100_00),
        json!({"command": "CloseAccount", "input": {"account_id": ADA}, "expected_version": 1}).to_string(),
        json!({"command": "CloseAccount", "input": {"account_id": ADA}, "key": ""}).to_string(),
        format!("{{\"command\": \"{}\"", "x".repeat(2 << 20)),
        withdraw(ADA, 2_00),
        open(BOB, 50_00),
        String::from("\u{0}"),
        withdraw(BOB, 3_00),
    ];
    bank.write("commands.jsonl", &lines.each_ref().map(String::as_str));
    let ran = bank.run(&["import", "commands.jsonl"]);
    assert_eq!(ran.code, Some(1), "{ran}");
    let told = ran.stdout.lines().filter(|line| !line.ends_with("commands a second")).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!("with_mistakes", told);
    let accounts = bank.accounts();
    let mut balances: Vec<_> =
        accounts.as_array().unwrap().iter().map(|a| a["balance"]["minor"].as_i64().unwrap()).collect();
    // Which of the accounts was opened first is left to the workers.
    balances.sort_unstable();
    assert_eq!(balances, [47_00, 97_00], "no line that was fine is lost");
}

#[test]
fn mistakes_are_reported_by_line_on_sqlite() {
    with_mistakes(&Bank::sqlite());
}

#[tokio::test]
async fn mistakes_are_reported_by_line_on_postgres() {
    with_mistakes(&Bank::postgres().await);
}

#[test]
fn mistakes_can_be_had_as_a_document() {
    let bank = Bank::sqlite();
    bank.write("commands.jsonl", &[&open(ADA, 100_00), "oops", &withdraw(ADA, 1_000_00)]);
    insta::assert_snapshot!(transcript(&[bank.run(&["import", "commands.jsonl", "--json"])]));
}

/// What the generator says that the bank refuses is what the bank refuses; a second run changes nothing.
fn generated(bank: &Bank, commands: u64) {
    let made = bank.json(&["generate", "--output", "commands.jsonl", "--commands", &commands.to_string()]);
    let refused = made["refused"].as_u64().unwrap();
    assert!(refused > 0, "{made}");
    let import = || {
        let ran = bank.run(&["import", "commands.jsonl", "--json"]);
        assert_eq!(ran.code, Some(1), "{ran}");
        serde_json::from_str::<Value>(&ran.stdout).unwrap()
    };
    let first = import();
    assert_eq!((&first["accepted"], &first["refused"]), (&(commands - refused).into(), &refused.into()), "{first}");
    assert_eq!(first["repeated"], 0);
    let accounts = bank.accounts();
    assert_eq!(accounts.as_array().unwrap().len() as u64, made["accounts"].as_u64().unwrap());

    let second = import();
    assert_eq!((&second["accepted"], &second["refused"]), (&first["accepted"], &first["refused"]));
    assert_eq!((&second["repeated"], &second["events"]), (&first["accepted"], &0.into()));
    let codes = |report: &Value| -> Vec<_> {
        let refusals = report["refusals"].as_array().unwrap().iter();
        refusals.map(|refusal| [&refusal["line"], &refusal["code"], &refusal["message"]].map(Clone::clone)).collect()
    };
    assert_eq!(codes(&second), codes(&first));
    assert_eq!(bank.accounts(), accounts);
}

#[test]
fn generated_commands_meet_the_fate_that_they_were_made_for_on_sqlite() {
    generated(&Bank::sqlite(), 400);
}

#[tokio::test]
async fn generated_commands_meet_the_fate_that_they_were_made_for_on_postgres() {
    generated(&Bank::postgres().await, 400);
}

#[test]
fn a_seed_makes_one_file_of_ten_thousand_lines() {
    let bank = Bank::sqlite();
    let first = bank.run(&["generate"]);
    assert_eq!((first.stdout.lines().count(), first.code), (10_000, Some(0)));
    assert!(first.stderr.contains("the bank will refuse"), "{}", first.stderr);
    assert_eq!(first.stdout, bank.run(&["generate", "--seed", "1"]).stdout);
    assert_ne!(first.stdout, bank.run(&["generate", "--seed", "2"]).stdout);
}

#[test]
fn commands_to_one_account_keep_the_files_order() {
    let bank = Bank::sqlite();
    let mut lines = vec![open(ADA, 10_00)];
    for cents in 1..=200 {
        lines.push(withdraw(ADA, cents));
        let amount = json!({"minor": cents, "currency": "USD"});
        lines.push(json!({"command": "Deposit", "input": {"account_id": ADA, "amount": amount}}).to_string());
    }
    bank.write("commands.jsonl", &lines.iter().map(String::as_str).collect::<Vec<_>>());
    bank.run(&["import", "commands.jsonl"]).succeeds();
    let history = bank.json(&["history", ADA]);
    let amounts = history["events"].as_array().unwrap().iter().skip(2).map(|event| {
        let sign = if event["event"] == "MoneyWithdrawn" { -1 } else { 1 };
        sign * event["payload"]["amount"]["minor"].as_i64().unwrap()
    });
    let expected = (1..=200).flat_map(|cents| [-cents, cents]);
    assert_eq!(amounts.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let bank = Bank::sqlite();
    bank.run(&["import", "none.jsonl"]).fails(1, &["none.jsonl", "No such file"]);
    bank.run(&["import", "."]).fails(1, &["directory"]);
}

/// Refuses the first events of `busy` appends, as a lock that was waited for too long does. A sequence counts on
/// through what is rolled back.
async fn busy(bank: &Bank, appends: u32) {
    bank.json(&["accounts"]);
    let trigger = format!(
        "CREATE SEQUENCE tries;
        CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('tries') <= {appends} THEN RAISE lock_not_available; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER busy AFTER INSERT ON cqrs_events FOR EACH ROW EXECUTE FUNCTION busy()"
    );
    bank.database.execute(&trigger).await;
    bank.write("commands.jsonl", &[&open(ADA, 100_00), &withdraw(ADA, 1_00)]);
}

#[tokio::test]
async fn a_busy_database_is_tried_again() {
    let bank = Bank::postgres().await;
    busy(&bank, 2).await;
    bank.run(&["import", "commands.jsonl"]).succeeds();
    assert_eq!(bank.accounts()[0]["balance"]["minor"], 99_00);
}

#[tokio::test]
async fn a_database_that_stays_busy_ends_the_import_with_nothing_lost() {
    let bank = Bank::postgres().await;
    busy(&bank, 1_000).await;
    let ran = bank.run(&["import", "commands.jsonl"]);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.contains("stopped at line 1: "), "{ran}");
    assert!(ran.stdout.contains("database is busy"), "{ran}");
    bank.database.execute("DROP TRIGGER busy ON cqrs_events").await;
    bank.run(&["import", "commands.jsonl"]).succeeds();
    assert_eq!(bank.accounts()[0]["balance"]["minor"], 99_00);
}

#[test]
fn a_terminal_shows_a_bar_and_a_file_lines() {
    let bank = Bank::sqlite();
    bank.json(&["generate", "--output", "commands.jsonl", "--commands", "2500"]);
    let mut script = Command::new("script");
    script.current_dir(bank.folder.path()).env_clear().env("DATABASE_URL", &bank.database.url).env("TERM", "xterm");
    let import = format!("/usr/bin/stty cols 120; {} import commands.jsonl", program().display());
    let shown = finish(script, &["--quiet", "--return", "--command", &import, "/dev/null"]);
    assert_eq!(shown.code, Some(1), "{shown}");
    assert!(shown.stdout.contains(" %  ") && shown.stdout.contains(" commands  "), "{shown}");
    assert!(shown.stdout.contains("s left"), "{shown}");
    let again = bank.run(&["import", "commands.jsonl"]);
    assert_eq!(again.stderr, "2,500 commands executed\n", "{again}");
}
