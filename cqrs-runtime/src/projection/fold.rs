//! Folding a batch: collecting the rows that it needs, loading them, changing them in memory.

mod parked;
mod prepared;

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) use self::parked::Parked;
pub(crate) use self::prepared::{Failure, Prepared};

use super::cache::{Changes, TableCache};
use super::row::Place;
use super::rows::InRows;
use super::tables::{Pass, Tables};
use super::{Projection, ProjectionError, Row};
use crate::column::Numbers;
use crate::read_model::Table;
use crate::store::guard::message;
use crate::store::{Changed, StoreError, Wanted};

/// How often an event may turn out to need yet other rows.
const LOADS_PER_EVENT: u32 = 64;

/// Where rows come from.
pub(crate) trait Loader: Send {
    /// The rows of a table that are wanted, as a JSON array of arrays: the tenant, the hash of the sequence, the position
    /// of the last change, and all cells.
    fn load(
        &mut self,
        table: &'static Table,
        wanted: &Wanted,
    ) -> impl Future<Output = Result<String, StoreError>> + Send;
}

/// Folds batches of events into the rows of a read model.
pub(crate) struct Folder<M: Projection> {
    tables: Tables,
    of: PhantomData<fn() -> M>,
}

/// What has come of a batch.
pub(crate) struct Folded {
    /// What has to be written, a table each.
    pub(crate) changes: Vec<(&'static Table, Changes)>,
    /// The events that were not projected, by their place in the batch: those that failed, with the reason, and those
    /// behind them in their sequences.
    pub(crate) parked: Vec<(usize, Option<ProjectionError>)>,
}

/// Why a batch can't be folded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FoldError {
    /// Rows can't be loaded.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A loaded row can't be read.
    #[error("a row of `{table}` can't be read")]
    Row {
        /// The table.
        table: &'static str,
        /// Why.
        source: crate::column::ColumnError,
    },
    /// What is to be written can't be, although each event's part of it could.
    #[error(transparent)]
    Write(ProjectionError),
}

impl<M: Projection> Folder<M> {
    pub(crate) fn new(numbers: Numbers) -> Self {
        Self { tables: Tables::of_projection::<M>(numbers), of: PhantomData }
    }

    /// Folds a batch. Sequences in `parked` are left out; those of events that fail are added to it.
    ///
    /// What was changed stays in memory, until [`committed`](Self::committed) or [`forget`](Self::forget).
    pub(crate) async fn fold(
        &mut self,
        batch: &[Prepared<InRows<M>>],
        parked: &mut Parked,
        loader: &mut impl Loader,
    ) -> Result<Folded, FoldError> {
        let before = parked.clone();
        // Most batches have no failing event: only then is it worth to keep what each event has changed.
        if let Some(folded) = self.attempt(batch, parked, loader, false).await? {
            return Ok(folded);
        }
        self.forget();
        *parked = before;
        let folded = self.attempt(batch, parked, loader, true).await?;
        folded.ok_or(FoldError::Write(ProjectionError::NotLoaded))
    }

    /// `None` where events would have to be taken back, and `careful` is not set.
    async fn attempt(
        &mut self,
        batch: &[Prepared<InRows<M>>],
        parked: &mut Parked,
        loader: &mut impl Loader,
        careful: bool,
    ) -> Result<Option<Folded>, FoldError> {
        self.tables.all().0.for_each(|table| table.keep_journal(careful));
        let mut unsure: Vec<bool> = batch.iter().map(|event| !self.collect(event, parked)).collect();
        self.load(loader).await?;
        let mut left_out = Vec::new();
        for (index, event) in batch.iter().enumerate() {
            if parked.holds(event) {
                left_out.push((index, None));
                continue;
            }
            let failed = match self.fold_one(index, batch, &mut unsure, parked, loader, careful).await? {
                Step::Done => continue,
                Step::TakeBack if careful => {
                    return Err(FoldError::Write(ProjectionError::NotLoaded));
                }
                Step::TakeBack => return Ok(None),
                Step::Failed(error) => error,
            };
            parked.insert(event);
            left_out.push((index, Some(failed)));
        }
        match self.changes() {
            Ok(changes) => Ok(Some(Folded { changes, parked: left_out })),
            Err(_) if !careful => Ok(None),
            Err(error) => Err(FoldError::Write(error)),
        }
    }

