//! The bank's page in a browser.

use super::program::Bank;
use super::service::Service;
use crate::node::Package;

#[tokio::test]
async fn people_use_the_page() {
    let (bank, keyed) = (Bank::sqlite(), Bank::sqlite());
    keyed.write("key", &["a key of more than thirty-two bytes"]);
    keyed.write("other-key", &["another key of more than thirty-two bytes"]);
    let service = Service::start(&bank, &["--sample-data"]);
    let known = Service::start(&keyed, &["--sample-data", "--token-key", "key"]);
    service.is_ready().await;
    known.is_ready().await;
    let package = Package::installed("examples/bank/browser").await;
    let shots = bank.folder.path().join("shots");
    std::fs::create_dir(&shots).unwrap();
    let tokens = [
        ("TELLER_TOKEN", token(&keyed, "key", ["Tom Teller", "teller"], &[])),
        ("CUSTOMER_TOKEN", token(&keyed, "key", ["Ada Lovelace", "customer"], &[])),
        ("EXPIRED_TOKEN", token(&keyed, "key", ["Tom Teller", "teller"], &["--now", "2026-01-01T00:00:00Z"])),
        ("FOREIGN_TOKEN", token(&keyed, "other-key", ["Tom Teller", "teller"], &[])),
    ];
    let mut variables =
        vec![("BANK_URL", service.page()), ("KEYED_URL", known.page()), ("SHOTS", shots.to_str().unwrap())];
    variables.extend(tokens.iter().map(|(name, token)| (*name, token.as_str())));
    // Not `node --test`: that would be a process more, which outlives it when it is killed.
    package.run("node", &["--test-reporter=./failures.mjs", "page.test.mjs"], &variables).await;
    service.end();
    known.end();
}

fn token(bank: &Bank, key: &str, [subject, role]: [&str; 2], more: &[&str]) -> String {
    let arguments = ["token", "--token-key", key, "--subject", subject, "--role", role];
    let token = bank.json(&[&arguments, more].concat());
    token.as_str().unwrap().to_owned()
}
