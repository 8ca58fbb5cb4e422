//! What is appended, and the verdict on it.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, SubsecRound, Utc};
use uuid::Uuid;

/// A stream: all events of one aggregate of one tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamKey {
    /// Whose it is; empty without tenants.
    pub tenant: String,
    /// The aggregate's stored type.
    pub stream_type: Cow<'static, str>,
    /// The aggregate's id, in its canonical text.
    pub id: String,
}

impl StreamKey {
    /// The stream of an aggregate, without a tenant.
    pub fn new(stream_type: impl Into<Cow<'static, str>>, id: impl Into<String>) -> Self {
        Self { tenant: String::new(), stream_type: stream_type.into(), id: id.into() }
    }

    /// The same stream of `tenant`.
    #[must_use]
    pub fn of_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = tenant.into();
        self
    }
}

impl fmt::Display for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.stream_type, self.id)?;
        if self.tenant.is_empty() { Ok(()) } else { write!(f, " of tenant {}", self.tenant) }
    }
}

/// The version that an append expects its stream to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// Exactly this many events; 0 is the same as [`ExpectedVersion::NoStream`].
    Exact(u64),
    /// No event yet.
    NoStream,
    /// At least one event.
    Exists,
    /// Whatever it is.
    Any,
}

impl ExpectedVersion {
    /// Whether a stream of `actual` events is as expected.
    #[must_use]
    pub fn accepts(self, actual: u64) -> bool {
        match self {
            Self::Exact(version) => version == actual,
            Self::NoStream => actual == 0,
            Self::Exists => actual > 0,
            Self::Any => true,
        }
    }
}

impl fmt::Display for ExpectedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(version) => write!(f, "version {version}"),
            Self::NoStream => f.write_str("a new stream"),
            Self::Exists => f.write_str("an existing stream"),
            Self::Any => f.write_str("any version"),
        }
    }
}

/// An event that is to be appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Its id, unique in the log; sending it again is recognised by it.
    pub id: Uuid,
    /// Its stored name.
    pub name: Cow<'static, str>,
    /// The version of its stored shape.
    pub schema_version: u32,
    /// The payload, JSON.
    pub payload: String,
}

impl NewEvent {
    /// An event of the first version of its shape.
    pub fn new(id: Uuid, name: impl Into<Cow<'static, str>>, payload: impl Into<String>) -> Self {
        Self { id, name: name.into(), schema_version: 1, payload: payload.into() }
    }
}

/// Events of one stream and all that commits with them, or nothing of it.
///
/// An append without events writes its receipt and its claims.
///
/// ```
/// use cqrs_runtime::store::{Append, EventStore, ExpectedVersion, NewEvent, StreamKey};
/// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
/// let store = EventStore::memory();
/// let opened = NewEvent::new(uuid::Uuid::now_v7(), "AccountOpened", r#"{"owner":"ada"}"#);
/// let append = Append::new(StreamKey::new("Account", "7"), ExpectedVersion::NoStream, vec![opened]);
/// let appended = store.append(Append { principal: "ada".to_owned(), ..append }).await?;
/// assert_eq!(appended.version, 1);
/// # Ok(()) }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(f()).unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The stream.
    pub stream: StreamKey,
    /// The version that it must have.
    pub expected: ExpectedVersion,
    /// The events, in order.
    pub events: Vec<NewEvent>,
    /// The time to record, in microseconds; the store never records a time before the stream's last one.
    pub recorded_at: DateTime<Utc>,
    /// Common to all that one request set off.
    pub correlation_id: Uuid,
    /// What caused the events.
    pub causation_id: Uuid,
    /// Who asked; empty where nobody is known.
    pub principal: String,
    /// Whatever else is kept: a JSON object of texts, or empty.
    pub keys: String,
    /// The names taken and released with the events, each at most once.
    pub claims: Vec<ClaimChange>,
    /// The answer that a repeated command gets.
    pub receipt: Option<Receipt>,
}

impl Append {
    /// How many bytes of text an append has at most: the payloads, and what is kept beside each event.
    ///
    /// Every store takes so much. What comes near a gigabyte fits neither into a text of SQLite nor into a message of
    /// PostgreSQL, which ends the connection.
    pub const MAX_BYTES: usize = 64 << 20;

