//! `bank` without a command: the bank as a service.

mod page;
mod principals;
mod ready;
mod sample;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use cqrs_runtime::prelude::*;
use cqrs_runtime::server::{Server, ServerOptions};
use tokio::net::TcpListener;

use self::principals::Served;
use super::bank::Bank;
use super::failure::Failure;
use super::output::{Output, table};
use super::tokens::TokenKey;

#[derive(Args)]
pub(crate) struct Serve {
    /// Where the service is reached
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", help_heading = "Without a command")]
    listen: SocketAddr,
    /// Fill an empty bank with made-up accounts first, without asking
    #[arg(long, help_heading = "Without a command")]
    sample_data: bool,
    /// Serve only who shows a token that is signed with the key in this file: `bank token` prints some
    #[arg(long, value_name = "FILE", env = "BANK_TOKEN_KEY", help_heading = "Without a command")]
    token_key: Option<PathBuf>,
}

/// Where everything is.
#[derive(Serialize)]
struct Addresses<'b> {
    page: String,
    graphql: String,
    websocket: String,
    health: String,
    readiness: String,
    metrics: String,
    database: &'b str,
}

impl Serve {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let principals = match &self.token_key {
            None => Served::Everybody,
            Some(path) => Served::Known(TokenKey::read(path)?),
        };
        sample::offer(bank, self.sample_data).await?;
        let listener = TcpListener::bind(self.listen).await;
        let listener = listener.map_err(|source| Failure::Listen { address: self.listen, source })?;
        let application = bank.application();
        let read_models = application.read_models();
        read_models.prepare().await?;
        let schema = bank::schema(&application)?;
        let address = listener.local_addr().map_err(|source| Failure::Listen { address: self.listen, source })?;
        let mut options = ServerOptions::default();
        if self.token_key.is_none() && address.ip().is_loopback() {
            // Everybody is a teller who reaches it: not the pages of others in a browser on this machine.
            options.hosts = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).to_vec();
        }
        let server = Server::new(schema)
            .options(options)
            .authenticate(principals)
            .ready("read models", ready::read_models(read_models.clone()))
            .routes(page::routes());
        let projecting = read_models.start();
        let addresses = Addresses::of(address, &bank.address);
        output.answer(&addresses, || addresses.prose())?;
        let drained = server.serve(listener, stopped()).await;
        // What is under way is completed, and other processes need not wait for leases to end.
        projecting.stop().await;
        drained.map_err(Failure::Drain)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl<'b> Addresses<'b> {
    fn of(address: SocketAddr, database: &'b str) -> Self {
        Self {
            page: format!("http://{address}/"),
            graphql: format!("http://{address}/graphql"),
            websocket: format!("ws://{address}/graphql"),
            health: format!("http://{address}/healthz"),
            readiness: format!("http://{address}/readyz"),
            metrics: format!("http://{address}/metrics"),
            database,
        }
    }

    fn prose(&self) -> String {
        let mut table = table(["the bank", &self.page]);
        let rows = [
            ("GraphQL, and a page to try it", &self.graphql),
            ("subscriptions", &self.websocket),
            ("health", &self.health),
            ("readiness", &self.readiness),
            ("metrics", &self.metrics),
        ];
        for (what, address) in rows {
            table.add_row([what, address]);
        }
        table.add_row(["database", self.database]);
        format!("{table}\nCtrl-C ends it. `bank --help` says what else there is.\n")
    }
}

/// Waits for Ctrl-C, or for what a service manager sends.
async fn stopped() {
    tokio::select! {
        () = interrupted() => {}
        () = terminated() => {}
    }
}

async fn interrupted() {
    let waited: io::Result<()> = tokio::signal::ctrl_c().await;
    if waited.is_err() {
        // Nobody can interrupt it in this way; there are others.
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
