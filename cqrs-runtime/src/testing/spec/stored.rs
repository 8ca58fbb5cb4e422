//! Specifications of stored payloads: what an old version becomes when it is read.
#![expect(clippy::must_use_candidate, reason = "an expectation need not be followed by another")]

use std::fmt::{self, Write};
use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::given::{GivenEvents, IntoMoment};
use super::{compare, prose};
use crate::aggregate::{Aggregate, EventSet};
use crate::event::{DecodeError, RawEvent};

/// A stored payload that is about to be read.
#[derive(Clone, Debug)]
pub struct StoredSpec<A> {
    name: String,
    schema_version: u32,
    payload: String,
    recorded_at: DateTime<Utc>,
    principal: String,
    aggregate: PhantomData<fn() -> A>,
}

/// What a stored payload has become; its text is the whole specification.
#[derive(Debug)]
pub struct StoredOutcome<A: Aggregate> {
    stored: StoredSpec<A>,
    read: Result<Vec<A::Event>, DecodeError>,
}

impl<A: Aggregate> StoredSpec<A> {
    pub(super) fn new(name: &str, schema_version: u32, payload: &str) -> Self {
        Self {
            name: name.to_owned(),
            schema_version,
            payload: payload.to_owned(),
            recorded_at: DateTime::UNIX_EPOCH,
            principal: String::new(),
            aggregate: PhantomData,
        }
    }

    /// When it was recorded; else 1970.
    #[must_use]
    pub fn at(mut self, moment: impl IntoMoment) -> Self {
        self.recorded_at = moment.into_moment();
        self
    }

    /// Who had asked for it.
    #[must_use]
    pub fn by(mut self, principal: impl Into<String>) -> Self {
        self.principal = principal.into();
        self
    }

    /// Reads it as the aggregate does.
    #[must_use]
    pub fn when_read(self) -> StoredOutcome<A> {
        let raw = raw::<A>(&self.name, self.schema_version, &self.payload, self.recorded_at, &self.principal);
        let read = A::Event::decode(&raw).map(|parts| parts.into_iter().collect());
        StoredOutcome { stored: self, read }
    }

    /// Expects that it is read as these events.
    ///
    /// # Panics
    /// When it is read otherwise.
    #[track_caller]
    pub fn then_events(self, expected: impl GivenEvents<A>) -> StoredOutcome<A> {
        let outcome = self.when_read();
        let expected = expected.into_events();
        if !matches!(&outcome.read, Ok(events) if *events == expected) {
            compare::fail(&outcome.stored.given(), &prose::events(&expected), &outcome.then());
        }
        outcome
    }

    /// Expects that it can't be read, for a reason that contains `reason`.
    ///
    /// # Panics
    /// When it can be read, or not for another reason.
    #[track_caller]
    pub fn then_error(self, reason: &str) -> StoredOutcome<A> {
        let outcome = self.when_read();
        if outcome.read.is_ok() || !outcome.then().contains(reason) {
            compare::fail(&outcome.stored.given(), &format!("not readable: .. {reason} ..\n"), &outcome.then());
        }
        outcome
    }

    fn given(&self) -> String {
        let stored = format!("{} version {}\n{}\n", self.name, self.schema_version, self.payload);
        prose::paragraph("Given, as stored", &stored)
    }
}

impl<A: Aggregate> StoredOutcome<A> {
    fn then(&self) -> String {
        match &self.read {
            Ok(events) => prose::events(events),
            Err(error) => format!("not readable: {}", chain(error)),
        }
    }
}

impl<A: Aggregate> fmt::Display for StoredOutcome<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stored.given())?;
        f.write_str(&prose::paragraph("Then it is read as", &self.then()))
    }
}

/// Fails unless `event` is the same after being written and read.
#[track_caller]
pub(super) fn assert_survives_storing<A: Aggregate>(event: &A::Event) {
    let name = event.name();
    let payload = match event.payload() {
        Ok(payload) => payload,
        Err(error) => panic!("`{name}` can't be written as JSON: {error}"),
    };
    let raw = raw::<A>(name, event.schema_version(), &payload, DateTime::UNIX_EPOCH, "");
    match A::Event::decode(&raw) {
        Ok(parts) => {
            let read: Vec<_> = parts.into_iter().collect();
            assert!(
                matches!(read.as_slice(), [same] if same == event),
                "`{name}` is not the same after being stored and read\n  written {:?}\n  as      {payload}\n  \
                 read    {read:?}",
                [event],
            );
        }
        Err(error) => panic!("`{name}` can't be read after being stored as\n  {payload}\n{}", chain(&error)),
    }
}

/// An error and its causes, a line each.
fn chain(error: &DecodeError) -> String {
    let mut text = format!("{error}\n");
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let _ = writeln!(text, "  {error}");
        cause = error.source();
    }
    text
}

fn raw<'a, A: Aggregate>(
    name: &'a str,
    schema_version: u32,
    payload: &'a str,
    recorded_at: DateTime<Utc>,
    principal: &'a str,
) -> RawEvent<'a> {
    RawEvent {
        position: 1,
        tenant: "",
        stream_type: A::TYPE,
        stream_id: "1",
        version: 1,
        event_id: Uuid::from_u128(1),
        name,
        schema_version,
        payload,
        recorded_at,
        correlation_id: Uuid::from_u128(1),
        causation_id: Uuid::from_u128(1),
        principal,
        keys: "",
    }
}
