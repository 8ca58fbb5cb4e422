//! Transactions that others write in.

use super::super::super::statement::all;
use super::super::super::transaction::Orm;
use super::super::pool::Pool;
use super::fence::{CALL, Fence};
use crate::store::{Begun, StoreError};

/// Begins a transaction behind a fence.
pub(super) async fn begin(pool: &Pool, fence: Fence<'_>) -> Result<Begun, StoreError> {
    if !pool.hands_out() {
        return Err(StoreError::NoTransactions);
    }
    let transaction = pool.transaction().await?;
    match all(&transaction, &format!("SELECT {CALL}"), fence.values()).await {
        Ok(_) => Ok(Begun::Transaction(Box::new(Orm(transaction)))),
        Err(error) => {
            // One that can't be rolled back ends with its connection.
            let _ = transaction.rollback().await;
            Ok(Begun::Refused(fence.explain(error)?))
        }
    }
}
