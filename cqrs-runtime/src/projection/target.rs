//! Into what a worker projects events: the rows of a read model, or whatever a projection writes in a transaction.

use std::time::Duration;

use super::engine::EngineError;
use super::fold::{Parked, Prepared};
use super::{PartitionBy, ProjectionError, Route};
use crate::column::Numbers;
use crate::store::{AdvanceVerdict, EventStore, Generation, RowBatch};

/// What is made of events.
pub(crate) trait Target: Sized + Send + Sync + 'static {
    /// A part of a stored event, decoded.
    type Part: Part + ?Sized;
    /// Where it is written.
    type Sink: Sink<Self>;

    /// What the events of one sequence have in common.
    const PARTITION: PartitionBy;
    /// How many events are projected at once, at most.
    const MOST_EVENTS: usize = usize::MAX;

    /// What it is called.
    fn name() -> &'static str;

    /// Where each event goes.
    fn routes() -> Vec<Route<Self::Part>>;
}

/// A part of a stored event.
pub trait Part: Send + Sync {
    /// What it has in common with the other events of its sequence, where that is a field.
    fn partition_key(&self) -> Option<String>;
}

/// The events of a batch that were not projected, by their places in it: those that failed, with the reason, and those behind
/// them in their sequences.
pub(crate) type LeftOut = Vec<(usize, Option<ProjectionError>)>;

/// Where a worker writes what it makes of events.
pub(crate) trait Sink<T: Target>: Sized + Send + Sync {
    fn new(numbers: Numbers, generation: &Generation) -> Self;

    /// Projects a batch. Sequences in `parked` are left out; those of events that fail are added to it. What is made of it
    /// is there to be [written](Self::write), and to be [forgotten](Self::forget) after an error. What takes longer than
    /// `lasts` may be given up.
    fn fold(
        &mut self,
        store: &EventStore,
        events: &[Prepared<T>],
        parked: &mut Parked,
        lasts: Duration,
    ) -> impl Future<Output = Result<LeftOut, EngineError>> + Send;

    /// Writes what was folded as part of a batch, and whether rows have changed that others may follow.
    fn write(
        &mut self,
        store: &EventStore,
        batch: RowBatch<'_>,
    ) -> impl Future<Output = Result<(AdvanceVerdict, bool), EngineError>> + Send;

    /// Takes note that what was folded is written; more than `keep` rows a table are not kept in memory.
    fn committed(&mut self, keep: usize);

    /// Forgets all that was folded or kept: it is not written, or others may have written.
    fn forget(&mut self);
}
