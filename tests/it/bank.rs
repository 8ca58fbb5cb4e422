//! The bank's program, run as its users run it.
#![expect(clippy::inconsistent_digit_grouping, reason = "amounts are written as dollars_cents")]

mod answers;
mod bad_input;
mod clients;
mod damaged;
mod earlier;
mod generations;
mod held_back;
mod import;
mod known;
mod many_sockets;
mod many_subscriptions;
mod normal;
mod page;
pub(crate) mod program;
mod questions;
mod service;
mod serving;
mod terminal;
mod unwritable;
mod wrong;
