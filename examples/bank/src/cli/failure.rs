//! What can go wrong: what is said about it, how the program ends, and the way out.

mod code;
mod hint;

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use bank::domain::{AccountError, AccountId, ParseMoneyError};
use cqrs_runtime::dispatch::CommandError;
use cqrs_runtime::graphql::SchemaError;
use cqrs_runtime::id::ParseIdError;
use cqrs_runtime::json::EncodeError;
use cqrs_runtime::projection::{
    CatchUpError, EngineError, GenerationError, LettersError, PrepareError, QueryError, RebuildError, VerifyError,
    WaitError,
};
use cqrs_runtime::repository::{LoadError, SaveError};
use cqrs_runtime::store::{AppendError, StoreError};
use serde::Serialize;

/// Why the program has not done what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{address} can't be opened")]
    Open { address: String, source: StoreError },
    #[error(transparent)]
    Command(Box<CommandError<AccountError>>),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no account {id}")]
    NoAccount { id: AccountId },
    #[error("the account {id} did not exist yet")]
    NotYet { id: AccountId },
    #[error("the account {id} is only at version {version}")]
    NotSoFar { id: AccountId, version: u64 },
    #[error("the log has an account under a name that is no account's: {stream}")]
    StreamId { stream: String, source: ParseIdError },
    #[error("the read models are not up to date")]
    CatchUp(#[from] CatchUpError),
    #[error(transparent)]
    Letters(#[from] LettersError),
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Rebuild(Box<RebuildError>),
    #[error(transparent)]
    Verify(Box<VerifyError>),
    #[error(transparent)]
    Generation(#[from] GenerationError),
    #[error("the amount can't be read")]
    Amount(#[from] ParseMoneyError),
    #[error("{} can't be read", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} can't be written", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("{} does not hold limits", path.display())]
    Limits { path: PathBuf, source: serde_json::Error },
    #[error("{} holds a key of less than {shortest} bytes", path.display())]
    ShortKey { path: PathBuf, shortest: usize },
    #[error("a token can't be signed")]
    Token(#[source] jsonwebtoken::errors::Error),
    #[error("the answer can't be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error("an event can't be written as JSON")]
    Event(#[from] EncodeError),
    #[error("the answer can't be written")]
    Output(#[source] io::Error),
    #[error("nothing can be served at {address}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("some requests were still open and have been cut off")]
    Drain(#[source] io::Error),
    #[error("the read models can't be made ready")]
    Prepare(#[from] PrepareError),
    #[error("the GraphQL schema can't be made")]
    Schema(#[from] SchemaError),
}

impl From<RebuildError> for Failure {
    fn from(error: RebuildError) -> Self {
        Self::Rebuild(Box::new(error))
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        Self::Verify(Box::new(error))
    }
}

impl From<CommandError<AccountError>> for Failure {
    fn from(error: CommandError<AccountError>) -> Self {
        Self::Command(Box::new(error))
    }
}

/// A failure as JSON.
#[derive(Serialize)]
pub(crate) struct FailureView {
    pub(crate) code: String,
    pub(crate) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) field: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) causes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<&'static str>,
}

impl From<&Failure> for FailureView {
    fn from(failure: &Failure) -> Self {
        Self {
            code: failure.code().to_owned(),
            message: failure.to_string(),
            field: failure.field().map(str::to_owned),
            causes: causes(failure),
            hint: failure.hint(),
        }
    }
}

/// What lies below an error, the nearest first; what only repeats is left out.
pub(crate) fn causes(error: &dyn Error) -> Vec<String> {
    let mut last = error.to_string();
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !last.contains(&text) {
            causes.push(text.clone());
        }
        last = text;
        next = cause.source();
    }
    causes
}

impl Failure {
    /// 2 where what was typed is at fault, 1 otherwise.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Amount(_) | Self::Open { source: StoreError::Address { .. }, .. } => 2,
            _ => 1,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Amount(_) => Some("amount"),
            Self::Command(error) => match &**error {
                CommandError::Refused(refusal) => refusal.field.as_deref(),
                _ => None,
            },
            _ => None,
        }
    }

    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Open { source: error, .. }
            | Self::Store(error)
            | Self::Load(LoadError::Store(error))
            | Self::CatchUp(CatchUpError::Store(error) | CatchUpError::Wait(WaitError::Store(error)))
            | Self::Letters(LettersError::Store(error))
            | Self::Generation(GenerationError::Store(error))
            | Self::Query(QueryError::Store(error)) => Some(error),
            Self::Rebuild(error) => match &**error {
                RebuildError::Engine { source: EngineError::Store(error), .. } => Some(error),
                _ => None,
            },
            Self::Verify(error) => match &**error {
                VerifyError::Store(error) => Some(error),
                VerifyError::Engine { source, .. } => match &**source {
                    EngineError::Store(error) => Some(error),
                    _ => None,
                },
                _ => None,
            },
            Self::Command(error) => store_error(error),
            _ => None,
        }
    }
}

/// The database's failure below a command's, if it is one.
fn store_error(error: &CommandError<AccountError>) -> Option<&StoreError> {
    match error {
        CommandError::Store(error) | CommandError::Load(LoadError::Store(error)) => Some(error),
        CommandError::Save(SaveError::Append(AppendError::Store(error))) => Some(error),
        CommandError::Indeterminate { source, .. } => source.as_deref(),
        _ => None,
    }
}

/// Whether the database is to blame, so that no other command would fare better.
pub(crate) fn is_of_all(error: &CommandError<AccountError>) -> bool {
    store_error(error).is_some_and(|error| !matches!(error, StoreError::CorruptEvent { .. }))
}

/// Whether the database had too much else to do, and nothing was written.
pub(crate) fn is_busy(error: &CommandError<AccountError>) -> bool {
    let unknown = matches!(error, CommandError::Indeterminate { .. });
    !unknown && matches!(store_error(error), Some(StoreError::Busy(_) | StoreError::OverLimit(_)))
}
