//! Which folders.

use fastrand::Rng;
use serde_json::{Value as Json, json};

use crate::graphql::access::model::{OWNERS, Written};

/// Which folders.
#[derive(Clone, Debug)]
pub(in super::super) enum Filter {
    Owner(&'static str),
    Team(i64),
    Before(i64),
    Title(String),
    Secret(String),
    Not(Box<Filter>),
    All(Vec<Filter>),
    Any(Vec<Filter>),
}

impl Filter {
    pub(super) fn random(rng: &mut Rng, depth: u8) -> Self {
        let part = |rng: &mut Rng| rng.u8(..8).to_string();
        match rng.u8(..if depth == 0 { 9 } else { 12 }) {
            0..=2 => Self::Owner(rng.choice(&OWNERS).unwrap()),
            3..=4 => Self::Team(rng.i64(0..3)),
            5 => Self::Before(rng.i64(0..4)),
            6..=7 => Self::Title(part(rng)),
            8 => Self::Secret(part(rng)),
            9 => Self::Not(Box::new(Self::random(rng, depth - 1))),
            10 => Self::All((0..rng.u8(..3)).map(|_| Self::random(rng, depth - 1)).collect()),
            _ => Self::Any((0..rng.u8(..3)).map(|_| Self::random(rng, depth - 1)).collect()),
        }
    }

    pub(super) fn given(&self) -> Json {
        match self {
            Self::Owner(owner) => json!({ "owner": { "eq": owner } }),
            Self::Team(team) => json!({ "team": { "eq": team.to_string() } }),
            Self::Before(team) => json!({ "team": { "lt": team.to_string() } }),
            Self::Title(part) => json!({ "title": { "contains": part } }),
            Self::Secret(part) => json!({ "secret": { "contains": part } }),
            Self::Not(filter) => json!({ "not": filter.given() }),
            Self::All(filters) => json!({ "and": filters.iter().map(Self::given).collect::<Vec<_>>() }),
            Self::Any(filters) => json!({ "or": filters.iter().map(Self::given).collect::<Vec<_>>() }),
        }
    }

    pub(super) fn asks_for_secrets(&self) -> bool {
        match self {
            Self::Secret(_) => true,
            Self::Owner(_) | Self::Team(_) | Self::Before(_) | Self::Title(_) => false,
            Self::Not(filter) => filter.asks_for_secrets(),
            Self::All(filters) | Self::Any(filters) => filters.iter().any(Self::asks_for_secrets),
        }
    }

    pub(super) fn holds(&self, folder: &Written) -> bool {
        match self {
            Self::Owner(owner) => folder.owner == *owner,
            Self::Team(team) => folder.team == *team,
            Self::Before(team) => folder.team < *team,
            Self::Title(part) => folder.title.contains(part),
            Self::Secret(part) => folder.secret.contains(part),
            Self::Not(filter) => !filter.holds(folder),
            Self::All(filters) => filters.iter().all(|filter| filter.holds(folder)),
            Self::Any(filters) => filters.iter().any(|filter| filter.holds(folder)),
        }
    }
}
