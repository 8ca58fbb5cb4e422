//! A transaction that does not hold the file for longer than it may.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, TransactionTrait};
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::super::super::super::transaction::Open;
use crate::store::StoreError;

/// Ends the transaction, whatever stands open in it. Who does not know writes nothing behind it: without a transaction, each
/// statement would be one of its own.
const GIVE_UP: &str = "ROLLBACK; PRAGMA query_only = ON";

/// Why a transaction can't be committed.
#[derive(Debug, thiserror::Error)]
#[error("the transaction has lasted for longer than the lease, and was rolled back")]
struct GivenUp;

/// A transaction, and who watches the clock for it.
pub(super) struct Watched {
    pair: Arc<Pair>,
    watch: AbortHandle,
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
    /// Watches a transaction; `spoilt` says that its connection is not to be used again.
    pub(super) async fn begin(
        outer: DatabaseTransaction,
        lasts: Duration,
        spoilt: Arc<AtomicBool>,
    ) -> Result<Self, DbErr> {
        let inner = outer.begin().await?;
        let pair = Arc::new(Pair { inner, outer, given_up: AtomicBool::new(false) });
        let watch = tokio::spawn(watch(Arc::downgrade(&pair), lasts, spoilt)).abort_handle();
        Ok(Self { pair, watch })
    }
}

async fn watch(pair: Weak<Pair>, lasts: Duration, spoilt: Arc<AtomicBool>) {
    sleep(lasts).await;
    // Held from here on, so that neither handle is dropped or committed in the midst of it.
    let Some(pair) = pair.upgrade() else { return };
    pair.given_up.store(true, Ordering::Release);
    spoilt.store(true, Ordering::Release);
    // A statement that is running is waited for. One that fails has ended the transaction, or its connection.
    let _ = pair.outer.execute_unprepared(GIVE_UP).await;
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
        let Self { pair, watch } = *self;
        // Without a handle, the watch ends nothing; where it has one, it is about to.
        let Pair { inner, outer, given_up: is_given_up } = Arc::into_inner(pair).ok_or_else(given_up)?;
        watch.abort();
        if is_given_up.into_inner() {
            return Err(given_up());
        }
        inner.commit().await?;
        Ok(outer.commit().await?)
    }
}
