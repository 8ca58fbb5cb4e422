//! As many websockets as the service grants, idle: what they cost, and what one too many is told.

use std::net::SocketAddr;

use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::task::JoinSet;

use super::program::Bank;
use super::service::Service;
use crate::server::client::query;
use crate::server::socket::{PROTOCOL, Socket, complete, next};

const IDLE: usize = 10_000;
/// The default of `sockets.open`.
const GRANTED: usize = 12_000;
/// What the service may take for an idle socket, with its connection and its task.
const EACH: usize = 24 << 10;
/// How many are opened at a time; the client has three seconds to introduce itself.
const AT_ONCE: usize = 64;

const QUESTION: &str = "{ accountSummaries { totalCount } }";

/// Sockets whose clients want nothing, but answer pings.
#[derive(Default)]
struct Crowd(JoinSet<u16>);

impl Crowd {
    async fn grow(&mut self, address: SocketAddr, to: usize) {
        let mut opened = stream::iter(self.0.len()..to).map(|_| Socket::ready(address)).buffer_unordered(AT_ONCE);
        while let Some(mut socket) = opened.next().await {
            self.0.spawn(async move { socket.closed().await });
        }
    }
}

/// Each is an open file here, and one of the service, which inherits the limit.
fn allow_files(needed: usize) {
    let (soft, hard) = rlimit::Resource::NOFILE.get().unwrap();
    let needed = needed as u64;
    assert!(
        hard >= needed,
        "this test needs {needed} open files, and the hard limit is {hard}: raise it, as root with `ulimit -Hn {needed}`, \
         for a service with `LimitNOFILE=`, for a container with `--ulimit nofile=`"
    );
    rlimit::Resource::NOFILE.set(soft.max(needed), hard).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_ones_cost_little_and_one_too_many_is_refused() {
    allow_files(GRANTED + 1_000);
    let bank = Bank::sqlite();
    bank.open("100");
    let service = Service::start(&bank, &[]);
    service.is_ready().await;
    let address = service.address();
    let answer = json!({ "accountSummaries": { "totalCount": "1" } });
    while service.ask(QUESTION).await != answer {}
    let mut crowd = Crowd::default();
    // What is taken once is not counted for each.
    crowd.grow(address, AT_ONCE).await;
    let before = service.resident();
    crowd.grow(address, IDLE).await;
    let each = service.resident().saturating_sub(before) / (IDLE - AT_ONCE);
    assert!(each <= EACH, "{each} bytes of memory for each idle socket");

    assert_eq!(service.ask(QUESTION).await, answer);
    let mut socket = Socket::ready(address).await;
    socket.subscribe("1", QUESTION).await;
    assert_eq!(socket.hear().await, next("1", &answer));
    assert_eq!(socket.hear().await, complete("1"));

    crowd.grow(address, GRANTED - 1).await;
    assert_eq!(service.metric("graphql_sockets").await, GRANTED as u64);
    let refused = Socket::open(address, &[("sec-websocket-protocol", PROTOCOL)]).await;
    assert_eq!(refused.err(), Some(503));
    assert_eq!(query(address, QUESTION).await.json()["data"], answer);

    service.tell_to_end();
    assert_eq!(socket.closed().await, 1001);
    while let Some(code) = crowd.0.join_next().await {
        assert_eq!(code.unwrap(), 1001);
    }
    service.ended();
}
