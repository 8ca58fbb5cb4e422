//! A transaction that does not hold the file for longer than it may.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, SqlxError, TransactionTrait};
use tokio::runtime::Handle;
use tokio::select;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::super::super::super::error::{of_data, sqlx};
use super::super::super::super::transaction::Open;
use super::signals::Signals;
use crate::store::StoreError;

/// Ends the transaction, whatever stands open in it.
const GIVE_UP: &str = "ROLLBACK";

/// How long a statement is waited for that runs then, or the room between two, before one is interrupted.
const PATIENCE: Duration = Duration::from_millis(100);

/// The code of a statement that was interrupted.
const INTERRUPTED: &str = "9";

/// Why a transaction can't be committed.
#[derive(Debug, thiserror::Error)]
#[error("the transaction has lasted for longer than it may, and was rolled back")]
struct GivenUp;

/// A transaction, and who watches the clock for it.
pub(super) struct Watched {
    pair: Arc<Pair>,
    dropped: Dropped,
    watch: AbortHandle,
}

/// Ends the transaction that was dropped, also where a statement is running in it that has no end.
struct Dropped {
    /// Until it is committed.
    pair: Option<Arc<Pair>>,
    signals: Arc<Signals>,
}

/// Two handles of one connection: one that others write with, and one to end the transaction with while those do something
/// else. They are dropped in this order.
struct Pair {
    /// A savepoint within the other.
    inner: DatabaseTransaction,
    outer: DatabaseTransaction,
    given_up: AtomicBool,
}

impl Watched {
    /// Watches a transaction, whose connection obeys `signals`.
    pub(super) async fn begin(
        outer: DatabaseTransaction,
        lasts: Duration,
        signals: Arc<Signals>,
    ) -> Result<Self, DbErr> {
        let inner = outer.begin().await?;
        let pair = Arc::new(Pair { inner, outer, given_up: AtomicBool::new(false) });
        let watch = tokio::spawn(watch(Arc::downgrade(&pair), lasts, Arc::clone(&signals))).abort_handle();
        Ok(Self { dropped: Dropped { pair: Some(Arc::clone(&pair)), signals }, pair, watch })
    }
}

impl Drop for Dropped {
    fn drop(&mut self) {
        // Without a runtime, nobody is there to wait for it.
        if let (Some(pair), Ok(runtime)) = (self.pair.take(), Handle::try_current()) {
            let signals = Arc::clone(&self.signals);
            runtime.spawn(async move { end(&pair, &signals).await });
        }
    }
}

async fn watch(pair: Weak<Pair>, lasts: Duration, signals: Arc<Signals>) {
    sleep(lasts).await;
    // Held from here on, so that neither handle is dropped or committed in the midst of it.
    let Some(pair) = pair.upgrade() else { return };
    end(&pair, &signals).await;
}

async fn end(pair: &Pair, signals: &Signals) {
    pair.given_up.store(true, Ordering::Release);
    signals.spoil();
    // One that fails of anything else has ended the transaction, or its connection.
    while give_up(&pair.outer, signals).await.is_err_and(|error| is_interrupted(&error)) {}
}

/// Ends a transaction, also one of somebody who leaves no room between two statements; it may be interrupted itself.
async fn give_up(transaction: &DatabaseTransaction, signals: &Signals) -> Result<(), DbErr> {
    let mut ending = pin!(transaction.execute_unprepared(GIVE_UP));
    let ended = loop {
        select! {
            ended = &mut ending => break ended,
            () = sleep(PATIENCE) => signals.interrupt(),
        }
    };
    signals.calm();
    ended.map(drop)
}

fn is_interrupted(error: &DbErr) -> bool {
    matches!(sqlx(error), Some(SqlxError::Database(error)) if error.code().as_deref() == Some(INTERRUPTED))
}

fn given_up() -> StoreError {
    StoreError::OverLimit(Box::new(GivenUp))
}

#[async_trait]
impl Open for Watched {
    fn transaction(&self) -> &DatabaseTransaction {
        &self.pair.inner
    }

    fn given_up(&self) -> Option<StoreError> {
        self.pair.given_up.load(Ordering::Acquire).then(given_up)
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let Self { pair, mut dropped, watch } = *self;
        dropped.pair = None;
        // Without a handle, the watch ends nothing; where it has one, it is about to.
        let Pair { inner, outer, given_up: is_given_up } = Arc::into_inner(pair).ok_or_else(given_up)?;
        watch.abort();
        if is_given_up.into_inner() {
            return Err(given_up());
        }
        let _committing = dropped.signals.committing();
        inner.commit().await?;
        // A constraint may wait until here.
        outer.commit().await.map_err(of_data)
    }
}
