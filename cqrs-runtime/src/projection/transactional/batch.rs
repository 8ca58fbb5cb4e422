//! A batch in a transaction: all of its events, and then its checkpoint and letters.

use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::timeout;

use super::super::engine::EngineError;
use super::super::fold::{Parked, Prepared};
use super::super::route::{Route, fingerprint_of};
use super::super::target::{LeftOut, Sink, Target};
use super::super::{PartitionBy, ProjectionError};
use super::{NewTables, ProjectionTransaction, TransactionalProjection, Written};
use crate::column::Numbers;
use crate::store::guard::message;
use crate::store::{
    AdvanceVerdict, Dialect, EventStore, Generation, GenerationKey, RowBatch, StoreError, Transaction, Unstorable,
};

/// What a projection writes in a transaction.
pub(crate) struct InTransaction<P>(PhantomData<fn() -> P>);

impl<P: TransactionalProjection> Target for InTransaction<P> {
    type Part = dyn Written<P>;
    type Sink = Writing<P>;

    const PARTITION: PartitionBy = P::PARTITION;
    /// Others wait for the transaction: on SQLite all who write.
    const MOST_EVENTS: usize = 200;

    fn name() -> &'static str {
        P::NAME
    }

    fn routes() -> Vec<Route<Self::Part>> {
        P::routes()
    }
}

impl<P: TransactionalProjection> InTransaction<P> {
    /// The statements that make the projection's tables, and what tells them from others.
    pub(crate) fn stated(dialect: Dialect) -> (Vec<String>, String) {
        let statements = NewTables::<P>::stated(dialect);
        let names = P::TABLES.iter().map(|name| (*name).to_owned());
        let version = std::iter::once(P::VERSION.to_string());
        let fingerprint = fingerprint_of::<Self>(version.chain(names).chain(statements.iter().cloned()));
        (statements, fingerprint)
    }
}

/// Projects events in transactions.
pub(crate) struct Writing<P> {
    generation: GenerationKey,
    /// What the last batch has written, to be committed.
    open: Option<Box<dyn Transaction>>,
    of: PhantomData<fn() -> P>,
}

impl<P: TransactionalProjection> Sink<InTransaction<P>> for Writing<P> {
    fn new(_: Numbers, generation: &Generation) -> Self {
        Self { generation: generation.key.clone(), open: None, of: PhantomData }
    }

    async fn fold(
        &mut self,
        store: &EventStore,
        events: &[Prepared<InTransaction<P>>],
        parked: &mut Parked,
        lasts: Duration,
    ) -> Result<LeftOut, EngineError> {
        self.open = None;
        if events.iter().all(|event| event.failed.is_some() || parked.holds(event)) {
            // Nothing is written but letters.
            return Ok(left_out(events, parked));
        }
        let transaction = store.tables()?.begin_batch(lasts).await?;
        let written = timeout(lasts, self.write_all(&*transaction, events, parked)).await;
        let left_out = written.map_err(|late| StoreError::OverLimit(Box::new(late)))??;
        self.open = Some(transaction);
        Ok(left_out)
    }

    async fn write(&mut self, store: &EventStore, batch: RowBatch<'_>) -> Result<(AdvanceVerdict, bool), EngineError> {
        let tables = store.tables()?;
        let verdict = match self.open.take() {
            Some(transaction) => tables.write_in(transaction, &batch).await,
            None => tables.write(&batch).await,
        };
        Ok((verdict?, false))
    }

    fn committed(&mut self, _: usize) {}

    fn forget(&mut self) {
        // Dropped, it is rolled back.
        self.open = None;
    }
}

impl<P: TransactionalProjection> Writing<P> {
    async fn write_all(
        &self,
        transaction: &dyn Transaction,
        events: &[Prepared<InTransaction<P>>],
        parked: &mut Parked,
    ) -> Result<LeftOut, StoreError> {
        // Most batches have no failing event: only then is it worth to keep apart what each of them has written.
        transaction.mark().await?;
        let (mut left_out, before) = (LeftOut::new(), parked.clone());
        if self.write_together(transaction, events, parked, &mut left_out).await? && kept(transaction).await?.is_none()
        {
            return Ok(left_out);
        }
        taken_back(transaction).await?;
        *parked = before;
        self.write_apart(transaction, events, parked).await
    }

