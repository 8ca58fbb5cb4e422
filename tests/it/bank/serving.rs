//! What the bank serves, and when it does not.

use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::program::Bank;
use super::service::Service;
use super::terminal;
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

/// Somebody holds what the projections have to write.
#[tokio::test]
async fn who_is_far_behind_is_not_ready() {
    let bank = Bank::postgres().await;
    let service = Service::start(&bank, &[]);
    service.is_ready().await;
    let other = sea_orm::Database::connect(&bank.database.url).await.unwrap();
    let holding = other.begin().await.unwrap();
    holding.execute_unprepared("LOCK TABLE cqrs_checkpoints IN SHARE MODE").await.unwrap();
    terminal::fill(&bank).await;
    let told = get(service.address(), "/readyz", "*/*").await;
    assert_eq!(told.status, 503);
    assert!(told.text().contains(" events behind"), "{}", told.text());
    holding.rollback().await.unwrap();
    service.is_ready().await;
    service.end();
}

/// As a page asks that has given a name of its own the address of this machine.
#[tokio::test]
async fn no_other_host_is_served_to_everybody() {
    let bank = Bank::sqlite();
    let service = Service::start(&bank, &[]);
    service.is_ready().await;
    let port = service.address().port();
    let status = async |host: &str| {
        let mut connection = TcpStream::connect(service.address()).await.unwrap();
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer.split(' ').nth(1).map(str::to_owned).unwrap()
    };
    for host in ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"] {
        assert_eq!(status(&format!("{host}:{port}")).await, "200", "{host}");
    }
    for host in ["evil.example", "localhost.evil.example", ""] {
        assert_eq!(status(host).await, "421", "{host}");
    }
    service.end();
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
