//! The generated API, served as the bank serves its own.

use async_trait::async_trait;
use cqrs_runtime::bounded_context::Application;
use cqrs_runtime::graphql::Schema;
use cqrs_runtime::principal::Principal;
use cqrs_runtime::server::{Authenticate, AuthenticationError, Credentials, Server};
use cqrs_runtime::store::EventStore;
use tokio::net::TcpListener;

use super::card::Counter;
use super::contestant::told_to_end;
use crate::Error;
use crate::database::Address;
use crate::log;

/// Whoever asks is a teller, as where the bank has no key.
struct Teller;

#[async_trait]
impl Authenticate for Teller {
    async fn authenticate(&self, _: Credentials<'_>) -> Result<Option<Principal>, AuthenticationError> {
        Ok(Some(Principal::default().role("teller")))
    }
}

/// A store with accounts.
pub(super) async fn fill(address: &Address, accounts: u64, per_account: u64) -> Result<EventStore, Error> {
    let store = EventStore::open(&address.to_string()).await?;
    log::fill(&store, accounts * per_account, per_account).await?;
    Ok(store)
}

pub(super) async fn serve(address: &Address) -> Result<(), Error> {
    let store = EventStore::open(&address.to_string()).await?;
    let counter = Application::<Counter>::new(store.clone());
    counter.read_models().prepare().await?;
    let server = Server::new(Schema::of(&counter).build()?).authenticate(Teller);
    let projecting = counter.read_models().start();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    server.serve(listener, told_to_end()).await?;
    projecting.stop().await;
    store.close().await;
    Ok(())
}
