//! Aggregates: states that events build and that decide on commands.

use std::fmt::Debug;

use crate::access::Access;
use crate::api::{ApiRecord, ApiTypes};
use crate::command::{Command, CommandSet};
use crate::context::Context;
use crate::event::{AnyEvent, DecodeError, Event, Parts, RawEvent};
use crate::id::Identifier;
use crate::json::EncodeError;
use crate::schema::{AggregateSchema, Shapes};
use crate::store::{Claim, ClaimChange};

/// A state that is built from its events and decides on commands; derive it.
///
/// `#[aggregate(..)]` is its table of contents: the id, the events (the first one builds the state), the commands, the
/// error, and optionally snapshots, a configuration and retired events.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "not an aggregate",
    note = "derive it: `#[derive(Aggregate)] #[aggregate(id = .., events(..), commands(..), error = ..)]`"
)]
pub trait Aggregate: Sized + Clone + Send + Sync + 'static {
    /// The name of its streams in the store.
    const TYPE: &'static str;
    /// What clients call the type of its state: the name of the Rust type.
    const API_NAME: &'static str;
    /// Who may see which of its states and events, and send commands to it.
    const ACCESS: Access = None;

    /// Its identity.
    type Id: Identifier;
    /// The enum of its events, generated.
    type Event: EventSet;
    /// The enum of its commands, generated.
    type Command: CommandSet<Self>;
    /// Why it refuses a command.
    type Error: DomainError;
    /// What the application configures for its decisions; `()` unless `config = ..` names a type.
    type Config: Clone + Default + Send + Sync + 'static;

    /// The state that `event` begins; `None` where it is not one that begins a stream.
    fn begin(event: &Self::Event) -> Option<Self>;

    /// Changes the state; false where `event` can only begin a stream.
    #[must_use]
    fn evolve(&mut self, event: &Self::Event) -> bool;

    /// Begins or changes a state by the next event of a stream; false where the event can't stand there.
    #[must_use]
    fn advance(state: &mut Option<Self>, event: &Self::Event) -> bool {
        if let Some(state) = state {
            return state.evolve(event);
        }
        *state = Self::begin(event);
        state.is_some()
    }

    /// How its states are kept in snapshots; `None` without `snapshot(..)`.
    #[must_use]
    fn snapshots() -> Option<SnapshotPolicy<Self>> {
        None
    }

    /// The shapes of its events and of its state.
    fn schema(shapes: &mut Shapes) -> AggregateSchema;

    /// What clients are told of its state: its name, and the fields that are marked as public.
    fn api(types: &mut ApiTypes) -> ApiRecord;

    /// The stored form of the fields that are marked as public: an object.
    ///
    /// # Errors
    /// When a field can't be told in JSON, as a float that is no number.
    fn public_fields(&self) -> Result<serde_json::Value, EncodeError>;

    /// Whether a field that a rule of [`ACCESS`](Self::ACCESS) names, by its place, has a value, which is given in its stored form.
    ///
    /// # Errors
    /// When the field can't be told in JSON, as a float that is no number.
    fn ruled_field_is(&self, field: usize, value: &serde_json::Value) -> Result<bool, EncodeError> {
        let _ = (field, value);
        Ok(false)
    }
}

/// Why an event can't stand where it does: within a stream that has begun, or at its start.
pub(crate) fn misplaced(begun: bool) -> &'static str {
    if begun {
        "it begins a stream, and this one has begun"
    } else {
        "it changes a state, and nothing has begun one yet"
    }
}

/// How an aggregate's states are kept in snapshots.
#[derive(Debug)]
pub struct SnapshotPolicy<A> {
    /// A snapshot is due after this many events.
    pub every: u64,
    /// Raised by the user when `apply` changes its meaning.
    pub version: u32,
    /// Writes a state as JSON.
    pub encode: fn(&A) -> Result<String, EncodeError>,
    /// Reads a state from JSON.
    pub decode: fn(&str) -> Result<A, serde_json::Error>,
}

