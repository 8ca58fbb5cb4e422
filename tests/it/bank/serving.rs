//! What the bank serves, and when it does not.

use serde_json::json;

use super::program::Bank;
use super::service::Service;
use crate::server::client::get;

async fn serves(bank: Bank) {
    let service = Service::start(&bank, &[]);
    assert_eq!(get(service.address(), "/healthz", "*/*").await.text(), "ok");
    service.is_ready().await;
    // Without a terminal, nobody is asked, and nothing is added.
    assert_eq!(
        service.ask("{ accountSummaries { totalCount } }").await,
        json!({ "accountSummaries": { "totalCount": "0" } })
    );
    let id = bank.open("100");
    let query = format!("{{ account(id: \"{id}\") {{ balance {{ amount currency }} }} }}");
    let expected = json!({ "account": { "balance": { "amount": "100.00", "currency": "USD" } } });
    assert_eq!(service.ask(&query).await, expected);
    let page = get(service.address(), "/", "text/html").await;
    assert!(page.text().contains("<title>") && page.header("content-security-policy").is_some());
    let metrics = get(service.address(), "/metrics", "*/*").await;
    assert!(metrics.text().contains("graphql"), "{}", metrics.text());
    let unknown = get(service.address(), "/page/nothing.js", "*/*").await;
    assert_eq!(unknown.status, 404);
    service.end();
}

#[tokio::test]
async fn on_sqlite() {
    serves(Bank::sqlite()).await;
}

#[tokio::test]
async fn on_postgres() {
    serves(Bank::postgres().await).await;
}

#[tokio::test]
async fn sample_data_is_added_once() {
    let bank = Bank::sqlite();
    let service = Service::start(&bank, &["--sample-data"]);
    let count = "{ accountSummaries { totalCount } }";
    service.is_ready().await;
    let first = service.ask(count).await;
    assert_ne!(first["accountSummaries"]["totalCount"], "0");
    service.end();
    let again = Service::start(&bank, &["--sample-data"]);
    again.is_ready().await;
    assert_eq!(again.ask(count).await, first);
    again.end();
}

#[tokio::test]
async fn an_address_that_is_taken_is_told() {
    let bank = Bank::sqlite();
    let service = Service::start(&bank, &[]);
    let address = service.address().to_string();
    bank.run(&["--listen", &address]).fails(1, &["nothing can be served at", &address, "--listen"]);
    service.end();
}
