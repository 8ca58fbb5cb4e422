/// Why a value can't stand in a column, or a cell is none of its values.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnError {
    /// The text has a NUL character, which no database takes.
    #[error("a text with a NUL character can't be stored")]
    Nul,
    /// Values by which rows are found take more room than an index has in every database.
    #[error("`{field}` takes {bytes} bytes in an index, with the key, and {most} are the most")]
    TooLong {
        /// The field, or the first one of the key.
        field: &'static str,
        /// How many bytes the values have, as JSON.
        bytes: usize,
        /// How many they may have.
        most: usize,
    },
    /// The moment or the day is before the year 1 or after the year 9999.
    #[error("`{text}` can't be stored: its year is not between 1 and 9999")]
    Year {
        /// What was to be stored.
        text: String,
    },
    /// A value is present and would be written as if it were absent: `Some(None)`.
    #[error("it is there but holds nothing, and would be read again as absent")]
    PresentNothing,
    /// The value writes itself otherwise than its column says.
    #[error("it can't be stored: it is written as {found}, which its column does not hold")]
    Written {
        /// What it is written as.
        found: &'static str,
    },
    /// A value that was given in its stored form is none of the type.
    #[error("it is no value of the field")]
    NoValue(#[source] serde_json::Error),
    /// A document can't be written as JSON.
    #[error(transparent)]
    Document(#[from] crate::json::EncodeError),
    /// The value does not let itself be written or read.
    #[error("{message}")]
    Refused {
        /// What it says.
        message: String,
    },
    /// A row has fewer cells than the read model has columns, or more.
    #[error("the row has {found} cells where {expected} are expected")]
    Cells {
        /// How many it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
    /// The page of rows is no JSON.
    #[error("the rows can't be read")]
    Page(#[source] serde_json::Error),
    /// A cell holds no value of its field.
    #[error("a cell can't be read: {message}")]
    Cell {
        /// What is wrong with it.
        message: String,
    },
}

impl serde::ser::Error for ColumnError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Refused { message: message.to_string() }
    }
}

impl serde::de::Error for ColumnError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Cell { message: message.to_string() }
    }
}