    /// Folds one event, loading what it turns out to need.
    async fn fold_one(
        &mut self,
        index: usize,
        batch: &[Prepared<InRows<M>>],
        unsure: &mut [bool],
        parked: &Parked,
        loader: &mut impl Loader,
        careful: bool,
    ) -> Result<Step, FoldError> {
        let event = &batch[index];
        for _ in 0..LOADS_PER_EVENT {
            if unsure[index] {
                self.collect(event, parked);
                if self.wants_more() {
                    // What the later ones will need may be known by now, too.
                    for later in index + 1..batch.len() {
                        if unsure[later] {
                            unsure[later] = !self.collect(&batch[later], parked);
                        }
                    }
                    self.load(loader).await?;
                    continue;
                }
            }
            let projected = self.project(event, Pass::Folding, careful);
            let lacking = self.tables.is_lacking();
            let error = match projected {
                Ok(()) if !lacking => return Ok(Step::Done),
                Ok(()) => ProjectionError::NotLoaded,
                Err(error) => error,
            };
            if self.tables.has_changed() && !careful {
                return Ok(Step::TakeBack);
            }
            self.tables.all().0.for_each(TableCache::take_back);
            if !lacking || !self.wants_more() {
                return Ok(Step::Failed(error));
            }
            unsure[index] = true;
            self.load(loader).await?;
        }
        Ok(Step::Failed(ProjectionError::NotLoaded))
    }

    /// Notes which rows an event needs, as far as that is known; whether it is known to the end.
    fn collect(&mut self, event: &Prepared<InRows<M>>, parked: &Parked) -> bool {
        if event.failed.is_some() || parked.holds(event) {
            return true;
        }
        // Whatever it fails of now, it may not fail of in its turn.
        let _ = self.project(event, Pass::Collecting, false);
        !self.tables.is_lacking()
    }

    fn project(&mut self, event: &Prepared<InRows<M>>, pass: Pass, check: bool) -> Result<(), ProjectionError> {
        self.tables.begin(pass);
        if let Some(failure) = &event.failed {
            return Err(failure.into());
        }
        let place = Place {
            tenant: self.tables.tenants.number(&event.stream.tenant),
            stream_id: &event.stream.id,
            sequence: event.sequence.hash(),
            position: event.position.cast_signed(),
        };
        let tables = &mut self.tables;
        unpanicked(|| {
            for part in &event.parts {
                part.project(&mut Row::new(tables, place))?;
            }
            if check { tables.all().0.try_for_each(|table| table.check()) } else { Ok(()) }
        })
    }

    fn wants_more(&mut self) -> bool {
        self.tables.all().0.any(|table| table.is_wanting())
    }

    async fn load(&mut self, loader: &mut impl Loader) -> Result<(), FoldError> {
        let (tables, tenants) = self.tables.all();
        for table in tables {
            if !table.is_wanting() {
                continue;
            }
            let name = table.table().name;
            let row = |source| FoldError::Row { table: name, source };
            let wanted = table.wanted(tenants).map_err(row)?;
            let page = loader.load(table.table(), &wanted).await?;
            table.loaded(&page, tenants).map_err(row)?;
            table.satisfied();
        }
        Ok(())
    }

    fn changes(&mut self) -> Result<Vec<(&'static Table, Changes)>, ProjectionError> {
        let (tables, tenants) = self.tables.all();
        tables.map(|table| Ok((table.table(), unpanicked(|| table.changes(tenants))?))).collect()
    }

    /// Which rows of the read model's own table have changed, and are to be written.
    pub(crate) fn changed(&mut self) -> Result<Changed, FoldError> {
        let (mut tables, tenants) = self.tables.all();
        // Its own comes first.
        let changed = tables.next().map_or(Ok(Changed::Nothing), |own| unpanicked(|| own.changed(tenants)));
        changed.map_err(FoldError::Write)
    }

    /// Takes note that what was folded is written; more than `keep` rows a table are not kept in memory.
    pub(crate) fn committed(&mut self, keep: usize) {
        self.tables.all().0.for_each(|table| table.committed(keep));
    }

    /// Forgets all rows: what was folded is not written, or others may have written.
    pub(crate) fn forget(&mut self) {
        self.tables.all().0.for_each(TableCache::clear);
    }
}

/// How an event fared.
enum Step {
    Done,
    /// It has changed rows before it failed, and they must be as they were.
    TakeBack,
    Failed(ProjectionError),
}

/// Runs what is the user's code; a panic is an error.
fn unpanicked<T>(run: impl FnOnce() -> Result<T, ProjectionError>) -> Result<T, ProjectionError> {
    // What a panic leaves behind is taken back, or forgotten.
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|panic| Err(ProjectionError::Panicked { message: message(&*panic) }))
}
