use crate::api::ApiError;
use crate::projection::QueryError;
use crate::store::StoreError;

/// Why rows are not had for what a client asks.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadError {
    /// What the client gives is not accepted.
    #[error(transparent)]
    Input(#[from] ApiError),
    /// The client gives more than the server takes.
    #[error("more than {most} {what} are given")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many it takes.
        most: usize,
    },
    /// The cursor belongs to another filter or order, or to rows of another shape, or is none.
    #[error("the cursor does not belong to this filter and order: begin anew without it")]
    StaleCursor,
    /// The rows can't be read; what it says is not for clients.
    #[error("the rows can't be read")]
    Query(#[source] QueryError),
}

impl ReadError {
    /// What programs tell it by.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Input(_) | Self::TooMany { .. } => "BAD_USER_INPUT",
            Self::StaleCursor => "STALE_CURSOR",
            Self::Query(QueryError::Store(StoreError::NotServed { .. })) => "READ_MODEL_BEHIND",
            Self::Query(_) => "INTERNAL",
        }
    }

    /// The same error, seen from around the value.
    #[must_use]
    pub(super) fn within(self, part: &str) -> Self {
        match self {
            Self::Input(error) => Self::Input(error.within(part)),
            other => other,
        }
    }
}

impl From<QueryError> for ReadError {
    /// A value that a field can't have is the client's mistake; anything else is not.
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Value { source, .. } => Self::Input(ApiError::new(source.to_string())),
            other => Self::Query(other),
        }
    }
}
