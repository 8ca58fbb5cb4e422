//! Event-sourced bank accounts.
//!
//! [`domain`] is the bank, [`read_models`] is what it is asked about; the program `bank` is its service and its command line.

pub mod domain;
pub mod read_models;

use cqrs_runtime::bounded_context::Application;
use cqrs_runtime::graphql::{Schema, SchemaError};
use cqrs_runtime::prelude::*;

use self::domain::Account;
use self::read_models::{AccountStatement, AccountSummary, DailyTotal};

/// Accounts that hold money.
#[derive(BoundedContext)]
#[context(aggregates(Account), read_models(AccountSummary, AccountStatement, DailyTotal))]
pub struct Bank;

/// The GraphQL schema of the bank.
///
/// # Errors
/// When several parts of it would have one name.
pub fn schema(bank: &Application<Bank>) -> Result<Schema, SchemaError> {
    Schema::of(bank).build()
}
