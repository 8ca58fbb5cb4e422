//! Why a command was not accepted.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::EnrichmentError;
use crate::aggregate::DomainError;
use crate::command::CommandJsonError;
use crate::id::ParseIdError;
use crate::json::EncodeError;
use crate::repository::{LoadError, SaveError};
use crate::store::{AppendError, Claim, StoreError, StreamKey};

/// Why a command was not accepted, or why that is not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError<E: DomainError> {
    /// The domain refuses it.
    #[error("{}", .0.message)]
    Refused(Refusal<E>),
    /// The aggregate does not exist.
    #[error("{stream} does not exist")]
    NotFound {
        /// Which one.
        stream: StreamKey,
    },
    /// The command creates an aggregate that exists.
    #[error("{stream} already exists")]
    AlreadyExists {
        /// Which one.
        stream: StreamKey,
    },
    /// The aggregate is at another version than the caller expects.
    #[error("{stream} is at version {actual}, expected was version {expected}")]
    Conflict {
        /// Which one.
        stream: StreamKey,
        /// The version that the caller expects.
        expected: u64,
        /// Its version.
        actual: u64,
    },
    /// Others changed the aggregate at every try.
    #[error("{stream} was changed by others {}", while_deciding(*attempts))]
    RetriesExhausted {
        /// Which one.
        stream: StreamKey,
        /// How often the command was decided.
        attempts: u32,
    },
    /// Another aggregate holds a name that must be unique.
    #[error("{claim} is already taken")]
    AlreadyTaken {
        /// The name.
        claim: Claim,
        /// Who holds it.
        holder: StreamKey,
    },
    /// The idempotency key has been used for a command with another content.
    #[error("the idempotency key `{key}` has been used for another `{command}`")]
    IdempotencyKeyReused {
        /// The command.
        command: &'static str,
        /// The key.
        key: String,
    },
    /// What the command asks of the outside world was not answered.
    #[error("`{command}` lacks an answer from outside")]
    Enrichment {
        /// The command.
        command: &'static str,
        /// Why.
        source: EnrichmentError,
    },
    /// What the caller says beyond the command can't be kept.
    #[error("the {what} can't be used")]
    Option {
        /// Which option.
        what: &'static str,
        /// What is wrong with it.
        source: ParseIdError,
    },
    /// The command is for another tenant than the dispatcher's.
    #[error("the command is for the tenant `{tenant}`, but is sent to `{dispatcher}`'s aggregates")]
    OtherTenant {
        /// Whom the caller names.
        tenant: String,
        /// Whose aggregates the dispatcher has.
        dispatcher: String,
    },
    /// The deadline passed; nothing was written.
    #[error("the deadline passed; nothing was written")]
    DeadlineExceeded,
    /// It is not known whether the command was executed: sending it again with its idempotency key tells.
    #[error("it is not known whether the command was executed")]
    Indeterminate {
        /// The ids of the events that it would have written.
        event_ids: Vec<Uuid>,
        /// What happened to the database, where that is the reason.
        source: Option<Arc<StoreError>>,
    },
    /// The state could not be loaded.
    #[error("the state could not be loaded")]
    Load(#[from] LoadError),
    /// The decision could not be saved; nothing was written.
    #[error("the decision could not be saved")]
    Save(#[source] SaveError),
    /// The database failed; nothing was written.
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// The kept answer names an aggregate that this program can't address.
    #[error("the kept answer names {stream}, which is none of this aggregate's ids")]
    ReceiptTarget {
        /// What it names.
        stream: StreamKey,
        /// What is wrong with it.
        source: ParseIdError,
    },
    /// The kept answer can't be read.
    #[error("the kept answer can't be read")]
    ReceiptAnswer(#[source] serde_json::Error),
    /// The command can't be told in JSON, which recognising a repetition needs.
    #[error("the command can't be written as JSON")]
    Encode(#[source] EncodeError),
}

fn while_deciding(attempts: u32) -> String {
    match attempts {
        0 | 1 => "while the command was decided, and it is not tried again".to_owned(),
        more => format!("during each of {more} attempts"),
    }
}

/// A domain's refusal; its code, message and field are the same in a repetition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Refusal<E> {
    /// The stable code for clients.
    pub code: Cow<'static, str>,
    /// The sentence for people.
    pub message: String,
    /// The input field at fault.
    pub field: Option<Cow<'static, str>>,
    /// The domain's own error; `None` where this is the kept answer to an earlier sending.
    #[serde(skip)]
    pub error: Option<E>,
}

impl<E: DomainError> From<E> for Refusal<E> {
    fn from(error: E) -> Self {
        Self {
            code: error.code().into(),
            message: error.to_string(),
            field: error.field().map(Into::into),
            error: Some(error),
        }
    }
}

impl<E: DomainError> CommandError<E> {
    /// Whether the same command may be accepted later, with nothing changed by the caller.
    ///
    /// False for `Indeterminate`: without an idempotency key, sending it again might execute it twice. With one, it is
    /// safe and tells.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::RetriesExhausted { .. } | Self::DeadlineExceeded => true,
            Self::Enrichment { source, .. } => source.is_retryable(),
            Self::Load(error) => error.is_retryable(),
            Self::Save(error) => error.is_retryable(),
            Self::Store(error) => error.is_retryable(),
            _ => false,
        }
    }

    pub(super) fn of_save(error: SaveError) -> Self {
        match error {
            SaveError::Append(AppendError::AlreadyTaken { claim, holder }) => Self::AlreadyTaken { claim, holder },
            SaveError::Append(AppendError::DeadlineExceeded) => Self::DeadlineExceeded,
            SaveError::Append(AppendError::Indeterminate { event_ids, source }) => {
                Self::Indeterminate { event_ids, source }
            }
            other => Self::Save(other),
        }
    }
}

/// Why the command of a name and a JSON text was not executed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DispatchJsonError<E: DomainError> {
    /// There is no such command, or the JSON is not of its shape.
    #[error(transparent)]
    Json(#[from] CommandJsonError),
    /// The command was not accepted.
    #[error(transparent)]
    Command(#[from] CommandError<E>),
}

impl<E: DomainError> DispatchJsonError<E> {
    /// Whether the same command may be accepted later, with nothing changed by the caller.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Command(error) if error.is_retryable())
    }
}
