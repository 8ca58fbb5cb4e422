//! Where the events are.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::Error;

/// A database with a log.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(String),
}

impl Address {
    /// A new file in a folder.
    pub(crate) fn file_in(folder: &Path) -> Self {
        Self::Sqlite(folder.join("bank.db"))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "sqlite://{}", file.display()),
            Self::Postgres(url) => f.write_str(url),
        }
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text.strip_prefix("sqlite://") {
            Some(file) => Ok(Self::Sqlite(file.into())),
            None if text.starts_with("postgres") => Ok(Self::Postgres(text.to_owned())),
            None => Err(format!("`{text}` is no address").into()),
        }
    }
}
