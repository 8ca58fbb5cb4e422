//! Commands: intents, as plain structs, and where they go.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::access::Access;
use crate::aggregate::{Aggregate, Decide};
use crate::api::{ApiRecord, ApiTypes};
use crate::id::Identifier;

/// An intent: a struct that names the aggregate that it is for.
///
/// Derive it. One field is the target's id, `#[command(id)]`; a command that begins a stream may leave the id to the
/// server instead: `#[command(new_id = AccountId)]` on the struct.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// #[derive(Id)] pub struct AccountId(Uuid);
///
/// #[derive(Command, Clone, Debug, Serialize, Deserialize)]
/// pub struct Deposit { #[command(id)] pub account_id: AccountId, pub amount: i64 }
///
/// #[derive(Command, Clone, Debug, Serialize, Deserialize)]
/// #[command(new_id = AccountId)]
/// pub struct OpenAccount { pub owner: String }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "not a command",
    note = "derive it: `#[derive(Command, Clone, Debug, Serialize, Deserialize)]` on `{Self}`"
)]
pub trait Command: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name under which clients send it.
    const NAME: &'static str;
    /// How long the outside world may take to answer, where it is asked.
    const ENRICH_TIMEOUT: Duration = Duration::from_secs(5);
    /// Whether the server makes the target's id.
    const NEW_ID: bool;
    /// Who may send it.
    const ACCESS: Access = None;
    /// Why it should not be sent any more.
    const DEPRECATED: Option<&'static str> = None;

    /// The target's id.
    type Id: Identifier;
    /// What is asked of the outside world before the decision; `()` unless `enrich = ..` names a type.
    type Enrichment: Send + Sync + 'static;

    /// The target's id: the field's, or one made of `fresh` where the server makes it.
    fn target(&self, fresh: impl FnOnce() -> Uuid) -> Cow<'_, Self::Id>;

    /// The enrichment of a command that asks for none; `None` where one must be asked for.
    fn unenriched() -> Option<Self::Enrichment>;

    /// What clients are told of it: its name, and all its fields.
    fn api(types: &mut ApiTypes) -> ApiRecord;
}

/// The enum of an aggregate's commands; the derive generates it.
pub trait CommandSet<A: Aggregate>: Clone + Send + Sync + 'static {
    /// The names of the commands.
    const NAMES: &'static [&'static str];

    /// What clients are told of the commands, in the order in which they are listed.
    fn api(types: &mut ApiTypes) -> Vec<ApiCommand>;

    /// Reads a command from its name and its JSON.
    ///
    /// # Errors
    /// When the name is not known or the JSON is not of the command's shape.
    fn from_json(name: &str, json: &str) -> Result<Self, CommandJsonError>;

    /// The command's name.
    fn name(&self) -> &'static str;

    /// Hands the command itself to `visitor`.
    fn visit<V: CommandVisitor<A>>(self, visitor: V) -> V::Output;
}

/// What clients are told of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCommand {
    /// The name under which clients send it.
    pub name: &'static str,
    /// The input.
    pub input: ApiRecord,
    /// Whether it begins a stream.
    pub creates: bool,
    /// Who may send it.
    pub access: Access,
    /// Why it should not be sent any more.
    pub deprecated: Option<&'static str>,
}

/// Something that is done with a command of `A`, whichever it is.
pub trait CommandVisitor<A: Aggregate> {
    /// What comes of it.
    type Output;

    /// Does it.
    fn visit<C: Command<Id = A::Id>>(self, command: C) -> Self::Output
    where
        A: Decide<C>;
}

/// Why a name and a JSON text are no command; sending the same again does not help.
#[derive(Debug, thiserror::Error)]
pub enum CommandJsonError {
    /// No command has this name.
    #[error("unknown command `{name}`{}; there are {}", did_you_mean(name, known), known.join(", "))]
    UnknownCommand {
        /// The name that was sent.
        name: String,
        /// The names that there are.
        known: &'static [&'static str],
    },
    /// The JSON is malformed, or not of the command's shape.
    #[error("not a valid `{command}`")]
    Malformed {
        /// The command.
        command: &'static str,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
}

fn did_you_mean(name: &str, known: &[&str]) -> String {
    let close = known.iter().find(|candidate| candidate.eq_ignore_ascii_case(name));
    close.map(|candidate| format!(", did you mean `{candidate}`?")).unwrap_or_default()
}
