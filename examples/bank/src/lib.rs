//! Event-sourced bank accounts.
//!
//! [`domain`] is the bank, [`read_models`] is what it is asked about; the program `bank` is its command line.

pub mod domain;
pub mod read_models;