/// The enum of an aggregate's events; the derive generates it.
pub trait EventSet: Clone + Debug + PartialEq + Send + Sync + 'static {
    /// The stored names of the current events.
    const NAMES: &'static [&'static str];
    /// What clients call the types of the current events.
    const API_NAMES: &'static [&'static str];

    /// The stored names of events that are no longer written.
    const RETIRED: &'static [&'static str] = &[];

    /// What clients are told of the current events, in the order in which they are listed.
    fn api(types: &mut ApiTypes) -> Vec<ApiRecord>;

    /// Decodes a stored event, straight from its bytes.
    ///
    /// # Errors
    /// When the name or version is not known, or the payload is not of its shape.
    fn decode(raw: &RawEvent<'_>) -> Result<Parts<Self>, DecodeError>;

    /// The event itself.
    fn as_event(&self) -> &dyn AnyEvent;

    /// The stored name of this event.
    fn name(&self) -> &'static str {
        self.as_event().name()
    }

    /// The schema version in which this event is written.
    fn schema_version(&self) -> u32 {
        self.as_event().schema_version()
    }

    /// Writes the payload as JSON.
    ///
    /// # Errors
    /// When a field can't be told in JSON, as a float that is no number.
    fn payload(&self) -> Result<String, EncodeError> {
        self.as_event().payload()
    }
}

/// An aggregate that has `E` among its events; the derive writes it.
#[diagnostic::on_unimplemented(
    message = "`{E}` is not an event of `{Self}`",
    label = "`{Self}` has no such event",
    note = "list it: `#[aggregate(events(.., {E}))]` on `{Self}`, and write `impl Apply<{E}> for {Self}`"
)]
pub trait Emits<E>: Aggregate {
    /// The event as a member of the enum.
    fn wrap(event: E) -> Self::Event;

    /// The member as an event, where it is this one.
    fn unwrap(event: &Self::Event) -> Option<&E>;
}

/// Builds the state from the first event of a stream.
#[diagnostic::on_unimplemented(
    message = "`{Self}` doesn't say which state `{E}` begins",
    label = "`Init` is missing for this event",
    note = "the first listed event begins the stream: write \
            `impl Init<{E}> for {Self} {{ fn init(event: &{E}) -> Self {{ .. }} }}`"
)]
pub trait Init<E> {
    /// The state after `event`.
    fn init(event: &E) -> Self;
}

/// Changes the state by an event; it never fails, for the event has happened.
#[diagnostic::on_unimplemented(
    message = "`{Self}` doesn't say what `{E}` changes",
    label = "`Apply` is missing for this event",
    note = "write `impl Apply<{E}> for {Self} {{ fn apply(&mut self, event: &{E}) {{ .. }} }}`"
)]
pub trait Apply<E> {
    /// Changes the state.
    fn apply(&mut self, event: &E);
}

/// Decides on a command that begins a stream; there is no state yet.
#[diagnostic::on_unimplemented(
    message = "`{Self}` doesn't decide on `{C}`",
    label = "`Create` is missing for this command",
    note = "write `impl Create<{C}> for {Self} {{ fn create(cmd: {C}, cx: &Context<Self>) -> \
            Result<Events<Self>, ..> {{ .. }} }}`"
)]
pub trait Create<C: Command>: Aggregate {
    /// The events that begin the stream.
    ///
    /// # Errors
    /// When the domain refuses the command.
    fn create(command: C, cx: &Context<Self, C::Enrichment>) -> Result<Events<Self>, Self::Error>;
}

/// Decides on a command to an existing aggregate; pure, and run again after a conflict.
#[diagnostic::on_unimplemented(
    message = "`{Self}` doesn't decide on `{C}`",
    label = "`Handle` is missing for this command",
    note = "write `impl Handle<{C}> for {Self} {{ fn handle(&self, cmd: {C}, cx: &Context<Self>) -> \
            Result<Events<Self>, ..> {{ .. }} }}`; if it begins the stream, list it as `commands(create({C}), ..)`"
)]
pub trait Handle<C: Command>: Aggregate {
    /// The events that follow from the command.
    ///
    /// # Errors
    /// When the domain refuses the command.
    fn handle(&self, command: C, cx: &Context<Self, C::Enrichment>) -> Result<Events<Self>, Self::Error>;
}

/// An aggregate that takes `C`, through [`Create`] or [`Handle`]; the derive writes it.
#[diagnostic::on_unimplemented(
    message = "`{C}` is not a command of `{Self}`",
    label = "`{Self}` has no such command",
    note = "list it: `#[aggregate(commands(.., {C}))]` on `{Self}`, and write `impl Handle<{C}> for {Self}`"
)]
pub trait Decide<C: Command>: Aggregate {
    /// Whether the command begins a stream.
    const CREATES: bool;

    /// Decides on the state; a command that begins a stream is not given one.
    ///
    /// # Errors
    /// When the domain refuses the command, or there is no state for it to decide on.
    fn decide(
        state: Option<&Self>,
        command: C,
        cx: &Context<Self, C::Enrichment>,
    ) -> Result<Events<Self>, DecideError<Self::Error>>;
}

