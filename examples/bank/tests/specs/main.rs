//! The rules of the bank, given-when-then.

mod closing;
mod deposits;
mod emails;
mod evolution;
mod fees;
mod fraud;
mod given;
mod interest;
mod opening;
mod shapes;
mod suspension;
mod withdrawals;
