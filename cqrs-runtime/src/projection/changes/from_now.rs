//! Changes for who asks for rows beside them.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::BoxStream;

use super::given::{MOST, Shared};
use super::{Query, QueryError, RowChange, Rows};
use crate::read_model::ReadModel;

/// The changes of rows from now on: a stream, that also reads pages of the rows that there are.
///
/// Of the rows that it has read or told, it tells when they leave the conditions by which they are followed; of those that its
/// consumer was never shown, it does not. So pages have to be asked for here, and not beside it. Without a condition, each row's
/// leaving is told.
///
/// ```no_run
/// # use cqrs_runtime::projection::{Projection, ReadModels};
/// # use futures_util::TryStreamExt;
/// # async fn f<AccountSummary: Projection>(read_models: ReadModels) -> Result<(), Box<dyn std::error::Error>> {
/// let mut changes = read_models.changes::<AccountSummary>().start_now().await?;
/// let page = changes.fetch(read_models.query::<AccountSummary>().limit(20)).await?;
/// // .. show the page, then keep it up to date:
/// while let Some(change) = changes.try_next().await? {
///     // ..
/// }
/// # Ok(()) }
/// ```
#[must_use = "nothing comes unless it is polled"]
pub struct ChangesFromNow<M: ReadModel> {
    changes: BoxStream<'static, Result<RowChange<M>, QueryError>>,
    /// `None` where each row's leaving is told.
    given: Option<Shared>,
}

impl<M: ReadModel> fmt::Debug for ChangesFromNow<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangesFromNow").field("table", &M::TABLE.name).finish_non_exhaustive()
    }
}

impl<M: ReadModel> ChangesFromNow<M> {
    pub(super) fn new(changes: BoxStream<'static, Result<RowChange<M>, QueryError>>, given: Option<Shared>) -> Self {
        Self { changes, given }
    }

    /// Reads rows whose changes are told from then on: a page, in whatever order.
    ///
    /// # Errors
    /// As those of [`Query::fetch`]; [`QueryError::TooManyRows`] when more rows than can be kept in mind were shown.
    pub async fn fetch(&mut self, query: Query<M>) -> Result<Rows<M>, QueryError> {
        // Nothing is taken meanwhile: what changes behind the page is told behind it.
        let page = query.fetch().await?;
        if let Some(given) = &self.given {
            let mut given = given.lock();
            if !page.rows.iter().all(|row| given.insert(&row.key())) {
                return Err(QueryError::TooManyRows { table: M::TABLE.name, limit: MOST });
            }
        }
        Ok(page)
    }
}

impl<M: ReadModel> Stream for ChangesFromNow<M> {
    type Item = Result<RowChange<M>, QueryError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.changes.as_mut().poll_next(context)
    }
}
