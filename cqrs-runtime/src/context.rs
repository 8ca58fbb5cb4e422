//! What a decision may look at beside the state and the command.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::metadata::CommandMetadata;

/// What a decision of `A` may look at: pure data, the same in a retry but for version and time.
///
/// `E` is the command's enrichment: what was asked of the outside world before the decision.
#[derive(Clone, Debug)]
pub struct Context<A: Aggregate, E = ()> {
    pub(crate) id: A::Id,
    pub(crate) version: u64,
    pub(crate) now: DateTime<Utc>,
    pub(crate) command_id: Uuid,
    pub(crate) metadata: Arc<CommandMetadata>,
    pub(crate) config: Arc<A::Config>,
    pub(crate) enrichment: Arc<E>,
}

impl<A: Aggregate, E> Context<A, E> {
    /// The aggregate's id; of one that is being created, the id that it gets.
    #[must_use]
    pub fn id(&self) -> &A::Id {
        &self.id
    }

    /// The version of the state that decides; 0 before the first event.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The time of the decision, by the application's clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The command's own id; events name it as their cause unless the caller named another.
    #[must_use]
    pub fn command_id(&self) -> Uuid {
        self.command_id
    }

    /// Who asks; empty where nobody is known.
    #[must_use]
    pub fn principal(&self) -> &str {
        &self.metadata.principal
    }

    /// Whose data it is; empty without tenants.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.metadata.tenant
    }

    /// All that the caller said beyond the command.
    #[must_use]
    pub fn metadata(&self) -> &CommandMetadata {
        &self.metadata
    }

    /// What the application configured for the aggregate.
    #[must_use]
    pub fn config(&self) -> &A::Config {
        &self.config
    }

    /// The answer from the outside world that the command asked for.
    #[must_use]
    pub fn enrichment(&self) -> &E {
        &self.enrichment
    }
}
