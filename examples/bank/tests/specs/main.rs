//! The rules of the bank, given-when-then.
#![expect(clippy::inconsistent_digit_grouping, reason = "amounts are written as dollars_cents")]

mod closing;
mod deposits;
mod emails;
mod evolution;
mod fees;
mod fraud;
mod given;
mod interest;
mod opening;
mod read_models;
mod shapes;
mod suspension;
mod withdrawals;
