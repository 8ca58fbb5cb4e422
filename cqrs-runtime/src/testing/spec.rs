//! Given-when-then for decisions and for upcasters.

mod compare;
mod document;
mod given;
mod outcome;
mod prose;
mod stored;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

pub use self::given::{GivenEvents, IntoMoment};
pub use self::outcome::Outcome;
pub use self::stored::{StoredOutcome, StoredSpec};

use crate::aggregate::{Aggregate, Decide, EventSet, misplaced};
use crate::command::Command;
use crate::context::Context;
use crate::metadata::CommandMetadata;

/// A specification of an aggregate: given what has happened, when a command comes, then this follows.
///
/// No store and no clock takes part; a decision is pure.
///
/// ```
/// # use cqrs_runtime::prelude::*;
/// # use cqrs_runtime::testing::Spec;
/// # fn f<Account, Opened, Withdraw>(opened: Opened, withdraw: Withdraw, refusal: Account::Error)
/// # where Account: Aggregate + Serialize + Emits<Opened> + Decide<Withdraw>, Opened: Event,
/// #       Withdraw: Command<Id = Account::Id, Enrichment = ()> {
/// Spec::<Account>::given(opened).when(withdraw).then_error(refusal);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Spec<A: Aggregate, E = ()> {
    given: Vec<A::Event>,
    moment: DateTime<Utc>,
    metadata: CommandMetadata,
    config: A::Config,
    enrichment: Arc<E>,
}

impl<A: Aggregate> Spec<A> {
    /// What has happened before: an event, a tuple of up to eight, an array or a vector of one type, `events![..]` for any
    /// number, or `()` for nothing.
    #[must_use]
    pub fn given(events: impl GivenEvents<A>) -> Self {
        Self {
            given: events.into_events(),
            moment: DateTime::UNIX_EPOCH,
            metadata: CommandMetadata::default(),
            config: A::Config::default(),
            enrichment: Arc::new(()),
        }
    }

    /// A payload as it is stored: the beginning of a specification of the upcasters.
    #[must_use]
    pub fn stored(name: &str, schema_version: u32, payload: &str) -> StoredSpec<A> {
        StoredSpec::new(name, schema_version, payload)
    }

    /// What the outside world has answered to the command.
    #[must_use]
    pub fn enriched<E>(self, answer: E) -> Spec<A, E> {
        let Self { given, moment, metadata, config, .. } = self;
        Spec { given, moment, metadata, config, enrichment: Arc::new(answer) }
    }
}

impl<A: Aggregate, E> Spec<A, E> {
    /// When the command comes: a `DateTime<Utc>` or a text like `2026-03-01T10:00:00Z`; else 1970.
    #[must_use]
    pub fn at(mut self, moment: impl IntoMoment) -> Self {
        self.moment = moment.into_moment();
        self
    }

    /// Who asks.
    #[must_use]
    pub fn by(mut self, principal: impl Into<String>) -> Self {
        self.metadata.principal = principal.into();
        self
    }

    /// Whose data it is about.
    #[must_use]
    pub fn of_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.metadata.tenant = tenant.into();
        self
    }

    /// What the application has configured; else the default.
    #[must_use]
    pub fn config(mut self, config: A::Config) -> Self {
        self.config = config;
        self
    }

    /// Decides on the command.
    ///
    /// # Panics
    /// When the given events can't follow each other, or an event does not survive being stored and read.
    #[must_use]
    #[track_caller]
    pub fn when<C>(self, command: C) -> Outcome<A>
    where
        A: Decide<C> + Serialize,
        C: Command<Id = A::Id, Enrichment = E>,
    {
        let state = fold::<A>(None, &self.given);
        let id = command.target(|| Uuid::from_u128(1)).into_owned();
        let cx = Context {
            id,
            version: self.given.len() as u64,
            now: self.moment,
            command_id: Uuid::from_u128(2),
            metadata: Arc::new(self.metadata.clone()),
            config: Arc::new(self.config),
            enrichment: self.enrichment,
        };
        let when = prose::when(&command, self.moment, &self.metadata);
        let exists = A::CREATES && !self.given.is_empty();
        let decided = if exists { None } else { Some(A::decide(state.as_ref(), command, &cx)) };
        Outcome::new(self.given, when, state, decided)
    }
}

/// The state after `events`.
#[track_caller]
fn fold<A: Aggregate>(mut state: Option<A>, events: &[A::Event]) -> Option<A> {
    for event in events {
        let begun = state.is_some();
        let fits = A::advance(&mut state, event);
        assert!(
            fits,
            "`{}` can't stand in this place of a stream of `{}`: {}",
            event.name(),
            A::TYPE,
            misplaced(begun)
        );
    }
    state
}
