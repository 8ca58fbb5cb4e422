//! What stands in where a derive failed, so that its own message is the only one. None of it ever runs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::aggregate::{Aggregate, DecideError, DomainError, Events};
use crate::command::Command;
use crate::context::Context;
use crate::id::{GeneratedId, Identifier, ParseIdError};
use crate::read_model::Table;
use crate::schema::{Shape, Shapes};
use crate::value::Value;

/// The body of a function whose derive failed.
///
/// # Panics
/// Always; a program with such a function does not compile.
pub fn failed() -> ! {
    panic!("a derive failed, so this program did not compile")
}

/// The decision of an aggregate whose derive failed.
///
/// # Errors
/// None: it is never asked.
pub fn undecided<A: Aggregate, C: Command>(
    _: Option<&A>,
    _: C,
    _: &Context<A, C::Enrichment>,
) -> Result<Events<A>, DecideError<A::Error>> {
    failed()
}

/// The id of a command or an aggregate that does not say which one it has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UnknownId;

/// The table of a read model whose derive failed.
pub const UNKNOWN_TABLE: &Table = &Table {
    name: "",
    type_name: "",
    plural: None,
    version: 0,
    description: "",
    deprecated: None,
    access: None,
    fields: &[],
    key: &[],
};

/// The error of an aggregate that does not say which one it has.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a derive failed")]
pub struct UnknownError;

impl DomainError for UnknownError {
    fn code(&self) -> &'static str {
        failed()
    }
}

impl fmt::Display for UnknownId {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        failed()
    }
}

impl FromStr for UnknownId {
    type Err = ParseIdError;

    fn from_str(_: &str) -> Result<Self, Self::Err> {
        failed()
    }
}

impl Value for UnknownId {
    fn shape(_: &mut Shapes) -> Shape {
        failed()
    }
}

impl Identifier for UnknownId {}

impl GeneratedId for UnknownId {
    fn generate(_: Uuid) -> Self {
        failed()
    }
}
