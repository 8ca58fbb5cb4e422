//! What the macros share; they don't import each other.

pub(crate) mod access;
pub(crate) mod args;
pub(crate) mod attributes;
pub(crate) mod deprecation;
pub(crate) mod derive;
pub(crate) mod docs;
pub(crate) mod errors;
pub(crate) mod expansion;
pub(crate) mod fallback;
pub(crate) mod input;
pub(crate) mod layout;
pub(crate) mod names;
pub(crate) mod serde;
pub(crate) mod source;
pub(crate) mod std_impls;
pub(crate) mod table;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod told;