    /// How many bytes of text are kept.
    pub(super) fn bytes(&self) -> usize {
        let stream = self.stream.tenant.len() + self.stream.stream_type.len() + self.stream.id.len();
        let beside = stream + self.principal.len() + self.keys.len();
        let events = self.events.iter().map(|event| event.name.len() + event.payload.len() + beside);
        let claims = self.claims.iter().map(ClaimChange::claim);
        let claims = claims.map(|claim| claim.scope.len() + claim.name.len() + stream);
        let refusal = match self.receipt.as_ref().map(|receipt| &receipt.answer) {
            Some(ReceiptAnswer::Refused { error, .. }) => error.len(),
            _ => 0,
        };
        events.sum::<usize>() + claims.sum::<usize>() + refusal
    }

    /// Events that nobody and nothing but themselves has caused, recorded now, with neither claims nor a receipt.
    #[must_use]
    pub fn new(stream: StreamKey, expected: ExpectedVersion, events: Vec<NewEvent>) -> Self {
        let cause = events.first().map_or_else(Uuid::now_v7, |event| event.id);
        Self {
            stream,
            expected,
            events,
            recorded_at: Utc::now().trunc_subsecs(6),
            correlation_id: cause,
            causation_id: cause,
            principal: String::new(),
            keys: String::new(),
            claims: Vec::new(),
            receipt: None,
        }
    }
}

/// A name that only one stream of a tenant may hold, such as an e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Claim {
    /// What kind of name it is, such as `email`.
    pub scope: Cow<'static, str>,
    /// The name.
    pub name: String,
}

impl Claim {
    /// A name of a kind.
    pub fn new(scope: impl Into<Cow<'static, str>>, name: impl Into<String>) -> Self {
        Self { scope: scope.into(), name: name.into() }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.scope, self.name)
    }
}

/// A change of claims that commits with the events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimChange {
    /// The aggregate takes a name that nobody else may hold.
    Take(Claim),
    /// The aggregate no longer holds the name.
    Release(Claim),
}

impl ClaimChange {
    /// The claim that changes hands.
    #[must_use]
    pub fn claim(&self) -> &Claim {
        match self {
            Self::Take(claim) | Self::Release(claim) => claim,
        }
    }
}

/// What a repeated command is recognised by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReceiptKey {
    /// Whose command it is; empty without tenants.
    pub tenant: String,
    /// Who sent it; empty where nobody is known.
    pub principal: String,
    /// The command's name.
    pub command: Cow<'static, str>,
    /// The key that the client chose.
    pub key: String,
}

/// The kept answer to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What the command is recognised by.
    pub key: ReceiptKey,
    /// SHA-256 of the command's content.
    pub input_hash: [u8; 32],
    /// The aggregate that it went to.
    pub stream: StreamKey,
    /// What was answered.
    pub answer: ReceiptAnswer,
}

/// What was answered to a command.
///
/// Kept as three columns: versions `first` and `last`, and the refusal as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptAnswer {
    /// Accepted with the events of the receipt's own append.
    ///
    /// Before the verdict the versions are not known: the store fills them in.
    Events {
        /// The version of the first event; 0 before the verdict.
        first: u64,
        /// The version of the last event; 0 before the verdict.
        last: u64,
    },
    /// Accepted without an event, the stream being at this version.
    Nothing {
        /// The stream's version at the decision.
        version: u64,
    },
    /// Refused by the domain.
    Refused {
        /// The stream's version at the decision.
        version: u64,
        /// The error as JSON: code, message, field.
        error: String,
    },
}

/// Where an append's events stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The stream's version after the append, or as far as it has ever been known for an append without events.
    pub version: u64,
    /// How many events the append has; the first one's version is `version - count + 1`.
    pub count: u64,
    /// The position of its last event; `None` without events.
    pub position: Option<u64>,
    /// The time recorded with the events.
    pub recorded_at: DateTime<Utc>,
    /// Whether the events had been written before, by an earlier sending.
    pub repeated: bool,
}

/// The store's answer to one append; no neighbour in a batch has a say in it.
///
/// Where several apply, the first of this order is given: `EventIdReused` and repeated events, `Receipted`,
/// `Conflict`, `ClaimTaken`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Written, now or by an earlier sending of the same events.
    Appended(Appended),
    /// An event id is known, with another stream, name or payload.
    EventIdReused {
        /// The id.
        id: Uuid,
    },
    /// The command has been answered before; nothing was written.
    Receipted(Receipt),
    /// Another stream holds a name that the append takes; nothing was written.
    ClaimTaken {
        /// The name.
        claim: Claim,
        /// Who holds it.
        holder: StreamKey,
    },
    /// The stream is not at the expected version; nothing was written.
    Conflict {
        /// Its version.
        actual: u64,
    },
}