/// Why a decision yields no events.
#[derive(Debug, PartialEq, Eq)]
pub enum DecideError<E> {
    /// The aggregate does not exist.
    NotFound,
    /// The domain refuses the command.
    Refused(E),
}

/// Why a domain refuses a command: an error with a code for clients.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// #[derive(Debug, PartialEq, thiserror::Error, DomainError)]
/// pub enum AccountError {
///     #[error("insufficient funds: {available} available")]
///     #[domain(code = "INSUFFICIENT_FUNDS", field = "amount")]
///     InsufficientFunds { available: i64 },
/// }
///
/// assert_eq!(AccountError::InsufficientFunds { available: 5 }.code(), "INSUFFICIENT_FUNDS");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a domain error",
    label = "not a domain error",
    note = "derive it: `#[derive(Debug, PartialEq, thiserror::Error, DomainError)]` on `{Self}`"
)]
pub trait DomainError: std::error::Error + PartialEq + Send + Sync + 'static {
    /// A stable code for clients, in upper case.
    fn code(&self) -> &'static str;

    /// The input field at fault.
    fn field(&self) -> Option<&'static str> {
        None
    }
}

/// What a decision yields: events in order, and the claims taken or released with them.
///
/// One event converts by `.into()`; [`events!`](crate::events) makes several; [`Events::none`] is a no-op. A number of
/// them that is known only when the program runs is collected, or added by [`Extend`]:
///
/// ```
/// # use cqrs_runtime::prelude::*;
/// # fn f<A: Aggregate + Emits<E> + Emits<F>, E: Event, F: Event>(closed: F, charge: fn(i64) -> E) -> Events<A> {
/// let fees: Events<A> = (1..4).map(charge).collect();
/// fees.and(closed)
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Events<A: Aggregate> {
    events: Vec<A::Event>,
    claims: Vec<ClaimChange>,
}

impl<A: Aggregate> Events<A> {
    /// Nothing happens: the command is accepted and writes nothing.
    #[must_use]
    pub fn none() -> Self {
        Self { events: Vec::new(), claims: Vec::new() }
    }

    /// Adds an event at the end.
    #[must_use]
    pub fn and<E: Event>(mut self, event: E) -> Self
    where
        A: Emits<E>,
    {
        self.events.push(A::wrap(event));
        self
    }

    /// Takes a name, such as an e-mail address, that must be unique across aggregates.
    ///
    /// Of several changes of one name, the last one counts: an address that is released and taken again is kept.
    #[must_use]
    pub fn claim(self, claim: Claim) -> Self {
        self.change(ClaimChange::Take(claim))
    }

    /// Gives a name free; without effect where the aggregate does not hold it.
    #[must_use]
    pub fn release(self, claim: Claim) -> Self {
        self.change(ClaimChange::Release(claim))
    }

    fn change(mut self, change: ClaimChange) -> Self {
        self.claims.retain(|earlier| earlier.claim() != change.claim());
        self.claims.push(change);
        self
    }

    /// The events, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[A::Event] {
        &self.events
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.events.is_empty() && self.claims.is_empty()
    }

    /// The events and the claims.
    #[must_use]
    pub fn into_parts(self) -> (Vec<A::Event>, Vec<ClaimChange>) {
        (self.events, self.claims)
    }
}

impl<A: Emits<E>, E: Event> From<E> for Events<A> {
    fn from(event: E) -> Self {
        Self::none().and(event)
    }
}

impl<A: Emits<E>, E: Event> Extend<E> for Events<A> {
    fn extend<I: IntoIterator<Item = E>>(&mut self, events: I) {
        self.events.extend(events.into_iter().map(A::wrap));
    }
}

impl<A: Emits<E>, E: Event> FromIterator<E> for Events<A> {
    fn from_iter<I: IntoIterator<Item = E>>(events: I) -> Self {
        let mut all = Self::none();
        all.extend(events);
        all
    }
}

/// Several events of one decision, in order; of one aggregate, but of any of its types.
///
/// ```
/// # use cqrs_runtime::prelude::*;
/// # fn f<A: Aggregate + Emits<E> + Emits<F>, E: Event, F: Event>(withdrawn: E, charged: F) -> Events<A> {
/// events![withdrawn, charged]
/// # }
/// ```
#[macro_export]
macro_rules! events {
    ($($event:expr),* $(,)?) => {
        $crate::aggregate::Events::none()$(.and($event))*
    };
}
