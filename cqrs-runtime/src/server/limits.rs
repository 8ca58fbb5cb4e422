//! What a document may ask for, counted before anything walks it: a walk that follows each spread of each fragment takes
//! exponential time over a chain of fragments that spread the next one twice.

mod cost;
mod tokens;

pub(super) use cost::{Walk, check};
pub(super) use tokens::check_tokens;
