//! The commands of the command line, one file each, and what they share.

pub(crate) mod accounts;
pub(crate) mod amount;
pub(crate) mod bank;
pub(crate) mod dead_letters;
pub(crate) mod details;
pub(crate) mod drop_generation;
pub(crate) mod events;
pub(crate) mod execute;
pub(crate) mod failure;
pub(crate) mod generate;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod log;
pub(crate) mod movements;
pub(crate) mod open;
pub(crate) mod options;
pub(crate) mod output;
pub(crate) mod projections;
pub(crate) mod queries;
pub(crate) mod rebuild;
pub(crate) mod rebuild_progress;
pub(crate) mod rollback;
pub(crate) mod standing;
pub(crate) mod state;
pub(crate) mod verify;
pub(crate) mod welcome;
