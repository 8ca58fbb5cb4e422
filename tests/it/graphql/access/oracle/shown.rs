//! What is to be shown, and how it is held to what is.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;

use super::{Place, Refusals};
use crate::graphql::access::pools::Question;

#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Shown {
    Plain(Json),
    /// A text that is opaque to clients: what stands in it, null for what may be anything; and of what it is a cursor.
    Opaque(Vec<Json>, Option<Of>),
    List(Vec<Shown>),
    Object(Vec<(String, Shown)>),
    /// What tells of something of its own.
    Within(Place, Box<Shown>),
    /// An error in its stead, among what comes to who follows.
    Refused(Refusals),
}

/// Of what something is a cursor.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Of {
    Rows(Arc<Question>),
    /// The events of a folder.
    Events(String),
}

impl Shown {
    pub(super) fn within(self, place: Place) -> Self {
        Self::Within(place, Box::new(self))
    }

    /// Whether it is what was answered; takes the cursors of it.
    pub(in super::super) fn is(&self, answer: &Json, cursors: &mut Vec<(String, Of)>) -> bool {
        match self {
            Self::Plain(value) => value == answer,
            Self::Refused(_) => false,
            Self::Within(_, shown) => shown.is(answer, cursors),
            Self::List(items) => answer.as_array().is_some_and(|answers| {
                answers.len() == items.len() && items.iter().zip(answers).all(|(item, answer)| item.is(answer, cursors))
            }),
            Self::Object(fields) => answer.as_object().is_some_and(|answers| {
                let mut is =
                    |(name, shown): &(String, Self)| answers.get(name).is_some_and(|answer| shown.is(answer, cursors));
                answers.len() == fields.len() && fields.iter().all(&mut is)
            }),
            Self::Opaque(parts, of) => {
                let Some(text) = answer.as_str() else { return false };
                let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
                let Ok(found) = serde_json::from_slice::<Vec<Json>>(&bytes) else { return false };
                cursors.extend(of.clone().map(|of| (text.to_owned(), of)));
                found.len() == parts.len()
                    && parts.iter().zip(&found).all(|(part, found)| part.is_null() || part == found)
            }
        }
    }

    /// Of what it tells in another way than another.
    pub(super) fn differs(&self, other: &Self, at: Place, places: &mut BTreeSet<Place>) {
        match (self, other) {
            (Self::Within(place, one), Self::Within(_, another)) => one.differs(another, *place, places),
            (Self::List(one), Self::List(another)) if one.len() == another.len() => {
                one.iter().zip(another).for_each(|(one, another)| one.differs(another, at, places));
            }
            (Self::Object(one), Self::Object(another)) if one.len() == another.len() => {
                one.iter().zip(another).for_each(|((_, one), (_, another))| one.differs(another, at, places));
            }
            _ if self == other => {}
            _ => {
                places.insert(at);
            }
        }
    }
}
