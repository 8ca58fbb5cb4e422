//! The server, over real connections, with a small schema of its own.

mod authentication;
mod chain;
pub(crate) mod client;
mod drain;
mod events;
mod health;
mod http;
mod limits;
mod npm;
mod order;
mod pages;
mod persisted;
mod schema;
pub(crate) mod socket;
mod socket_limits;
mod websocket;
