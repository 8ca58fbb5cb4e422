//! The bank's page in a browser.

use super::program::Bank;
use super::service::Service;
use crate::node::Package;

#[tokio::test]
async fn people_use_the_page() {
    let bank = Bank::sqlite();
    let service = Service::start(&bank, &["--sample-data"]);
    service.is_ready().await;
    let package = Package::installed("examples/bank/browser").await;
    let shots = bank.folder.path().join("shots");
    std::fs::create_dir(&shots).unwrap();
    let variables = [("BANK_URL", service.page()), ("SHOTS", shots.to_str().unwrap())];
    // Not `node --test`: that would be a process more, which outlives it when it is killed.
    package.run("node", &["--test-reporter=./failures.mjs", "page.test.mjs"], &variables).await;
    service.end();
}
