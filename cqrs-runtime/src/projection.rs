//! Projections: what events make of the rows of a read model.
//!
//! [`Project`] says it for one event, row by row and without I/O. Events are folded in batches: all rows that a batch
//! touches are loaded in one query, changed in memory, and written together. A batch of any size gives exactly the rows of
//! one event after the other.

mod any;
mod cache;
mod changes;
mod engine;
mod error;
mod fold;
mod query;
mod read_models;
mod route;
mod row;
mod rows;
mod tables;
mod target;
mod transactional;

pub use self::any::{AnyChange, AnyQuery, AnyReadModel, AnyRow, AnyRows, WholeRow};
pub use self::changes::{ChangesFromNow, RowChange, RowChanges};
pub use self::engine::{EngineError, EngineOptions, InvalidOptions, RetryPolicy};
pub use self::error::{ProjectionError, RowName};
#[cfg(feature = "testing")]
pub(crate) use self::fold::{Folded, Folder, Loader, Parked, Prepared};
pub use self::query::{Filter, OrderBy, Query, QueryError, Rows};
pub use self::read_models::{
    CatchUpError, ColumnDifference, Difference, DifferenceKind, GenerationError, GenerationStatus, LettersError,
    ModelStatus, PrepareError, ReadModels, Readiness, RebuildError, RebuildOptions, RebuildProgress, Rebuilt, Running,
    Serving, Verified, VerifyError, VerifyOptions, VerifyProgress, VerifyStep, WaitError,
};
#[cfg(feature = "testing")]
pub(crate) use self::route::Routing;
pub use self::route::{Lookup, PartitionBy, PartitionKey, Projected, Projection, Route};
pub use self::row::{Keyed, Matching, Row};
#[cfg(feature = "testing")]
pub(crate) use self::rows::InRows;
pub use self::target::Part;
pub use self::transactional::{
    CreateTables, NewTables, ProjectInTransaction, ProjectionTable, ProjectionTransaction, TransactionalProjection,
    Written,
};
pub use crate::store::Sequence;

pub use crate::store::{DeadLetter, Generation, GenerationKey, GenerationState};

use crate::event::Recorded;
use crate::read_model::ReadModel;

/// What an event makes of the rows of a read model.
///
/// The function is run twice, first to learn which rows it needs; so it does nothing but change rows through `row`, and
/// returns what that returns. It asks no clock and no outside world: the same events always make the same rows.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// # #[derive(Id)]
/// # pub struct OrderId(Uuid);
/// # #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPlaced { pub customer: String }
/// # #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPaid { pub amount: Decimal }
/// # #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderCancelled;
/// # #[derive(Command, Clone, Debug, Serialize, Deserialize)]
/// # #[command(new_id = OrderId)]
/// # pub struct Place {}
/// # #[derive(Debug, PartialEq, thiserror::Error, DomainError)]
/// # pub enum OrderError {}
/// # #[derive(Aggregate, Clone)]
/// # #[aggregate(id = OrderId, events(OrderPlaced, OrderPaid, OrderCancelled), commands(create(Place)), error = OrderError)]
/// # pub struct Order;
/// # impl Init<OrderPlaced> for Order { fn init(_: &OrderPlaced) -> Self { Self } }
/// # impl Apply<OrderPaid> for Order { fn apply(&mut self, _: &OrderPaid) {} }
/// # impl Apply<OrderCancelled> for Order { fn apply(&mut self, _: &OrderCancelled) {} }
/// # impl Create<Place> for Order {
/// #     fn create(_: Place, _: &Context<Self>) -> Result<Events<Self>, OrderError> { Ok(Events::none()) }
/// # }
/// #[derive(ReadModel, Clone, Debug, PartialEq)]
/// #[read_model(events(Order(OrderPlaced, OrderPaid, OrderCancelled)))]
/// pub struct OrderSummary {
///     #[read_model(key)]
///     pub order: OrderId,
///     #[read_model(filter)]
///     pub customer: String,
///     #[read_model(order)]
///     pub paid: Decimal,
/// }
///
/// // Without more words, it is the row whose key is the id of the event's stream.
/// impl Project<OrderPlaced> for OrderSummary {
///     fn project(row: &mut Row<Self>, event: &Recorded<OrderPlaced>) -> Result<(), ProjectionError> {
///         let order = row.id()?;
///         row.insert(|| Self { order, customer: event.customer.clone(), paid: Decimal::ZERO })
///     }
/// }
///
/// impl Project<OrderPaid> for OrderSummary {
///     fn project(row: &mut Row<Self>, event: &Recorded<OrderPaid>) -> Result<(), ProjectionError> {
///         row.update(|summary| summary.paid += event.amount)
///     }
/// }
///
/// impl Project<OrderCancelled> for OrderSummary {
///     fn project(row: &mut Row<Self>, _: &Recorded<OrderCancelled>) -> Result<(), ProjectionError> {
///         row.delete()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` doesn't say what `{E}` makes of its rows",
    label = "`Project` is missing for this event",
    note = "write `impl Project<{E}> for {Self} {{ fn project(row: &mut Row<Self>, event: &Recorded<{E}>) -> \
            Result<(), ProjectionError> {{ .. }} }}`"
)]
pub trait Project<E>: ReadModel {
    /// Changes the rows that the event is about.
    ///
    /// # Errors
    /// When a row is missing, or is there although it should not be; the event is then parked, and the later ones of its
    /// sequence behind it.
    fn project(row: &mut Row<'_, Self>, event: &Recorded<E>) -> Result<(), ProjectionError>;
}

/// A read model of which a projection keeps rows for itself: to find in a later event's turn what an earlier one said.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no lookup of `{M}`",
    label = "`{M}` keeps no such rows",
    note = "list it: `#[read_model(lookups({Self}))]` on `{M}`"
)]
pub trait LookupOf<M: ReadModel>: WithoutEvents {}

/// A read model that is not made of events itself; the derive writes it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a lookup",
    label = "not a read model without events",
    note = "the rows of a lookup are written by the projection that keeps it: derive `ReadModel` for `{Self}`, and name \
            no events there"
)]
pub trait WithoutEvents: ReadModel {}
