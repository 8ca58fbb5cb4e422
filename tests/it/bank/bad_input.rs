//! What is typed wrong, or refused: an error that says so, and nothing is written.

use super::program::{Bank, Ran, transcript};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

fn refusals(bank: &Bank) -> Vec<Ran> {
    let id = &bank.open("100");
    let open = ["open", "--owner", "Ada", "--email", "ada@example.org", "--deposit"];
    let runs = vec![
        bank.run(&["deposit", id, "12.505"]),
        bank.run(&["deposit", id, "lots"]),
        bank.run(&["deposit", id, "-5"]),
        bank.run(&["deposit", id, "5", "--currency", "EUR"]),
        bank.run(&["deposit", id, "5", "--currency", "XXX"]),
        bank.run(&["deposit", id, "92233720368547758.07"]),
        bank.run(&["deposit", id, "92233720368547758.08"]),
        bank.run(&["deposit", NOBODY, "5"]),
        bank.run(&["suspend", NOBODY, "--reason", "why not"]),
        bank.run(&["deposit", "ada", "5"]),
        bank.run(&["deposit", id, "5", "--expected-version", "1"]),
        bank.run(&["deposit", id, "5", "--idempotency-key", ""]),
        bank.run(&["interest", id, "1.255"]),
        bank.run(&["interest", id, "101"]),
        bank.run(&["state", id, "--as-of", "yesterday"]),
        bank.run(&[&open[..], &["5"]].concat()),
        bank.run(&[&open[..], &["100", "--id", id]].concat()),
        bank.run(&["history", NOBODY]),
        bank.run(&["frobnicate"]),
        bank.run(&["--database", "mysql://me:secret@host/bank"]),
        bank.run(&["--limits", "none.json"]),
        bank.run(&["frobnicate", "--json"]),
        bank.run(&["history", NOBODY, "--json"]),
        bank.run(&["deposit", id, "12.505", "--json"]),
        bank.run(&["withdraw", id, "1000", "--json"]),
    ];
    assert_eq!(bank.json(&["state", id])["version"], 2, "nothing was written");
    runs
}

fn told(bank: &Bank) {
    let runs = refusals(bank);
    for ran in &runs {
        assert!(matches!(ran.code, Some(1 | 2)), "{ran}");
        assert!(!ran.stderr.contains("secret"), "{ran}");
    }
    insta::assert_snapshot!("refusals", transcript(&runs));
}

#[test]
fn refusals_on_sqlite() {
    told(&Bank::sqlite());
}

#[tokio::test]
async fn refusals_on_postgres() {
    told(&Bank::postgres().await);
}
