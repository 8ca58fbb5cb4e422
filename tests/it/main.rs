//! Tests across the crates, in one binary.

mod conformance;
mod derive;
mod layers;
mod listings;
mod workspace;
mod writer;
