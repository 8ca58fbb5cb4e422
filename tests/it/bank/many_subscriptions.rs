//! A thousand subscriptions, of which those of one client are not read: what that costs, and whom.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::program::Bank;
use super::service::Service;
use crate::database::{Database, on_both};
use crate::projecting::killed::LONG;
use crate::server::socket::Socket;

/// So many clients, with as many subscriptions each as one may have: one reads nothing.
const CLIENTS: usize = 10;
const EACH: usize = 100;
/// Of these, so many follow rows.
const ROWS: usize = 10;
const ACCOUNTS: usize = 10;
/// Deposits to each account while all of this goes on.
const DEPOSITS: u64 = 3;
/// What there is to read for who reads nothing: 12 MiB for each of its subscriptions.
const BACKLOG: usize = 200;
const SIZE: usize = 60 << 10;
/// What the service may take for all of it.
const MEMORY: usize = 128 << 20;

on_both! {
    in_threads
    one_who_reads_nothing_is_cut_off_and_nobody_else_notices
}

async fn one_who_reads_nothing_is_cut_off_and_nobody_else_notices(database: Database) {
    let bank = Bank::over(database);
    let accounts: Vec<String> = (0..=ACCOUNTS).map(|_| bank.open("100")).collect();
    let (long, accounts) = accounts.split_last().unwrap();
    fill(&bank, long);
    let service = Service::start(&bank, &[]);
    service.is_ready().await;
    let address = service.address();
    let before = service.resident();

    let mut slow = Socket::ready(address).await;
    for id in 0..EACH {
        let query = format!("subscription {{ accountEvents(id: \"{long}\") {{ {EVENT} }} }}");
        slow.subscribe(&id.to_string(), &query).await;
    }
    let mut clients = JoinSet::new();
    for _ in 1..CLIENTS {
        clients.spawn(reads_all(address, accounts.to_vec()));
    }
    for number in 1..=DEPOSITS {
        for account in accounts {
            let input = format!("{{ accountId: \"{account}\", amount: {{ amount: \"{number}\", currency: USD }} }}");
            let answer = service.ask(&format!("mutation {{ deposit(input: {input}) {{ version }} }}")).await;
            assert_eq!(answer["deposit"]["version"], (number + 2).to_string());
        }
    }
    while let Some(read) = clients.join_next().await {
        read.unwrap();
    }
    // Those that have read all are gone; this one has to be cut off.
    let cut_off = async {
        while service.metric("graphql_sockets").await > 0 {
            sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(LONG, cut_off).await.expect("the slow client is cut off");
    let taken = service.peak() - before;
    assert!(taken <= MEMORY, "{} MiB", taken >> 20);
    // What it had been sent is there to be read, in order; the rest it gets with the cursor of the last.
    let last = read_before_the_end(&mut slow).await;
    let mut again = Socket::ready(address).await;
    let after = &last["metadata"]["cursor"];
    let query = format!("subscription {{ accountEvents(id: \"{long}\", after: {after}) {{ {EVENT} }} }}");
    again.subscribe("again", &query).await;
    let next = &again.hear().await["payload"]["data"]["accountEvents"];
    assert_eq!(version(next), version(&last) + 1);
    drop(again);
    service.end();
}

const EVENT: &str = "__typename metadata { version cursor } ... on MoneyDeposited { description }";

/// Deposits with long descriptions.
fn fill(bank: &Bank, account: &str) {
    let description = "x".repeat(SIZE);
    let amount = json!({ "minor": 1, "currency": "USD" });
    let input = json!({ "account_id": account, "amount": amount, "description": description });
    let line = json!({ "command": "Deposit", "input": input }).to_string();
    bank.write("deposits.jsonl", &vec![&*line; BACKLOG]);
    let report = bank.json(&["import", "deposits.jsonl"]);
    assert_eq!(report["accepted"], BACKLOG);
}

fn version(event: &Value) -> u64 {
    event["metadata"]["version"].as_str().unwrap().parse().unwrap()
}

/// A client that reads whatever comes, until all has come: the events of each account in order, each once, and the last
/// state of each row.
async fn reads_all(address: SocketAddr, accounts: Vec<String>) {
    let last = DEPOSITS + 2;
    let balance = format!("{}.00", 100 + (1..=DEPOSITS).sum::<u64>());
    let mut socket = Socket::ready(address).await;
    let followed: Vec<&String> = accounts.iter().cycle().take(EACH).collect();
    for (id, account) in followed.iter().enumerate() {
        let query = if id < ROWS {
            "subscription { accountSummaryChanged { row { accountId balance { amount } } } }".to_owned()
        } else {
            format!("subscription {{ accountEvents(id: \"{account}\") {{ {EVENT} }} }}")
        };
        socket.subscribe(&id.to_string(), &query).await;
    }
    let mut seen = [0; EACH];
    let mut rows = vec![BTreeMap::new(); ROWS];
    let shows_all = |rows: &BTreeMap<String, Value>| accounts.iter().all(|id| rows.get(id) == Some(&json!(balance)));
    while seen[ROWS..].iter().any(|version| *version < last) || !rows.iter().all(shows_all) {
        let message = socket.hear().await;
        let id: usize = message["id"].as_str().unwrap().parse().unwrap();
        let data = &message["payload"]["data"];
        if id < ROWS {
            let row = &data["accountSummaryChanged"]["row"];
            let account = row["accountId"].as_str().map(str::to_owned);
            rows[id].extend(account.map(|account| (account, row["balance"]["amount"].clone())));
        } else {
            seen[id] += 1;
            assert_eq!(version(&data["accountEvents"]), seen[id], "{message:#}");
        }
    }
}

/// The last event that a subscription of a client got before the connection was ended, whose events are in order.
async fn read_before_the_end(socket: &mut Socket) -> Value {
    let mut seen: BTreeMap<String, Value> = BTreeMap::new();
    while let Some(message) = socket.hear_or_end().await {
        let id = message["id"].as_str().unwrap().to_owned();
        let event = message["payload"]["data"]["accountEvents"].clone();
        let before = seen.get(&id).map_or(0, version);
        assert_eq!(version(&event), before + 1);
        seen.insert(id, event);
    }
    seen.into_values().next().expect("something has come")
}
