//! What can go wrong: what is said about it, how the program ends, and the way out.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use bank::domain::{AccountError, AccountId, ParseMoneyError};
use cqrs_runtime::dispatch::CommandError;
use cqrs_runtime::event::DecodeError;
use cqrs_runtime::id::ParseIdError;
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
    #[error("the amount can't be read")]
    Amount(#[from] ParseMoneyError),
    #[error("{} can't be read or written", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} does not hold limits", path.display())]
    Limits { path: PathBuf, source: serde_json::Error },
    #[error("the answer can't be written as JSON")]
    Json(#[from] serde_json::Error),
    #[error("the answer can't be written")]
    Output(#[source] io::Error),
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

    /// What it is for programs.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Command(error) => command_code(error),
            Self::Load(error) => load_code(error),
            Self::Open { source: error, .. } | Self::Store(error) => store_code(error),
            Self::NoAccount { .. } | Self::NotYet { .. } | Self::NotSoFar { .. } => "NOT_FOUND",
            Self::StreamId { .. } => "UNREADABLE_EVENT",
            Self::Amount(_) => "MALFORMED_AMOUNT",
            Self::File { .. } => "FILE",
            Self::Limits { .. } => "MALFORMED_LIMITS",
            Self::Json(_) | Self::Output(_) => "OUTPUT",
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

    /// What can be done about it.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        if let Some(error) = self.store_error() {
            return store_hint(error);
        }
        match self {
            Self::NoAccount { .. } => Some(NO_ACCOUNT),
            Self::NotYet { .. } | Self::NotSoFar { .. } => Some("`bank history ID` shows its versions and their times"),
            Self::Load(error) => load_hint(error),
            Self::Command(error) => command_hint(error),
            _ => None,
        }
    }

    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Open { source: error, .. } | Self::Store(error) | Self::Load(LoadError::Store(error)) => Some(error),
            Self::Command(error) => store_error(error),
            _ => None,
        }
    }
}

/// The database's failure below a command's, if it is one.
pub(crate) fn store_error(error: &CommandError<AccountError>) -> Option<&StoreError> {
    match error {
        CommandError::Store(error) | CommandError::Load(LoadError::Store(error)) => Some(error),
        CommandError::Save(SaveError::Append(AppendError::Store(error))) => Some(error),
        CommandError::Indeterminate { source, .. } => source.as_deref(),
        _ => None,
    }
}

/// What a command's failure is for programs.
pub(crate) fn command_code(error: &CommandError<AccountError>) -> &str {
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
        CommandError::Save(SaveError::Append(AppendError::Invalid(_))) => "MALFORMED",
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
        StoreError::Busy(_) => "DATABASE_BUSY",
        StoreError::ReadOnly(_) => "DATABASE_READ_ONLY",
        StoreError::Full(_) => "DISK_FULL",
        StoreError::Damaged(_) => "DATABASE_DAMAGED",
        StoreError::Missing(_) => "DATABASE_INCOMPLETE",
        StoreError::NewerSchema { .. } => "DATABASE_NEWER",
        _ => "DATABASE_FAILED",
    }
}

fn store_hint(error: &StoreError) -> Option<&'static str> {
    match error {
        StoreError::Unreachable(_) => {
            Some("check that the folder exists or the server runs, and the address: --database")
        }
        StoreError::Busy(_) => Some("another program holds it; try again"),
        StoreError::ReadOnly(_) => Some("make the file and its folder writable; nothing was changed"),
        StoreError::Full(_) => Some("free some space and repeat; nothing was changed"),
        StoreError::Damaged(_) | StoreError::Missing(_) => {
            Some("restore it from a backup, or name another: --database")
        }
        _ => None,
    }
}

const NO_ACCOUNT: &str = "`bank accounts` lists the newest accounts, `bank open` opens one";

fn command_hint(error: &CommandError<AccountError>) -> Option<&'static str> {
    match error {
        CommandError::NotFound { .. } => Some(NO_ACCOUNT),
        CommandError::Conflict { .. } => Some("look at what has changed with `bank history ID`, then decide again"),
        CommandError::IdempotencyKeyReused { .. } => {
            Some("use a key once per command, or repeat the very same command with it")
        }
        CommandError::AlreadyExists { .. } => Some("leave out --id to get a new one"),
        CommandError::Indeterminate { .. } => {
            Some("repeat it with the same --idempotency-key, or look at `bank history ID`")
        }
        CommandError::Load(error) => load_hint(error),
        _ => None,
    }
}

fn load_hint(error: &LoadError) -> Option<&'static str> {
    match error {
        LoadError::Undecodable { source: DecodeError::UnknownName | DecodeError::UnknownVersion { .. }, .. } => {
            Some("a newer program has written it: use that one; other accounts are not affected")
        }
        LoadError::Store(_) => None,
        _ => Some("the stored event is damaged: restore it from a backup; other accounts are not affected"),
    }
}
