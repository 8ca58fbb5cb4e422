//! Orders of customers, and what is kept of them: the read models of the tests that kill, pause and rebuild.

mod domain;
mod random;
mod read_models;
mod turnover;

pub use self::domain::{
    Customer, CustomerId, CustomerLeft, CustomerRenamed, Order, OrderCancelled, OrderId, OrderPaid, OrderPlaced,
};
pub use self::random::Shop;
pub use self::read_models::{CustomerName, CustomerOrder, OpenAmount, Payment};
pub use self::turnover::Turnover;

use std::time::Duration;

use cqrs_runtime::projection::{EngineOptions, ReadModels, RetryPolicy};
use cqrs_runtime::store::EventStore;

/// Both read models, in small batches, with leases that end soon; what has failed is not tried again by itself.
#[must_use]
pub fn read_models(store: EventStore, lease_time: Duration, batch_events: usize) -> ReadModels {
    by_workers(store, lease_time, batch_events, 1)
}

/// The same, by so many workers of each process.
#[must_use]
pub fn by_workers(store: EventStore, lease_time: Duration, batch_events: usize, workers: u32) -> ReadModels {
    let retry = RetryPolicy { attempts: 1, ..RetryPolicy::default() };
    let options =
        EngineOptions { lease_time, batch_events, workers, rows_in_memory: 100, retry, ..EngineOptions::default() };
    ReadModels::new(store).with::<CustomerOrder>().with::<Payment>().options(options)
}
