//! Waiting for changes of rows, whoever makes them.

use std::collections::HashMap;

use tokio::select;
use tokio::sync::watch;

use super::StoreError;
use super::hints::Hints;
use super::lookout::{Lookout, Mark, RowsOf};

/// Tells when it is worth asking again which rows of a read model have changed.
///
/// As with [`Hints`], none is lost, and one may come for nothing.
#[derive(Debug)]
pub(crate) struct RowHints {
    told: watch::Receiver<HashMap<RowsOf, Mark>>,
    of: RowsOf,
    mark: Option<Mark>,
    /// As long as there are hints, somebody looks out.
    _hints: Hints,
    lookout: Lookout,
}

impl RowHints {
    pub(super) fn new(
        mut told: watch::Receiver<HashMap<RowsOf, Mark>>,
        of: RowsOf,
        hints: Hints,
        lookout: Lookout,
    ) -> Self {
        let mark = told.borrow_and_update().get(&of).copied();
        Self { told, of, mark, _hints: hints, lookout }
    }

    /// Waits until rows may have changed. Dropping the future loses no hint.
    pub(crate) async fn next(&mut self) -> Result<(), StoreError> {
        let Self { told, of, mark, lookout, .. } = self;
        let (waits, follows) = (lookout.waits(), lookout.follows());
        let hinted = select! {
            biased;
            () = lookout.closed() => Err(StoreError::Closed),
            // The sender is held by the lookout, so that it can't be gone.
            told = told.wait_for(|told| told.get(of) != mark.as_ref()) => {
                if let Ok(told) = told {
                    *mark = told.get(of).copied();
                }
                Ok(())
            }
        };
        drop((waits, follows));
        hinted
    }
}
