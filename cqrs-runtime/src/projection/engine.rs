//! Keeping the rows of one generation up to date: catching up and following are one and the same loop.

mod error;
mod forward;
mod letters;
mod options;
mod page;
mod replay;
mod retry;
mod sharing;
mod size;
mod worker;

pub use self::error::EngineError;
pub(crate) use self::letters::are_at_rest;
pub use self::options::{EngineOptions, InvalidOptions, RetryPolicy};
pub(crate) use self::replay::{Goal, Replayed, goals};
pub(crate) use self::worker::{Progress, Worker};
