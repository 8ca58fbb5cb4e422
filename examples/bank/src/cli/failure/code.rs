//! What failures are for programs.

use bank::domain::AccountError;
use cqrs_runtime::dispatch::CommandError;
use cqrs_runtime::projection::{
    CatchUpError, EngineError, GenerationError, LettersError, RebuildError, VerifyError, WaitError,
};
use cqrs_runtime::repository::{LoadError, SaveError};
use cqrs_runtime::store::{AppendError, StoreError};

use super::{Failure, store_error};

impl Failure {
    /// What it is for programs.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Command(error) => command_code(error),
            Self::Load(error) => load_code(error),
            Self::Open { source: error, .. } | Self::Store(error) => store_code(error),
            Self::NoAccount { .. }
            | Self::NotYet { .. }
            | Self::NotSoFar { .. }
            | Self::Generation(GenerationError::NotListed { .. } | GenerationError::NotFound { .. })
            | Self::Letters(LettersError::NotListed { .. } | LettersError::NotParked { .. }) => "NOT_FOUND",
            Self::Letters(LettersError::Ambiguous { .. }) => "AMBIGUOUS_SEQUENCE",
            Self::StreamId { .. } => "UNREADABLE_EVENT",
            Self::CatchUp(CatchUpError::Changed { .. }) => "REBUILD_NEEDED",
            Self::CatchUp(CatchUpError::Wait(WaitError::Parked { .. })) => "EVENTS_PARKED",
            Self::CatchUp(CatchUpError::Wait(WaitError::Behind { .. }))
            | Self::Letters(LettersError::NotTried { .. }) => "READ_MODEL_BEHIND",
            Self::Rebuild(error) => rebuild_code(error),
            Self::Verify(error) => match &**error {
                VerifyError::NotListed { .. } | VerifyError::NotServed { .. } => "NOT_FOUND",
                VerifyError::Running { .. } | VerifyError::Replaced { .. } => "IN_USE",
                VerifyError::Cancelled { .. } => "CANCELLED",
                VerifyError::Repair { source, .. } => rebuild_code(source),
                _ => self.store_error().map_or("READ_MODEL", store_code),
            },
            Self::Generation(GenerationError::Store(StoreError::Serving { .. })) => "IN_USE",
            Self::CatchUp(_) | Self::Letters(_) | Self::Query(_) | Self::Generation(_) => {
                self.store_error().map_or("READ_MODEL", store_code)
            }
            Self::Amount(_) => "MALFORMED_AMOUNT",
            Self::Unreadable { .. } | Self::Unwritable { .. } => "FILE",
            Self::Limits { .. } => "MALFORMED_LIMITS",
            Self::ShortKey { .. } | Self::Token(_) => "TOKEN_KEY",
            Self::Json(_) | Self::Event(_) | Self::Output(_) => "OUTPUT",
            Self::Listen { .. } => "ADDRESS_UNAVAILABLE",
            Self::Drain(_) => "NOT_DRAINED",
            Self::Prepare(_) => self.store_error().map_or("READ_MODEL", store_code),
            Self::Schema(_) => "SCHEMA",
        }
    }
}

fn rebuild_code(error: &RebuildError) -> &'static str {
    match error {
        RebuildError::NotListed { .. } | RebuildError::NothingKept { .. } => "NOT_FOUND",
        RebuildError::Parked { .. } => "EVENTS_PARKED",
        RebuildError::BeingBuilt { .. } => "BEING_REBUILT",
        RebuildError::Cancelled { .. } => "CANCELLED",
        RebuildError::Engine { source: EngineError::Store(error), .. } => store_code(error),
        _ => "READ_MODEL",
    }
}

fn command_code(error: &CommandError<AccountError>) -> &str {
    match error {
        CommandError::Refused(refusal) => &refusal.code,
        CommandError::NotFound { .. } => "NOT_FOUND",
        CommandError::AlreadyExists { .. } => "ALREADY_EXISTS",
        CommandError::Conflict { .. } => "CONFLICT",
        CommandError::RetriesExhausted { .. } => "RETRIES_EXHAUSTED",
        CommandError::AlreadyTaken { .. } => "ALREADY_TAKEN",
        CommandError::IdempotencyKeyReused { .. } => "IDEMPOTENCY_KEY_REUSED",
        CommandError::DeadlineExceeded => "DEADLINE_EXCEEDED",
        CommandError::Indeterminate { .. } => "INDETERMINATE",
        CommandError::Load(error) => load_code(error),
        CommandError::Option { .. } | CommandError::Save(SaveError::Append(AppendError::Invalid(_))) => "MALFORMED",
        _ => store_error(error).map_or("FAILED", store_code),
    }
}

fn load_code(error: &LoadError) -> &'static str {
    match error {
        LoadError::Store(error) => store_code(error),
        _ => "UNREADABLE_EVENT",
    }
}

fn store_code(error: &StoreError) -> &'static str {
    match error {
        StoreError::Address { .. } => "MALFORMED_ADDRESS",
        StoreError::Unreachable(_) => "DATABASE_UNREACHABLE",
        StoreError::Busy(_) | StoreError::OverLimit(_) => "DATABASE_BUSY",
        StoreError::ReadOnly(_) => "DATABASE_READ_ONLY",
        StoreError::Full(_) => "DISK_FULL",
        StoreError::Damaged(_) => "DATABASE_DAMAGED",
        StoreError::Missing(_) => "DATABASE_INCOMPLETE",
        StoreError::NewerSchema { .. } => "DATABASE_NEWER",
        StoreError::CorruptEvent { .. } => "UNREADABLE_EVENT",
        _ => "DATABASE_FAILED",
    }
}
