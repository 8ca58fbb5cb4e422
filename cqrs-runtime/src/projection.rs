//! Projections: what events make of the rows of a read model.
//!
//! [`Project`] says it for one event, row by row and without I/O. Events are folded in batches: all rows that a batch
//! touches are loaded in one query, changed in memory, and written together. A batch of any size gives exactly the rows of
//! one event after the other.

mod cache;
mod engine;
mod error;
mod fold;
mod query;
mod read_models;
mod route;
mod row;
mod sequence;
mod tables;

#[cfg(feature = "testing")]
pub(crate) use self::cache::Changes;
pub use self::engine::{EngineError, EngineOptions, RetryPolicy};
pub use self::error::{ProjectionError, RowName};
#[cfg(feature = "testing")]
pub(crate) use self::fold::{Folder, Loader, Prepared};
pub use self::query::{Filter, OrderBy, Query, QueryError, Rows};
pub use self::read_models::{
    CatchUpError, GenerationStatus, ModelStatus, ReadModels, Readiness, RebuildError, RebuildProgress, Rebuilt,
    Running, WaitError,
};
pub(crate) use self::route::Projected;
#[cfg(feature = "testing")]
pub(crate) use self::route::Routing;
pub use self::route::{Lookup, PartitionBy, PartitionKey, Projection, Route};
pub use self::row::{Keyed, Matching, Row};
pub use self::sequence::Sequence;

use crate::event::Recorded;
use crate::read_model::ReadModel;

/// What an event makes of the rows of a read model.
///
/// The function is run twice, first to learn which rows it needs; so it does nothing but change rows through `row`, and
/// returns what that returns. It asks no clock and no outside world: the same events always make the same rows.
///
/// ```
/// use cqrs_runtime::prelude::*;
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
