use async_graphql::{ErrorExtensionValues, Pos, ServerError};
use axum::http::StatusCode;

/// Why a request is refused before it is executed.
///
/// Texts tell a client what to change, and nothing of what is inside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("{0}")]
    BadRequest(&'static str),
    #[error("a body has the content type `application/json`, in UTF-8")]
    UnsupportedMediaType,
    #[error("answers are `application/graphql-response+json`, `application/json`, or `text/event-stream`")]
    NotAcceptable,
    #[error("a subscription needs a websocket, or `Accept: text/event-stream`")]
    NeedsStream,
    #[error("{0}")]
    MethodNotAllowed(&'static str),
    #[error("more than {0} bytes")]
    PayloadTooLarge(usize),
    #[error("more than {0} requests in one batch")]
    BatchTooLarge(usize),
    #[error("{message}")]
    Syntax { message: String, locations: Vec<Pos> },
    #[error("{0}")]
    Invalid(&'static str),
    #[error("the document has several operations: name one as `operationName`")]
    OperationNameRequired,
    #[error("the document has no operation of this name")]
    UnknownOperation,
    #[error("the schema is not for asking here")]
    IntrospectionDisabled,
    #[error("more than {maximum} {limit}")]
    TooComplex { limit: &'static str, maximum: usize },
    // The text by which Apollo's clients know it.
    #[error("PersistedQueryNotFound")]
    PersistedQueryNotFound,
    #[error("PersistedQueryNotSupported")]
    PersistedQueryNotSupported,
    #[error("only documents that are registered are run here")]
    PersistedQueryRequired,
    #[error("{0}")]
    Unauthenticated(String),
    #[error("more than {0} operations at one time on one connection")]
    TooManySubscriptions(usize),
    #[error("the request took too long")]
    Timeout,
    #[error("it took too long, and it is not known whether it was done: send it again with its idempotency key")]
    Indeterminate,
    #[error("not available at the moment: try again")]
    Unavailable,
    #[error("something went wrong inside")]
    Internal,
}

impl Refusal {
    /// What a program knows it by.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "BAD_REQUEST",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::NotAcceptable | Self::NeedsStream => "NOT_ACCEPTABLE",
            Self::MethodNotAllowed(_) => "METHOD_NOT_ALLOWED",
            Self::PayloadTooLarge(_) => "PAYLOAD_TOO_LARGE",
            Self::BatchTooLarge(_) => "BATCH_TOO_LARGE",
            Self::Syntax { .. } => "GRAPHQL_PARSE_FAILED",
            Self::Invalid(_) => "GRAPHQL_VALIDATION_FAILED",
            Self::OperationNameRequired | Self::UnknownOperation => "OPERATION_RESOLUTION_FAILURE",
            Self::IntrospectionDisabled => "INTROSPECTION_DISABLED",
            Self::TooComplex { .. } => "TOO_COMPLEX",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::PersistedQueryNotSupported => "PERSISTED_QUERY_NOT_SUPPORTED",
            Self::PersistedQueryRequired => "PERSISTED_QUERY_REQUIRED",
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::TooManySubscriptions(_) => "TOO_MANY_SUBSCRIPTIONS",
            Self::Timeout => "TIMEOUT",
            Self::Indeterminate => "INDETERMINATE",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// The status of its answer.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotAcceptable | Self::NeedsStream => StatusCode::NOT_ACCEPTABLE,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::PayloadTooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::TooManySubscriptions(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Timeout | Self::Indeterminate => StatusCode::GATEWAY_TIMEOUT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// Whether it is about the document of a request that is well formed otherwise: `application/json` answers such
    /// with 200.
    pub(super) fn is_of_the_document(&self) -> bool {
        matches!(
            self,
            Self::Syntax { .. }
                | Self::Invalid(_)
                | Self::OperationNameRequired
                | Self::UnknownOperation
                | Self::IntrospectionDisabled
                | Self::TooComplex { .. }
                | Self::PersistedQueryNotFound
                | Self::PersistedQueryNotSupported
                | Self::PersistedQueryRequired
        )
    }

    /// The error of the answer.
    pub(super) fn to_error(&self) -> ServerError {
        let mut error = ServerError::new(self.to_string(), None);
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", self.code());
        match self {
            Self::TooComplex { limit, maximum } => {
                extensions.set("limit", *limit);
                extensions.set("maximum", *maximum as u64);
            }
            Self::Syntax { locations, .. } => error.locations.clone_from(locations),
            _ => {}
        }
        error.extensions = Some(extensions);
        error
    }
}
