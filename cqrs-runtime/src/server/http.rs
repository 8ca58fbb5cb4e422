//! GraphQL over HTTP: what may be asked how, and what is answered.

mod accept;
mod handler;
mod read;
mod write;

pub(super) use handler::graphql;
