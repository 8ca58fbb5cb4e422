//! The bank as a service: started as its users start it, asked over the network.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::program::Bank;
use crate::server::client::{RESPONSE, Reply, get, post, send};

/// A service that runs until it is told to end, or the value is dropped.
pub(super) struct Service {
    child: Child,
    addresses: Value,
}

impl Service {
    /// At a free port of this machine, over the bank's database.
    pub(super) fn start(bank: &Bank, arguments: &[&str]) -> Self {
        Self::start_at(bank, "127.0.0.1:0", arguments)
    }

    /// At an address, over the bank's database.
    pub(super) fn start_at(bank: &Bank, address: &str, arguments: &[&str]) -> Self {
        let mut command = bank.command();
        command.args(["--listen", address, "--json"]).args(arguments);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut document = String::new();
        while !document.ends_with("}\n") {
            assert_ne!(output.read_line(&mut document).unwrap(), 0, "it has ended: {document}");
        }
        let addresses = serde_json::from_str(&document).unwrap();
        child.stdout = Some(output.into_inner());
        Self { child, addresses }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.page().trim_start_matches("http://").trim_end_matches('/').parse().unwrap()
    }

    /// Where people reach it.
    pub(super) fn page(&self) -> &str {
        self.addresses["page"].as_str().unwrap()
    }

    /// Where programs reach it.
    pub(super) fn graphql(&self) -> &str {
        self.addresses["graphql"].as_str().unwrap()
    }

    /// Waits until its read models serve.
    pub(super) async fn is_ready(&self) {
        while get(self.address(), "/readyz", "*/*").await.status != 200 {}
    }

    pub(super) async fn ask(&self, query: &str) -> Value {
        let reply = post(self.address(), RESPONSE, json!({ "query": query }).to_string().as_bytes()).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["data"].clone()
    }

    /// The answer to whoever shows a token, errors and all.
    pub(super) async fn answer_to(&self, token: &str, query: &str) -> Reply {
        let body = json!({ "query": query }).to_string();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n",
            body.len()
        );
        send(self.address(), &head, body.as_bytes()).await
    }

    /// A number that `/metrics` tells.
    pub(super) async fn metric(&self, name: &str) -> u64 {
        let told = get(self.address(), "/metrics", "*/*").await;
        let mut lines = told.text().lines().filter_map(|line| line.split_once(' '));
        lines.find(|(found, _)| *found == name).expect("it is told").1.parse().unwrap()
    }

    /// The memory that is resident, in bytes.
    pub(super) fn resident(&self) -> usize {
        self.memory("VmRSS:")
    }

    /// The most memory that ever was resident, in bytes.
    pub(super) fn peak(&self) -> usize {
        self.memory("VmHWM:")
    }

    fn memory(&self, name: &str) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("it is told");
        line.trim().trim_end_matches("kB").trim().parse::<usize>().unwrap() << 10
    }

    /// Ends it as a service manager does; nothing else has been said on standard output.
    pub(super) fn end(self) {
        self.tell_to_end();
        self.ended();
    }

    pub(super) fn tell_to_end(&self) {
        let kill = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(kill.success());
    }

    /// Once it was told to end.
    pub(super) fn ended(mut self) {
        assert!(self.child.wait().unwrap().success(), "it has completed what was under way");
        let mut rest = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }

    /// Ends it as a failing machine does: in the middle of what it does.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
