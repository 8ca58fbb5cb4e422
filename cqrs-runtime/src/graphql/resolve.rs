//! Answering fields: rows, states and events, as deep as was asked.

mod events;
mod fresh;
mod mutations;
mod pages;
mod queries;
mod rights;
mod rows;
mod subscriptions;

pub(super) use self::subscriptions::failed;
use async_graphql::{ServerError, ServerResult};

use super::Problem;
use super::catalog::{AggregateEntry, ModelEntry};
use super::engine::Engine;
use super::selection::{Asked, Selected};
use crate::principal::Principal;

/// A request while it is answered, and who asks.
#[derive(Clone, Copy)]
pub(super) struct Resolving<'q> {
    pub(super) engine: &'q Engine,
    pub(super) asked: Asked<'q>,
    pub(super) principal: &'q Principal,
    /// Whether nothing is granted where nothing is said.
    pub(super) denies: bool,
}

impl<'q> Resolving<'q> {
    fn model(self, index: usize, selected: &Selected<'_>) -> ServerResult<&'q ModelEntry> {
        self.engine.catalog.models.get(index).ok_or_else(|| unknown(selected))
    }

    fn aggregate(self, index: usize, selected: &Selected<'_>) -> ServerResult<&'q AggregateEntry> {
        self.engine.catalog.aggregates.get(index).ok_or_else(|| unknown(selected))
    }
}

/// A field that is not there: validation lets none through.
fn unknown(selected: &Selected<'_>) -> ServerError {
    Problem::input(format!("there is no field `{}`", selected.name)).at(selected.pos)
}
