use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::column::ColumnError;
use crate::event::DecodeError;
use crate::id::ParseIdError;
use crate::store::guard::message;
use crate::store::{BoxError, StoreError, Unstorable};

/// Why an event can't be projected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProjectionError {
    /// The row that was to be changed is not there.
    #[error("there is no row {row}")]
    Absent {
        /// Which row.
        row: RowName,
    },
    /// The row that was to be inserted is there already.
    #[error("there is a row {row} already")]
    Present {
        /// Which row.
        row: RowName,
    },
    /// A row was made or changed so that its key is another one.
    #[error("the row {row} has another key than it was asked for with")]
    OtherKey {
        /// Which row.
        row: RowName,
    },
    /// Events of another sequence have made the row. Two of them may be projected at the same time.
    #[error(
        "events of another sequence have made the row {row}: declare what both have in common, \
         `#[read_model(partition = ..)]`, or `partition = all`"
    )]
    OtherSequence {
        /// Which row.
        row: RowName,
    },
    /// The id of the stream, or another text, is no id of the type that is needed.
    #[error("the text is no such id")]
    Id(#[from] ParseIdError),
    /// A value can't stand in its column.
    #[error("the row {row} can't be stored")]
    Column {
        /// Which row.
        row: RowName,
        /// Why.
        source: ColumnError,
    },
    /// The stored event can't be read.
    #[error("the event can't be decoded")]
    Undecodable(#[source] Arc<DecodeError>),
    /// The event's row in the log is damaged.
    #[error("the event's row in the log is damaged: its column `{column}`")]
    Corrupt {
        /// The column.
        column: &'static str,
    },
    /// The parts that an upcaster makes of the event differ in the field that tells their sequence.
    #[error("its parts belong to several sequences")]
    Torn,
    /// The database can't hold the rows.
    #[error("its rows can't be stored: {0}")]
    Unstorable(Unstorable),
    /// The database refuses what a projection has written in its transaction. Return it as it is: where it passes by itself,
    /// the event is tried again, and not parked.
    #[error(transparent)]
    Database(#[from] StoreError),
    /// The projection itself refuses the event.
    #[error("the projection refuses the event")]
    Refused(#[source] BoxError),
    /// The projection panicked.
    #[error("the projection panicked: {message}")]
    Panicked {
        /// What it said.
        message: String,
    },
    /// A row that is needed has not been loaded yet; the event is tried again. Return it as it is.
    #[error("a row has not been loaded yet")]
    NotLoaded,
}

impl ProjectionError {
    /// The error of a projection that refuses an event for a reason of its own.
    pub fn refused(reason: impl Into<BoxError>) -> Self {
        Self::Refused(reason.into())
    }
}

impl ProjectionError {
    /// What it says, and what lies below it, in a line.
    pub(crate) fn told(&self) -> String {
        // The text of an error may be the user's code.
        let text = catch_unwind(AssertUnwindSafe(|| {
            let mut text = self.to_string();
            let mut next = std::error::Error::source(self);
            while let Some(cause) = next {
                text = format!("{text}: {cause}");
                next = cause.source();
            }
            text
        }));
        text.unwrap_or_else(|panic| format!("its error can't be told: {}", message(&*panic)))
    }
}

/// A row, by its table and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowName {
    /// The table.
    pub table: &'static str,
    /// The key, as JSON.
    pub key: String,
}

impl fmt::Display for RowName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of `{}`", self.key, self.table)
    }
}
