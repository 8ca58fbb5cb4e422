//! The conformance suite on every store.

mod memory;
mod postgres;
mod reference;
mod sqlite;
