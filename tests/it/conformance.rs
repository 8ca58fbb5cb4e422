//! The conformance suite on every store.

mod memory;
mod sqlite;
