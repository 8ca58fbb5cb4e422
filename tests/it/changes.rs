//! Who follows the rows of a read model has exactly those that there are.

mod back;
mod beginnings;
mod ends;
mod interleavings;
mod many;
mod mirrors;
mod outages;
mod processes;
mod told;

use std::collections::BTreeMap;
use std::time::Duration;

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{EngineOptions, QueryError, ReadModels, RetryPolicy, RowChange};
use cqrs_runtime::store::{Append, EventStore, ExpectedVersion, NewEvent, StreamKey};
use cqrs_tests::orders::{CustomerId, Order, OrderCancelled, OrderId, OrderPaid, OrderPlaced};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::time::timeout;

use crate::database::Database;
use crate::projecting::killed::LONG;

/// An order by how often something was paid for it: with each payment, it comes to satisfy a condition, or ceases to.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Order(OrderPlaced, OrderPaid, OrderCancelled)))]
pub(crate) struct Debt {
    /// The order.
    #[read_model(key)]
    pub(crate) order: OrderId,
    /// Whose it is.
    #[read_model(filter)]
    pub(crate) customer: CustomerId,
    /// Whether something was paid an odd number of times.
    #[read_model(filter)]
    pub(crate) odd: bool,
    /// How much.
    pub(crate) paid: i64,
}

impl Project<OrderPlaced> for Debt {
    fn project(row: &mut Row<Self>, event: &Recorded<OrderPlaced>) -> Result<(), ProjectionError> {
        let order = row.id()?;
        row.insert(|| Self { order, customer: event.customer.clone(), odd: false, paid: 0 })
    }
}

impl Project<OrderPaid> for Debt {
    fn project(row: &mut Row<Self>, event: &Recorded<OrderPaid>) -> Result<(), ProjectionError> {
        row.update(|debt| {
            debt.odd = !debt.odd;
            debt.paid += event.amount;
        })
    }
}

impl Project<OrderCancelled> for Debt {
    fn project(row: &mut Row<Self>, _: &Recorded<OrderCancelled>) -> Result<(), ProjectionError> {
        row.delete()
    }
}

/// The read model over a store of its own, as another process would have it.
async fn read_models(database: &Database, batch_events: usize) -> ReadModels {
    of_store(EventStore::open(&database.url).await.unwrap(), batch_events)
}

fn of_store(store: EventStore, batch_events: usize) -> ReadModels {
    let retry = RetryPolicy { attempts: 1, ..RetryPolicy::default() };
    let options =
        EngineOptions { lease_time: Duration::from_millis(400), batch_events, retry, ..EngineOptions::default() };
    ReadModels::new(store).with::<Debt>().options(options)
}

/// What happens to an order.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Placed(&'static str),
    Paid,
    Cancelled,
}
use Happens::{Cancelled, Paid, Placed};

fn event(order: &str, tenant: &str, happens: Happens) -> Append {
    let nobody: CustomerId = "nobody".parse().unwrap();
    let event = match happens {
        Placed(customer) => {
            let placed = OrderPlaced { customer: customer.parse().unwrap(), amount: 1, note: None };
            (OrderPlaced::NAME, serde_json::to_string(&placed))
        }
        Paid => (OrderPaid::NAME, serde_json::to_string(&OrderPaid { customer: nobody, amount: 1 })),
        Cancelled => (OrderCancelled::NAME, serde_json::to_string(&OrderCancelled { customer: nobody })),
    };
    let stream = StreamKey::new(Order::TYPE, order).of_tenant(tenant);
    Append::new(stream, ExpectedVersion::Any, vec![NewEvent::new(Uuid::now_v7(), event.0, event.1.unwrap())])
}

/// Lets it happen, of no tenant, and projects it.
async fn happen(read_models: &ReadModels, events: &[(&str, Happens)]) {
    for (order, happens) in events {
        read_models.store().append(event(order, "", *happens)).await.unwrap();
    }
    read_models.catch_up(LONG).await.unwrap();
}

type Changes<M> = BoxStream<'static, Result<RowChange<M>, QueryError>>;

/// What a consumer has.
struct Mirror<M: ReadModel> {
    changes: Changes<M>,
    rows: BTreeMap<M::Key, M>,
    resets: usize,
    upserts: usize,
    /// What was taken away without having been there.
    never_had: Vec<M::Key>,
}

impl<M: ReadModel + PartialEq + std::fmt::Debug> Mirror<M>
where
    M::Key: std::fmt::Debug,
{
    fn of(changes: Changes<M>) -> Self {
        Self { changes, rows: BTreeMap::new(), resets: 0, upserts: 0, never_had: Vec::new() }
    }

    async fn take(&mut self) {
        match self.changes.next().await.unwrap().unwrap() {
            RowChange::Reset => {
                self.rows.clear();
                self.resets += 1;
            }
            RowChange::Upsert { row, .. } => {
                self.upserts += 1;
                self.rows.insert(row.key(), row);
            }
            RowChange::Removed { key, .. } => {
                if self.rows.remove(&key).is_none() {
                    self.never_had.push(key);
                }
            }
        }
    }

    /// Takes changes until it has these rows.
    async fn comes_to(&mut self, rows: &[M]) {
        let rows: BTreeMap<_, _> = rows.iter().map(|row| (row.key(), row.clone())).collect();
        let comes = timeout(LONG, async {
            while self.resets == 0 || self.rows != rows {
                self.take().await;
            }
        });
        assert!(comes.await.is_ok(), "{:#?} should be {rows:#?}", self.rows);
    }
}

fn debt(order: &str, customer: &str, odd: bool, paid: i64) -> Debt {
    Debt { order: order.parse().unwrap(), customer: customer.parse().unwrap(), odd, paid }
}
