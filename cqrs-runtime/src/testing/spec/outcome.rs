//! What a decision has come to, and what is expected of it.

use std::fmt;

use serde::Serialize;

use super::given::GivenEvents;
use super::{compare, fold, prose, stored};
use crate::aggregate::{Aggregate, DecideError, DomainError};
use crate::store::ClaimChange;

/// What a command has come to; its text is the whole specification.
#[derive(Debug)]
pub struct Outcome<A: Aggregate> {
    given: Vec<A::Event>,
    when: String,
    then: Then<A>,
    state: Option<A>,
}

#[derive(Debug)]
enum Then<A: Aggregate> {
    Events(Vec<A::Event>, Vec<ClaimChange>),
    Refused(A::Error),
    NotFound,
    AlreadyExists,
}

type Decided<A> = Result<crate::aggregate::Events<A>, DecideError<<A as Aggregate>::Error>>;

impl<A: Aggregate + Serialize> Outcome<A> {
    #[track_caller]
    pub(super) fn new(given: Vec<A::Event>, when: String, state: Option<A>, decided: Option<Decided<A>>) -> Self {
        let then = match decided {
            None => Then::AlreadyExists,
            Some(Err(DecideError::NotFound)) => Then::NotFound,
            Some(Err(DecideError::Refused(error))) => Then::Refused(error),
            Some(Ok(events)) => {
                let (events, claims) = events.into_parts();
                Then::Events(events, claims)
            }
        };
        let state = match &then {
            Then::Events(events, _) => fold(state, events),
            _ => state,
        };
        for event in given.iter().chain(then.events()) {
            stored::assert_survives_storing::<A>(event);
        }
        Self { given, when, then, state }
    }

    /// Expects exactly these events.
    ///
    /// # Panics
    /// When something else has come of the command.
    #[track_caller]
    pub fn then_events(&self, expected: impl GivenEvents<A>) -> &Self {
        let expected = expected.into_events();
        let fulfilled = matches!(&self.then, Then::Events(events, _) if *events == expected);
        let actual = match &self.then {
            Then::Events(events, _) => prose::events(events),
            other => other.to_string(),
        };
        self.expect(fulfilled, &prose::events(&expected), &actual)
    }

    /// Expects that the command is accepted and nothing happens.
    ///
    /// # Panics
    /// When something else has come of the command.
    #[track_caller]
    pub fn then_nothing(&self) -> &Self {
        self.then_events(())
    }

    /// Expects this refusal.
    ///
    /// # Panics
    /// When something else has come of the command.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "an expectation is written in place")]
    pub fn then_error(&self, expected: A::Error) -> &Self {
        let fulfilled = matches!(&self.then, Then::Refused(error) if *error == expected);
        self.expect(fulfilled, &refusal(&expected), &self.then.to_string())
    }

    /// Expects that there is no such aggregate.
    ///
    /// # Panics
    /// When something else has come of the command.
    #[track_caller]
    pub fn then_not_found(&self) -> &Self {
        let fulfilled = matches!(self.then, Then::NotFound);
        self.expect(fulfilled, NOT_FOUND, &self.then.to_string())
    }

    /// Expects that the aggregate is there already.
    ///
    /// # Panics
    /// When something else has come of the command.
    #[track_caller]
    pub fn then_already_exists(&self) -> &Self {
        let fulfilled = matches!(self.then, Then::AlreadyExists);
        self.expect(fulfilled, ALREADY_EXISTS, &self.then.to_string())
    }

    /// Expects these claims to be taken or released.
    ///
    /// # Panics
    /// When others are.
    #[track_caller]
    pub fn then_claims(&self, expected: &[ClaimChange]) -> &Self {
        let fulfilled = matches!(&self.then, Then::Events(_, claims) if claims == expected);
        let actual = match &self.then {
            Then::Events(_, changes) => claims_or_none(changes),
            other => other.to_string(),
        };
        self.expect(fulfilled, &claims_or_none(expected), &actual)
    }

    /// Looks at the resulting state; without one the specification fails.
    ///
    /// # Panics
    /// When there is no state, or `check` panics.
    #[track_caller]
    pub fn then_state(&self, check: impl FnOnce(&A)) -> &Self {
        match &self.state {
            Some(state) => check(state),
            None => compare::fail(&self.to_string(), "a state\n", "none\n"),
        }
        self
    }

    #[track_caller]
    fn expect(&self, fulfilled: bool, expected: &str, actual: &str) -> &Self {
        if !fulfilled {
            compare::fail(&self.given_and_when(), expected, actual);
        }
        self
    }

    fn given_and_when(&self) -> String {
        let given = prose::paragraph("Given", &prose::events(&self.given));
        given + &prose::paragraph("When", &self.when)
    }
}

impl<A: Aggregate + Serialize> fmt::Display for Outcome<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given_and_when())?;
        f.write_str(&prose::paragraph("Then", &self.then.to_string()))?;
        f.write_str(&prose::paragraph("State", &prose::state(self.state.as_ref())))
    }
}

const NOT_FOUND: &str = "refused: it does not exist\n";
const ALREADY_EXISTS: &str = "refused: it already exists\n";

impl<A: Aggregate> Then<A> {
    fn events(&self) -> &[A::Event] {
        match self {
            Self::Events(events, _) => events,
            _ => &[],
        }
    }
}

impl<A: Aggregate> fmt::Display for Then<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events(events, changes) => write!(f, "{}{}", prose::events(events), claims(changes)),
            Self::Refused(error) => f.write_str(&refusal(error)),
            Self::NotFound => f.write_str(NOT_FOUND),
            Self::AlreadyExists => f.write_str(ALREADY_EXISTS),
        }
    }
}

fn refusal<E: DomainError>(error: &E) -> String {
    let field = error.field().map(|field| format!(" (at {field})")).unwrap_or_default();
    format!("refused: {}{field}\n  {error}\n", error.code())
}

fn claims_or_none(changes: &[ClaimChange]) -> String {
    if changes.is_empty() { "takes and releases nothing\n".to_owned() } else { claims(changes) }
}

fn claims(changes: &[ClaimChange]) -> String {
    let line = |change: &ClaimChange| match change {
        ClaimChange::Take(claim) => format!("takes {claim}\n"),
        ClaimChange::Release(claim) => format!("releases {claim}\n"),
    };
    changes.iter().map(line).collect()
}
