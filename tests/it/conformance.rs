//! The conformance suite on every store.

mod memory;
mod postgres;
pub(crate) mod reference;
mod sqlite;
