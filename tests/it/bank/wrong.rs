//! What goes wrong with requests to the service, and what is said of it.

use serde_json::{Value, json};

use super::program::Bank;
use super::service::Service;
use crate::database::{Database, on_both};
use crate::server::client::{RESPONSE, Reply, get, post};
use crate::server::socket::Socket;

on_both! {
    in_threads
    a_database_that_fails_is_not_described
    numbers_that_are_too_large_are_named
}

async fn ask(service: &Service, document: &str) -> Reply {
    post(service.address(), RESPONSE, json!({ "query": document }).to_string().as_bytes()).await
}

/// Nothing of the database, of files, or of the sources.
fn tells_nothing(text: &str, bank: &Bank) {
    let lower = text.to_lowercase();
    let folder = bank.database.path().to_lowercase();
    for inside in ["sql", "select", "cqrs_", "no such", "does not exist", "relation", "sea_orm", ".rs", &folder] {
        assert!(!lower.contains(inside), "{inside:?} is told: {text}");
    }
}

/// The tables are gone under a service that runs.
async fn a_database_that_fails_is_not_described(database: Database) {
    let bank = Bank::over(database);
    let id = bank.open("100");
    let service = Service::start(&bank, &[]);
    service.is_ready().await;
    bank.database.execute("ALTER TABLE cqrs_events RENAME TO gone; ALTER TABLE cqrs_generations RENAME TO lost").await;
    let deposit = format!("deposit(input: {{ accountId: \"{id}\", amount: {{ amount: \"1\", currency: USD }} }})");
    let documents = [
        format!("{{ account(id: \"{id}\") {{ version }} }}"),
        format!("{{ account(id: \"{id}\", asOf: {{ version: \"1\" }}) {{ version }} }}"),
        format!("{{ accountEvents(id: \"{id}\") {{ nodes {{ __typename }} }} }}"),
        format!("{{ accountSummary(id: \"{id}\") {{ owner }} }}"),
        "{ accountSummaries { totalCount nodes { owner } } }".to_owned(),
        "{ accountSummaries(minPosition: \"9\") { totalCount } }".to_owned(),
        format!("mutation {{ {deposit} {{ version }} }}"),
    ];
    for document in &documents {
        let reply = ask(&service, document).await;
        let body = reply.json();
        assert!(body["errors"][0]["extensions"]["code"].is_string(), "{document}: {body}");
        tells_nothing(reply.text(), &bank);
    }
    let mut socket = Socket::ready(service.address()).await;
    socket.subscribe("rows", "subscription { accountSummaryChanged { kind } }").await;
    let told = socket.hear().await;
    assert!(told.to_string().contains("errors") || told["type"] == "error", "{told}");
    tells_nothing(&told.to_string(), &bank);
    let ready = get(service.address(), "/readyz", "*/*").await;
    assert_eq!(ready.status, 503);
    tells_nothing(ready.text(), &bank);
}

async fn numbers_that_are_too_large_are_named(database: Database) {
    let bank = Bank::over(database);
    let id = bank.open("100");
    let service = Service::start(&bank, &[]);
    service.is_ready().await;
    let many = "9".repeat(40);
    let deposit = |amount: &str, more: &str| {
        format!(
            "mutation {{ it: deposit(input: {{ accountId: \"{id}\", amount: {{ amount: {amount}, currency: USD }} }}{more}) {{ version }} }}"
        )
    };
    let list = |arguments: &str| format!("{{ it: accountSummaries({arguments}) {{ totalCount }} }}");
    let documents = [
        list("first: 101"),
        list("first: -1"),
        list("first: 2147483648"),
        list(&format!("first: {many}")),
        list("minPosition: \"18446744073709551616\""),
        list("minPosition: \"-1\""),
        list(&format!("minPosition: {many}")),
        list("filter: { transactionCount: { eq: \"9223372036854775808\" } }"),
        list(&format!("filter: {{ balance: {{ gt: {{ amount: \"{many}\", currency: USD }} }} }}")),
        format!("{{ it: account(id: \"{id}\", asOf: {{ version: \"{many}\" }}) {{ version }} }}"),
        format!("{{ it: account(id: \"{id}\", asOf: {{ time: \"+{many}-01-01T00:00:00Z\" }}) {{ version }} }}"),
        deposit(&format!("\"{many}\""), ""),
        deposit(&format!("\"0.{many}\""), ""),
        deposit("\"92233720368547758.08\"", ""),
        deposit("1e400", ""),
        deposit("\"1\"", ", expectedVersion: \"18446744073709551616\""),
    ];
    for document in documents {
        let reply = ask(&service, &document).await;
        let body = reply.json();
        let code = body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned();
        let codes = ["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "TOO_COMPLEX"];
        let is_named = codes.contains(&code.as_str());
        assert!(is_named, "{document}: {body}");
        assert_eq!(body["data"].get("it").unwrap_or(&Value::Null), &Value::Null, "{document}: {body}");
    }
    let state = service.ask(&format!("{{ account(id: \"{id}\") {{ version }} }}")).await;
    assert_eq!(state["account"]["version"], "2", "nothing was done");
    service.end();
}
