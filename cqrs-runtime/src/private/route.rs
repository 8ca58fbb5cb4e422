//! From the generated enums to the user's impls. Each bound stands on a function of its own, so that the compiler can
//! say at the listed type what is missing.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aggregate::{Aggregate, Apply, Create, Decide, DecideError, Events, Handle, Init, SnapshotPolicy};
use crate::command::{Command, CommandJsonError, CommandSet, CommandVisitor};
use crate::context::Context;
use crate::json;

/// What comes of a decision.
pub type Decision<A> = Result<Events<A>, DecideError<<A as Aggregate>::Error>>;

/// The state that an event begins.
pub fn init<A: Init<E>, E>(event: &E) -> A {
    A::init(event)
}

/// Changes the state.
pub fn apply<A: Apply<E>, E>(state: &mut A, event: &E) {
    state.apply(event);
}

/// Decides on a command that begins a stream.
pub fn create<A: Create<C>, C: Command>(
    _: Option<&A>,
    command: C,
    cx: &Context<A, C::Enrichment>,
) -> Result<Events<A>, DecideError<A::Error>> {
    A::create(command, cx).map_err(DecideError::Refused)
}

/// Decides on a command to what exists.
pub fn handle<A: Handle<C>, C: Command>(
    state: Option<&A>,
    command: C,
    cx: &Context<A, C::Enrichment>,
) -> Result<Events<A>, DecideError<A::Error>> {
    state.ok_or(DecideError::NotFound)?.handle(command, cx).map_err(DecideError::Refused)
}

/// Hands a command to a visitor.
pub fn visit<A: Decide<C>, C: Command<Id = A::Id>, V: CommandVisitor<A>>(visitor: V, command: C) -> V::Output {
    visitor.visit(command)
}

/// Reads a command as a member of a set.
///
/// # Errors
/// When the JSON is not of its shape.
pub fn command_from_json<C: Command, Set>(json: &str, wrap: impl FnOnce(C) -> Set) -> Result<Set, CommandJsonError> {
    serde_json::from_str(json).map(wrap).map_err(|source| CommandJsonError::Malformed { command: C::NAME, source })
}

/// No command has this name.
#[must_use]
pub fn unknown_command<A: Aggregate>(name: &str) -> CommandJsonError {
    CommandJsonError::UnknownCommand { name: name.to_owned(), known: A::Command::NAMES }
}

/// A state that can be kept in a snapshot.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be kept in snapshots",
    label = "a snapshot is written and read through serde",
    note = "derive `Serialize` and `Deserialize` for `{Self}`"
)]
pub trait Kept: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Kept for T {}

/// Snapshots as JSON.
#[must_use]
pub fn snapshot_policy<A: Kept>(every: u64, version: u32) -> SnapshotPolicy<A> {
    SnapshotPolicy { every, version, encode: |state| json::encode(state), decode: |json| serde_json::from_str(json) }
}
