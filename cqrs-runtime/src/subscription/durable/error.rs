use super::status::called;
use crate::id::ParseIdError;
use crate::store::StoreError;

/// Why a durable subscription can't go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionError {
    /// The log can't be read, or progress can't be kept.
    #[error(transparent)]
    Store(StoreError),
    /// The event has been given to another subscriber meanwhile, or will be: this one gave no sign of life for too long, or
    /// has to share. What it did may be done twice.
    #[error("the event at position {position} is no longer this subscriber's")]
    LeaseLost {
        /// The event's position.
        position: u64,
    },
    /// The event has been confirmed before.
    #[error("the event at position {position} has been confirmed")]
    Confirmed {
        /// The event's position.
        position: u64,
    },
    /// The text is no name.
    #[error("the text is no name of a subscription")]
    Name(#[from] ParseIdError),
    /// The query says where to begin or to end, which is for the subscription to say.
    #[error("a durable subscription has neither a limit nor versions, ends nowhere and never goes backwards")]
    Query,
    /// Somebody has it open.
    #[error("the subscription `{name}` is in use")]
    InUse {
        /// Its name.
        name: String,
    },
    /// It was forgotten under a subscriber that slept, or was cut off from the database. Nothing is made anew: that is for
    /// whoever opens it the next time.
    #[error("the subscription `{name}` has been forgotten")]
    Forgotten {
        /// Its name.
        name: String,
    },
    /// There is no partition, or no time for a lease, or more than a day.
    #[error("a durable subscription needs a partition, and a lease time of a day at most")]
    Options,
}

impl From<StoreError> for SubscriptionError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Forgotten { name } => {
                Self::Forgotten { name: called(&name).map(str::to_owned).unwrap_or(name) }
            }
            error => Self::Store(error),
        }
    }
}

impl SubscriptionError {
    /// Whether to go on with [`next`](super::Subscriber::next), after [`rewind`](super::Subscriber::rewind): what was not
    /// confirmed comes again, to this subscriber or another, as soon as the database can be reached.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Store(error) => error.is_retryable(),
            Self::LeaseLost { .. } | Self::Confirmed { .. } => true,
            Self::Name(_) | Self::Query | Self::Options | Self::InUse { .. } | Self::Forgotten { .. } => false,
        }
    }
}
