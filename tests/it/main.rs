//! Tests across the crates, in one binary.

mod conformance;
mod layers;
mod listings;
mod workspace;
