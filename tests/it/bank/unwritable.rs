//! Databases that can't be reached or written, for root as for others.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::program::{Bank, Ran, finish, program};

/// Runs a shell script that may mount what it likes; nobody else sees it.
fn in_a_namespace(bank: &Bank, script: &str) -> Ran {
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-e", "-c", script]);
    unshare.current_dir(bank.folder.path()).env_clear().env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    unshare.env("BANK", program()).env("DATABASE_URL", "sqlite://disk/bank.db");
    fs::create_dir(bank.folder.path().join("disk")).unwrap();
    let ran = finish(unshare, &[]);
    let hint = "this test needs user and mount namespaces: `unshare --user --map-root-user --mount` and `mount`";
    assert!(ran.code == Some(0), "{hint}\n{ran}");
    ran
}

/// Opens an account and sets `$id`.
const OPEN: &str = r#"
    opened=$("$BANK" --json open --owner Ada --email ada@example.org --deposit 100)
    id=$(printf '%s' "$opened" | sed -n 's/.*"account_id": "\(.*\)",/\1/p')
"#;

/// Runs the program with arguments, and keeps what it says and how it ends.
const RUN: &str = r#"
    run() {
        name=$1
        shift
        code=0
        "$BANK" --json "$@" >"$name.json" || code=$?
        printf '%s' "$code" >"$name.code"
    }
"#;

/// What `run` has kept.
fn kept(bank: &Bank, name: &str) -> (String, Value) {
    let read = |extension: &str| fs::read_to_string(bank.folder.path().join(format!("{name}.{extension}"))).unwrap();
    (read("code"), serde_json::from_str(&read("json")).unwrap())
}

#[test]
fn a_read_only_file() {
    let bank = Bank::sqlite();
    let script = r#"
        cp disk/bank.db before.db
        mount --bind disk/bank.db disk/bank.db
        mount -o remount,bind,ro disk/bank.db disk/bank.db
        run deposit deposit "$id" 5
        run state state "$id"
        cmp disk/bank.db before.db
    "#;
    in_a_namespace(&bank, &[RUN, OPEN, script].concat());
    let (code, deposit) = kept(&bank, "deposit");
    assert_eq!((code.as_str(), &deposit["error"]["code"]), ("1", &"DATABASE_READ_ONLY".into()), "{deposit}");
    let (code, state) = kept(&bank, "state");
    assert_eq!((code.as_str(), &state["version"]), ("0", &2.into()), "{state}");
}

#[test]
fn a_read_only_folder() {
    let bank = Bank::sqlite();
    let script = r#"
        cp disk/bank.db before.db
        mount --bind disk disk
        mount -o remount,bind,ro disk disk
        run deposit deposit "$id" 5
        run state --database 'sqlite://disk/bank.db?immutable=1' state "$id"
        cmp disk/bank.db before.db
    "#;
    in_a_namespace(&bank, &[RUN, OPEN, script].concat());
    let (code, deposit) = kept(&bank, "deposit");
    let error = &deposit["error"];
    assert_eq!((code.as_str(), &error["message"]), ("1", &"sqlite://disk/bank.db can't be opened".into()), "{deposit}");
    assert!(error["hint"].as_str().unwrap().contains("can be written to"), "{deposit}");
    let (code, state) = kept(&bank, "state");
    assert_eq!((code.as_str(), &state["version"]), ("0", &2.into()), "{state}");
}

#[test]
fn a_file_that_is_opened_for_reading_only() {
    let bank = Bank::sqlite();
    let id = bank.open("100");
    let url = format!("{}?mode=ro", bank.database.url);
    let run = |arguments: &[&str]| bank.run(&[&["--database", &url], arguments].concat());
    run(&["state", &id]).succeeds();
    run(&["deposit", &id, "5"]).fails(1, &["the database is read-only", "nothing was changed"]);
    assert_eq!(bank.json(&["state", &id])["version"], 2);
}

#[test]
fn a_full_disk() {
    let bank = Bank::sqlite();
    let made = bank.json(&["generate", "--output", "commands.jsonl", "--commands", "600"]);
    let script = r"
        mount -t tmpfs -o size=1m tmpfs disk
        run first import commands.jsonl
        run before accounts --limit 100000
        run full import commands.jsonl
        run after accounts --limit 100000
        mount -o remount,size=64m disk
        run last import commands.jsonl
        run accounts accounts --limit 100000
    ";
    in_a_namespace(&bank, &[RUN, script].concat());
    let (code, first) = kept(&bank, "first");
    assert_eq!((code.as_str(), &first["stopped"]["code"]), ("1", &"DISK_FULL".into()), "{first}");
    let answered = |report: &Value| report["accepted"].as_u64().unwrap() + report["refused"].as_u64().unwrap();
    let executed = |report: &Value| answered(report) + report["not_executed"].as_u64().unwrap();
    assert!(answered(&first) > 0 && executed(&first) == 600, "{first}");

    let (_, full) = kept(&bank, "full");
    assert_eq!((&full["stopped"]["code"], &full["events"]), (&"DISK_FULL".into(), &0.into()), "{full}");
    assert_eq!(kept(&bank, "before"), kept(&bank, "after"), "a command that does not fit changes nothing");

    let (_, last) = kept(&bank, "last");
    assert_eq!((&last["stopped"], answered(&last)), (&Value::Null, 600), "{last}");
    assert_eq!((&last["refused"], &last["repeated"]), (&made["refused"], &first["accepted"]), "{last}");
    let (_, accounts) = kept(&bank, "accounts");
    assert_eq!(accounts.as_array().unwrap().len() as u64, made["accounts"].as_u64().unwrap());
}

#[test]
fn a_server_that_does_not_answer() {
    let bank = Bank::sqlite();
    // Port 1 is nobody's.
    let ran = bank.run(&["--database", "postgres://ada:secret@127.0.0.1:1/bank", "accounts"]);
    ran.fails(1, &["postgres://ada@127.0.0.1:1/bank can't be opened", "can't be reached", "server runs"]);
    assert!(!ran.stderr.contains("secret"), "{ran}");
}

#[test]
fn a_folder_that_is_not_there() {
    let bank = Bank::sqlite();
    let ran = bank.run(&["--database", "sqlite://no/such/folder/bank.db"]);
    ran.fails(1, &["sqlite://no/such/folder/bank.db can't be opened", "check that the folder exists"]);
}
