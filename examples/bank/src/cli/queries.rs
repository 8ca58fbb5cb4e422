//! What is read from the read models.

mod fresh;
pub(crate) mod statement;
pub(crate) mod summaries;
pub(crate) mod summary;
pub(crate) mod totals;

use bank::domain::{Currency, Money};
use cqrs_runtime::prelude::*;

use super::failure::Failure;

/// How many rows are shown unless more are asked for.
const ROWS: u64 = 50;

/// A time as tables show it.
fn moment(time: DateTime<Utc>) -> String {
    time.format("%F %T").to_string()
}

/// An amount that was typed, in a currency.
fn amount(text: Option<&String>, currency: Currency) -> Result<Option<Money>, Failure> {
    Ok(text.map(|text| Money::parse(text, currency)).transpose()?)
}

/// What a list says below itself where it is not all there is.
fn shown(rows: usize, count: Option<u64>) -> String {
    let rows = rows as u64;
    match count {
        Some(count) if count > rows => format!("{rows} of {count}; --limit and --offset show others\n"),
        _ => String::new(),
    }
}
