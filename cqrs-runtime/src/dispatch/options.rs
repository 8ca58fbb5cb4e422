//! What a caller says beyond the command.

use std::time::Duration;

use uuid::Uuid;

use super::CommandError;
use crate::access::Own;
use crate::aggregate::DomainError;
use crate::id::check_text;
use crate::metadata::CommandMetadata;

/// What a caller says beyond the command: who asks, what is expected, what makes a repetition recognisable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CommandOptions {
    pub(super) metadata: CommandMetadata,
    pub(super) expected_version: Option<u64>,
    pub(super) idempotency_key: Option<String>,
    pub(super) deadline: Option<Duration>,
    pub(super) own: Option<Own>,
}

impl CommandOptions {
    /// Nothing in particular.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Who asks.
    #[must_use]
    pub fn principal(mut self, principal: impl Into<String>) -> Self {
        self.metadata.principal = principal.into();
        self
    }

    /// Whose data it is about; without, that of the dispatcher's repository.
    #[must_use]
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.metadata.tenant = tenant.into();
        self
    }

    /// What the command has in common with all that the same request sets off.
    #[must_use]
    pub fn correlation_id(mut self, id: Uuid) -> Self {
        self.metadata.correlation_id = Some(id);
        self
    }

    /// What caused the command.
    #[must_use]
    pub fn causation_id(mut self, id: Uuid) -> Self {
        self.metadata.causation_id = Some(id);
        self
    }

    /// Something else that is to be kept with the events.
    #[must_use]
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.keys.insert(name.into(), value.into());
        self
    }

    /// The version that the aggregate must have; the command is not tried again on another one.
    #[must_use]
    pub fn expected_version(mut self, version: u64) -> Self {
        self.expected_version = Some(version);
        self
    }

    /// Makes a repetition recognisable: the same key with the same command gets the first answer and writes nothing.
    #[must_use]
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// How long the command may take, counted from its dispatch.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Only to an aggregate that is somebody's own; any other one is answered for as if it were not there.
    ///
    /// It is decided on the state on which the command is.
    #[must_use]
    pub fn only(mut self, own: Own) -> Self {
        self.own = Some(own);
        self
    }

    /// Checks what stands in keys of the database.
    pub(super) fn check<E: DomainError>(&self) -> Result<(), CommandError<E>> {
        let Self { metadata, idempotency_key, .. } = self;
        let check = |what, text: &str| check_text(text).map_err(|source| CommandError::Option { what, source });
        let named = [("tenant", &metadata.tenant), ("principal", &metadata.principal)];
        named.iter().filter(|(_, text)| !text.is_empty()).try_for_each(|(what, text)| check(what, text))?;
        idempotency_key.as_ref().map_or(Ok(()), |key| check("idempotency key", key))
    }
}
