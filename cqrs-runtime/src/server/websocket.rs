//! The subprotocol `graphql-transport-ws` of the npm package `graphql-ws`.

mod close;
mod message;
mod operations;
mod session;
mod upgrade;

pub(super) use upgrade::{is_asked_for, upgrade};
