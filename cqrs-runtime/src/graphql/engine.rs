//! What answers requests: the catalogue, and what is behind it.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;

use super::Problem;
use super::catalog::Catalog;
use super::extend::{Custom, Extensions};
use super::filter::FilterLimits;
use crate::access::DenyByDefault;
use crate::principal::Principal;
use crate::projection::ReadModels;
use crate::store::EventStore;

/// What answers the fields of the roots.
pub(super) struct Engine {
    pub(super) catalog: Catalog,
    pub(super) read_models: ReadModels,
    pub(super) options: SchemaOptions,
    /// Whether nothing is granted where nothing is said, whatever a request says.
    deny_by_default: bool,
    pub(super) extensions: Extensions<Custom>,
    pub(super) queries: HashMap<String, QueryField>,
    pub(super) mutations: HashMap<String, MutationField>,
    pub(super) subscriptions: HashMap<String, SubscriptionField>,
}

/// How long is waited, and how much is given at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaOptions {
    /// How long a query with `minPosition`, and the read models of a payload, wait for projections; 2 seconds.
    pub freshness_limit: Duration,
    /// How long a command may take; 10 seconds.
    pub command_deadline: Duration,
    /// How many rows or events a page has where neither `first` nor `last` is said; 20.
    pub usual_page: u64,
    /// How many rows or events a page has at most; 100.
    pub most_of_page: u64,
    /// How large a filter may be.
    pub filter_limits: FilterLimits,
}

impl Default for SchemaOptions {
    fn default() -> Self {
        Self {
            freshness_limit: Duration::from_secs(2),
            command_deadline: Duration::from_secs(10),
            usual_page: 20,
            most_of_page: 100,
            filter_limits: FilterLimits::default(),
        }
    }
}

/// What a field of the query answers; places in the catalogue.
#[derive(Clone, Copy, Debug)]
pub(super) enum QueryField {
    Node,
    Nodes,
    Row(usize),
    Rows(usize),
    State(usize),
    Events(usize),
    Custom(usize),
}

/// What a field of the mutation does; places in the catalogue.
#[derive(Clone, Copy, Debug)]
pub(super) enum MutationField {
    Command { aggregate: usize, command: usize },
    Custom(usize),
}

/// What a field of the subscription follows; places in the catalogue.
#[derive(Clone, Copy, Debug)]
pub(super) enum SubscriptionField {
    Events(usize),
    Changes(usize),
}

impl Engine {
    /// What the fields of the roots are, by their names.
    pub(super) fn new(
        catalog: Catalog,
        read_models: ReadModels,
        (options, deny_by_default): (SchemaOptions, bool),
        extensions: Extensions<Custom>,
    ) -> Self {
        let (mut queries, mut mutations, mut subscriptions) = (HashMap::new(), HashMap::new(), HashMap::new());
        queries.insert("node".to_owned(), QueryField::Node);
        queries.insert("nodes".to_owned(), QueryField::Nodes);
        for (index, model) in catalog.models.iter().enumerate() {
            queries.insert(model.one.clone(), QueryField::Row(index));
            queries.insert(model.several.clone(), QueryField::Rows(index));
            subscriptions.insert(format!("{}Changed", model.one), SubscriptionField::Changes(index));
        }
        for (index, aggregate) in catalog.aggregates.iter().enumerate() {
            queries.insert(aggregate.one.clone(), QueryField::State(index));
            queries.insert(format!("{}Events", aggregate.one), QueryField::Events(index));
            subscriptions.insert(format!("{}Events", aggregate.one), SubscriptionField::Events(index));
            for (command, entry) in aggregate.commands.iter().enumerate() {
                mutations.insert(entry.mutation.clone(), MutationField::Command { aggregate: index, command });
            }
        }
        for (index, custom) in extensions.queries.iter().enumerate() {
            queries.insert(custom.name().to_owned(), QueryField::Custom(index));
        }
        for (index, custom) in extensions.mutations.iter().enumerate() {
            mutations.insert(custom.name().to_owned(), MutationField::Custom(index));
        }
        Self { catalog, read_models, options, deny_by_default, extensions, queries, mutations, subscriptions }
    }

    /// The field of a guard that is none of any root.
    pub(super) fn guarded_in_vain(&self) -> Option<&'static str> {
        let is_field = |name: &str| {
            self.queries.contains_key(name)
                || self.mutations.contains_key(name)
                || self.subscriptions.contains_key(name)
        };
        self.extensions.guards.iter().map(|guarding| guarding.field).find(|field| !is_field(field))
    }

    pub(super) fn store(&self) -> &EventStore {
        self.read_models.store()
    }

    /// Waits until a read model has come to a position.
    pub(super) async fn come_to(&self, table: &str, position: u64) -> Result<(), Problem> {
        let waited = self.read_models.wait_for(table, position, self.options.freshness_limit).await;
        waited.map_err(|error| super::failure::of_wait(&error))
    }

    /// Whether nothing is granted where nothing is said.
    pub(super) fn denies(&self, context: &async_graphql::Context<'_>) -> bool {
        self.deny_by_default || context.data_opt::<DenyByDefault>().is_some()
    }

    /// Who asks.
    pub(super) fn principal<'a>(context: &async_graphql::Context<'a>) -> &'a Principal {
        static NOBODY: LazyLock<Principal> = LazyLock::new(Principal::default);
        context.data_opt::<Principal>().unwrap_or(&NOBODY)
    }
}
