//! What the check says.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::review::Finding;

/// Why the schema lock is not as it must be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaLockError {
    /// A stored shape has changed in a way that stored payloads may not survive.
    #[error("stored shapes have changed (recorded in {}):\n{findings}", path.display())]
    Changed {
        /// The lock file.
        path: PathBuf,
        /// What has changed, and how to go on.
        findings: Findings,
    },
    /// New shapes are not recorded yet.
    #[error(
        "stored shapes are not recorded yet in {}:\n{findings}\nrun the tests with `CQRS_SCHEMA_LOCK=update` to record \
         them, and commit the file",
        path.display()
    )]
    NotRecorded {
        /// The lock file.
        path: PathBuf,
        /// What is new.
        findings: Findings,
    },
    /// Two different types are stored under one name.
    #[error("two different types are called `{name}`: rename one, or give it `#[value(name = \"..\")]`")]
    Clash {
        /// The name.
        name: &'static str,
    },
    /// Two aggregates store their streams under one type.
    #[error("`{first}` and `{second}` have one stream type: give one of them another, `#[aggregate(name = \"..\")]`")]
    SharedStreamType {
        /// The path of the one.
        first: &'static str,
        /// The path of the other.
        second: &'static str,
    },
    /// A line of the file is none that the check writes.
    #[error("line {line} of {} is malformed: restore the file from version control", path.display())]
    Malformed {
        /// The lock file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The file can't be read or written.
    #[error("{} can't be read or written", path.display())]
    File {
        /// The lock file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What the check found, one paragraph each.
#[derive(Debug, PartialEq, Eq)]
pub struct Findings(Vec<String>);

pub(super) fn listed(findings: &[Finding]) -> Findings {
    Findings(findings.iter().map(ToString::to_string).collect())
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}
