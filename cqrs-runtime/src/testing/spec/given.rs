//! What can be given, and when.

use chrono::{DateTime, Utc};

use crate::aggregate::{Aggregate, Emits, Events};
use crate::event::Event;

/// Events of an aggregate: one, a tuple of up to eight, an array or a vector of one type or of the event enum, any number
/// by `events![..]`, or `()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no events of `{A}`",
    label = "neither an event that `{A}` lists nor a list of such events",
    note = "write one listed event, a tuple of up to eight, an array or a vector of one type, `events![a, b, ..]` for any \
            number, or `()` for nothing"
)]
pub trait GivenEvents<A: Aggregate> {
    /// The events, in order.
    fn into_events(self) -> Vec<A::Event>;
}

impl<A: Aggregate> GivenEvents<A> for () {
    fn into_events(self) -> Vec<A::Event> {
        Vec::new()
    }
}

impl<A: Aggregate, E: Into<A::Event>> GivenEvents<A> for Vec<E> {
    fn into_events(self) -> Vec<A::Event> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<A: Aggregate, E: Into<A::Event>, const N: usize> GivenEvents<A> for [E; N] {
    fn into_events(self) -> Vec<A::Event> {
        self.into_iter().map(Into::into).collect()
    }
}

/// What `events![..]` makes of any number of events; claims are not given.
impl<A: Aggregate> GivenEvents<A> for Events<A> {
    fn into_events(self) -> Vec<A::Event> {
        self.into_parts().0
    }
}

impl<A: Emits<E>, E: Event> GivenEvents<A> for E {
    fn into_events(self) -> Vec<A::Event> {
        vec![A::wrap(self)]
    }
}

macro_rules! tuples {
    ($(($($name:ident),+)),+ $(,)?) => {$(
        impl<A, $($name),+> GivenEvents<A> for ($($name,)+)
        where
            A: Aggregate $(+ Emits<$name>)+,
            $($name: Event,)+
        {
            fn into_events(self) -> Vec<A::Event> {
                #[expect(non_snake_case, reason = "a variable per type parameter")]
                let ($($name,)+) = self;
                vec![$(A::wrap($name)),+]
            }
        }
    )+};
}
tuples!(
    (E1),
    (E1, E2),
    (E1, E2, E3),
    (E1, E2, E3, E4),
    (E1, E2, E3, E4, E5),
    (E1, E2, E3, E4, E5, E6),
    (E1, E2, E3, E4, E5, E6, E7),
    (E1, E2, E3, E4, E5, E6, E7, E8),
);

/// A moment, as a value or as a text like `2026-03-01T10:00:00Z`.
pub trait IntoMoment {
    /// The moment.
    ///
    /// # Panics
    /// When a text is no RFC 3339 time; this is for tests.
    fn into_moment(self) -> DateTime<Utc>;
}

impl IntoMoment for DateTime<Utc> {
    fn into_moment(self) -> DateTime<Utc> {
        self
    }
}

impl IntoMoment for &str {
    #[track_caller]
    fn into_moment(self) -> DateTime<Utc> {
        match DateTime::parse_from_rfc3339(self) {
            Ok(moment) => moment.to_utc(),
            Err(error) => panic!("`{self}` is not a time like 2026-03-01T10:00:00Z: {error}"),
        }
    }
}