    /// Writes what all events come to; false where one fails.
    async fn write_together(
        &self,
        transaction: &dyn Transaction,
        events: &[Prepared<InTransaction<P>>],
        parked: &mut Parked,
        left_out: &mut LeftOut,
    ) -> Result<bool, StoreError> {
        for (index, event) in events.iter().enumerate() {
            if let Err(why) = to_be_written(event, parked) {
                left_out.push((index, why));
            } else if self.write_one(transaction, event).await?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes what each event comes to; of those that fail, it is taken back.
    async fn write_apart(
        &self,
        transaction: &dyn Transaction,
        events: &[Prepared<InTransaction<P>>],
        parked: &mut Parked,
    ) -> Result<LeftOut, StoreError> {
        let mut left_out = LeftOut::new();
        for (index, event) in events.iter().enumerate() {
            if let Err(why) = to_be_written(event, parked) {
                left_out.push((index, why));
                continue;
            }
            transaction.mark().await?;
            let failed = match self.write_one(transaction, event).await? {
                None => kept(transaction).await?,
                failed => failed,
            };
            if let Some(error) = failed {
                taken_back(transaction).await?;
                parked.insert(event);
                left_out.push((index, Some(error)));
            }
        }
        Ok(left_out)
    }

    /// Writes what an event comes to; why it fails, where that is not the database's doing.
    async fn write_one(
        &self,
        transaction: &dyn Transaction,
        event: &Prepared<InTransaction<P>>,
    ) -> Result<Option<ProjectionError>, StoreError> {
        let transaction = ProjectionTransaction::new(transaction, &self.generation);
        for part in &event.parts {
            // What a panic leaves behind is taken back. The call itself is the user's code, too.
            let written = AssertUnwindSafe(async { part.write(&transaction).await }).catch_unwind().await;
            match written {
                Ok(Ok(())) => {}
                Ok(Err(ProjectionError::Database(error))) if error.is_retryable() => return Err(error),
                Ok(Err(error)) => return Ok(Some(error)),
                Err(panic) => return Ok(Some(ProjectionError::Panicked { message: message(&*panic) })),
            }
        }
        Ok(None)
    }
}

/// Takes back what was written behind the mark. Where the mark is gone, so is the transaction, by one of the events.
async fn taken_back(transaction: &dyn Transaction) -> Result<(), StoreError> {
    transaction.take_back().await.map_err(|error| match error {
        StoreError::Refused(source) => StoreError::Unstorable { why: Unstorable::Transaction, source },
        other => other,
    })
}

/// Why what was written behind the mark can't stay, though no event has failed: the database has refused a part of it, and
/// nobody said so.
async fn kept(transaction: &dyn Transaction) -> Result<Option<ProjectionError>, StoreError> {
    match transaction.keep().await {
        Ok(()) => Ok(None),
        Err(error) if error.is_retryable() => Err(error),
        Err(error) => Ok(Some(ProjectionError::Database(error))),
    }
}

/// Whether an event is to be written; else it is left out, and why, whatever is in the tables.
fn to_be_written<P: TransactionalProjection>(
    event: &Prepared<InTransaction<P>>,
    parked: &mut Parked,
) -> Result<(), Option<ProjectionError>> {
    if parked.holds(event) {
        return Err(None);
    }
    let Some(failure) = &event.failed else { return Ok(()) };
    parked.insert(event);
    Err(Some(failure.into()))
}

fn left_out<P: TransactionalProjection>(events: &[Prepared<InTransaction<P>>], parked: &mut Parked) -> LeftOut {
    let left_out = |(index, event)| Some((index, to_be_written(event, parked).err()?));
    events.iter().enumerate().filter_map(left_out).collect()
}
