//! Read models keep their promises when processes are killed and paused, when the server crashes, and while they are
//! rebuilt: each table is compared with a plain fold of the log, cell for cell, up to the checkpoints beside it.

mod batches;
mod beside;
mod busy;
mod controlling;
mod documents;
mod fenced;
mod fold;
mod held_back;
pub(crate) mod killed;
mod lagging;
mod moving;
mod rebuilding;
mod restarts;
mod restless;
mod resuming;
mod shared;
pub(crate) mod steps;
mod stopping;
mod stumbling;
mod tables;
mod takeover;
mod turnover;
mod verifying;
mod workers;
