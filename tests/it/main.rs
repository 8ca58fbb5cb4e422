//! Tests across the crates, in one binary.

mod layers;
mod listings;
mod workspace;
