//! What the failures of the runtime are to clients.

use std::error::Error;

use super::Problem;
use crate::aggregate::DomainError;
use crate::api;
use crate::command::CommandJsonError;
use crate::dispatch::{CommandError, DispatchJsonError};
use crate::projection::{QueryError, WaitError};
use crate::repository::LoadError;
use crate::store::StoreError;

/// A refusal, which is data: a user's error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UserError {
    pub(super) code: String,
    pub(super) message: String,
    /// The input field at fault, as clients know it.
    pub(super) field: Option<String>,
}

/// Why a command was not executed.
#[derive(Debug)]
pub(super) enum Unexecuted {
    /// It was refused.
    Refused(UserError),
    /// It could not be asked, or it failed.
    Failed(Problem),
}

impl<E: DomainError> From<DispatchJsonError<E>> for Unexecuted {
    fn from(error: DispatchJsonError<E>) -> Self {
        match error {
            DispatchJsonError::Json(error) => Self::Failed(malformed(&error)),
            DispatchJsonError::Command(error) => command(error),
        }
    }
}

/// What serde says of a text of our own making has lines and columns that mean nothing to the client.
fn malformed(error: &CommandJsonError) -> Problem {
    let why = error.source().map(ToString::to_string).unwrap_or_default();
    let why = why.rfind(" at line ").map_or(why.as_str(), |end| &why[..end]);
    Problem::input(format!("the input is not valid: {why}"))
}

fn command<E: DomainError>(error: CommandError<E>) -> Unexecuted {
    let refused = |code: &str, message: String, field: Option<&str>| {
        Unexecuted::Refused(UserError { code: code.to_owned(), message, field: field.map(api::field_name) })
    };
    let problem = match error {
        CommandError::Refused(refusal) => return refused(&refusal.code, refusal.message, refusal.field.as_deref()),
        CommandError::NotFound { .. } => return refused("NOT_FOUND", "it does not exist".to_owned(), None),
        CommandError::AlreadyExists { .. } => return refused("ALREADY_EXISTS", "it exists already".to_owned(), None),
        CommandError::AlreadyTaken { claim, .. } => {
            return refused("ALREADY_TAKEN", format!("{claim} is already taken"), None);
        }
        CommandError::Conflict { expected, actual, .. } => {
            let message = format!("it is at version {actual}, expected was version {expected}");
            let problem = Problem::new("CONFLICT", message);
            problem.with("expectedVersion", expected.to_string()).with("actualVersion", actual.to_string())
        }
        CommandError::RetriesExhausted { .. } => {
            Problem::new("BUSY", "others were changing it all the time: send the command again")
        }
        CommandError::IdempotencyKeyReused { .. } => Problem::new(
            "IDEMPOTENCY_KEY_REUSED",
            "the idempotency key has been used for another input: a new command needs a key of its own",
        ),
        CommandError::Option { what, source } => Problem::input(format!("the {what} can't be used: {source}")),
        CommandError::OtherTenant { .. } => Problem::forbidden("it belongs to another tenant"),
        CommandError::DeadlineExceeded => Problem::new("TIMEOUT", "it took too long; nothing was written"),
        CommandError::Indeterminate { event_ids, source } => {
            tracing::warn!(
                error = source.as_deref().map(|error| error as &dyn Error),
                "a command's outcome is not known"
            );
            let message = "it is not known whether the command was executed: send it again with its idempotency key";
            let ids: Vec<_> = event_ids.iter().map(ToString::to_string).collect();
            Problem::new("INDETERMINATE", message).with("eventIds", ids)
        }
        error if error.is_retryable() => {
            tracing::warn!(error = &error as &dyn Error, "a command could not be executed");
            Problem::new("UNAVAILABLE", "it can't be done now; nothing was written: try again")
        }
        error => Problem::internal("a command failed", &error),
    };
    Unexecuted::Failed(problem)
}

/// A state or an event that can't be read.
pub(super) fn of_load(error: &LoadError) -> Problem {
    match error {
        LoadError::Store(error) => of_store(error),
        error => Problem::internal("a stream can't be read", error),
    }
}

/// A failure of the database.
pub(super) fn of_store(error: &StoreError) -> Problem {
    match error {
        StoreError::LogDiverged { .. } => Problem::new(
            "STALE_CURSOR",
            "the log does not have the event at which the cursor stands: it was restored from a backup; begin again",
        ),
        StoreError::NotServed { .. } => Problem::new("READ_MODEL_BEHIND", "the read model is being built"),
        error if error.is_retryable() => {
            tracing::warn!(error = error as &dyn Error, "the database can't be asked");
            Problem::new("UNAVAILABLE", "it can't be answered now: try again")
        }
        error => Problem::internal("the database failed", error),
    }
}

/// Rows that can't be had.
pub(super) fn of_query(error: &QueryError) -> Problem {
    match error {
        QueryError::Store(error) => of_store(error),
        QueryError::Value { field, .. } => {
            Problem::input(format!("`{}` can't be compared with this", api::field_name(field)))
        }
        QueryError::TooManyRows { limit, .. } => {
            Problem::input(format!("more than {limit} rows would have to be followed: follow fewer, by a filter"))
        }
        error => Problem::internal("a read model can't be asked", error),
    }
}

/// A read model that has not come as far as was waited for.
pub(super) fn of_wait(error: &WaitError) -> Problem {
    match error {
        WaitError::Behind { reached, wanted, .. } => {
            let problem = Problem::new("READ_MODEL_BEHIND", "what is to be shown is not there yet: ask again");
            problem.with("reached", reached.to_string()).with("wanted", wanted.to_string())
        }
        WaitError::Changed { .. } | WaitError::Parked { .. } => {
            Problem::new("READ_MODEL_BEHIND", "the read model is being rebuilt")
        }
        WaitError::Store(error) => of_store(error),
        error @ WaitError::NotListed { .. } => Problem::internal("a read model can't be waited for", error),
    }
}
