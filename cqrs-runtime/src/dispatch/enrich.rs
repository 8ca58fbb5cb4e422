//! What a command asks of the outside world before it is decided.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::command::Command;
use crate::metadata::CommandMetadata;
use crate::store::BoxError;

/// Answers what `C` asks of the outside world, declared by `#[command(enrich = ..)]`.
///
/// It is asked once, before the aggregate is loaded, whether or not that exists, and outside of any transaction; a retry
/// after a conflict decides again with the same answer.
///
/// ```
/// # use cqrs_runtime::{prelude::*, dispatch::{EnrichContext, Enricher}};
/// # struct RiskEngine; struct RiskScore(u8);
/// # trait Amount { fn amount(&self) -> i64; }
/// impl<C: Command<Enrichment = RiskScore> + Amount> Enricher<C> for RiskEngine {
///     type Error = std::io::Error;
///     async fn enrich(&self, command: &C, _: &EnrichContext) -> Result<RiskScore, Self::Error> {
///         Ok(RiskScore(if command.amount() > 10_000 { 90 } else { 10 }))
///     }
/// }
/// ```
pub trait Enricher<C: Command>: Send + Sync + 'static {
    /// Why there is no answer.
    type Error: Into<BoxError>;

    /// Asks; given up after [`Command::ENRICH_TIMEOUT`].
    fn enrich(
        &self,
        command: &C,
        cx: &EnrichContext,
    ) -> impl Future<Output = Result<C::Enrichment, Self::Error>> + Send;
}

/// What is known of a command when the outside world is asked.
#[derive(Clone, Debug)]
pub struct EnrichContext {
    /// The command's own id.
    pub command_id: Uuid,
    /// The time, by the application's clock.
    pub now: DateTime<Utc>,
    /// Who asks, for whom, and why.
    pub metadata: Arc<CommandMetadata>,
}

/// Why the outside world gave no answer; nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrichmentError {
    /// The application set nobody to ask: `Dispatcher::enricher`.
    #[error("nobody is set to answer it: call `Dispatcher::enricher` with an `Enricher` of the command")]
    Missing,
    /// There was no answer in time.
    #[error("no answer within {after:?}")]
    TimedOut {
        /// How long it was waited for.
        after: Duration,
    },
    /// The one that was asked failed.
    #[error("the one that was asked failed")]
    Failed(#[source] BoxError),
}

impl EnrichmentError {
    /// Whether asking again later may help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::TimedOut { .. } | Self::Failed(_))
    }
}

trait Erased<C: Command>: Send + Sync {
    fn enrich<'a>(&'a self, command: &'a C, cx: &'a EnrichContext) -> BoxFuture<'a, Result<C::Enrichment, BoxError>>;
}

impl<C: Command, E: Enricher<C>> Erased<C> for E {
    fn enrich<'a>(&'a self, command: &'a C, cx: &'a EnrichContext) -> BoxFuture<'a, Result<C::Enrichment, BoxError>> {
        Box::pin(async move { Enricher::enrich(self, command, cx).await.map_err(Into::into) })
    }
}

/// The enrichers of a dispatcher, by command type.
#[derive(Clone, Default)]
pub(super) struct Enrichers(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl fmt::Debug for Enrichers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Enrichers({})", self.0.len())
    }
}

impl Enrichers {
    pub(super) fn insert<C: Command>(&mut self, enricher: impl Enricher<C>) {
        let erased: Box<dyn Erased<C>> = Box::new(enricher);
        self.0.insert(TypeId::of::<C>(), Arc::new(erased));
    }

    /// The answer to what `command` asks; at once where it asks nothing.
    pub(super) async fn answer<C: Command>(
        &self,
        command: &C,
        cx: &EnrichContext,
    ) -> Result<C::Enrichment, EnrichmentError> {
        if let Some(nothing) = C::unenriched() {
            return Ok(nothing);
        }
        let enricher = self.0.get(&TypeId::of::<C>()).and_then(|any| any.downcast_ref::<Box<dyn Erased<C>>>());
        let answer = enricher.ok_or(EnrichmentError::Missing)?.enrich(command, cx);
        match tokio::time::timeout(C::ENRICH_TIMEOUT, answer).await {
            Ok(answer) => answer.map_err(EnrichmentError::Failed),
            Err(_) => Err(EnrichmentError::TimedOut { after: C::ENRICH_TIMEOUT }),
        }
    }
}
