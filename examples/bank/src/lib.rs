//! Event-sourced bank accounts.
//!
//! [`domain`] is the bank; the program `bank` is its command line.

pub mod domain;
