//! What the schema is made of: the aggregates and read models of a context, as clients are told of them.

use std::sync::Arc;

use super::aggregate::AnyAggregate;
use super::computed::Computed;
use super::filter::Filters;
use super::order::Orders;
use crate::api::{ApiKind, ApiRecord, ApiType, ApiTypes};
use crate::command::ApiCommand;
use crate::projection::AnyReadModel;
use crate::read_model::Table;

/// All that there is.
#[derive(Default)]
pub(super) struct Catalog {
    pub(super) types: ApiTypes,
    pub(super) models: Vec<ModelEntry>,
    pub(super) aggregates: Vec<AggregateEntry>,
}

/// A read model.
pub(super) struct ModelEntry {
    pub(super) rows: AnyReadModel,
    pub(super) table: &'static Table,
    /// Its name as a query for one row: `accountSummary`.
    pub(super) one: String,
    /// Its name as a query for several: `accountSummaries`.
    pub(super) several: String,
    /// Its fields, in the order of the table.
    pub(super) fields: Vec<ModelField>,
    pub(super) relations: Vec<Relation>,
    /// What an application computes.
    pub(super) computed: Vec<Computed>,
    pub(super) filters: Filters,
    pub(super) orders: Orders,
}

/// A field of a read model.
pub(super) struct ModelField {
    pub(super) name: String,
    pub(super) ty: ApiType,
}

/// A field that leads to rows of a read model.
pub(super) struct Relation {
    pub(super) name: String,
    /// The read model that it leads to, by its place in the catalogue.
    pub(super) to: usize,
    pub(super) by: By,
}

/// What leads from a row to others.
#[derive(Clone, Copy)]
pub(super) enum By {
    /// A field of the row holds the key of the other.
    Key(usize),
    /// A field of the others holds the key of the row.
    Reference(usize),
}

/// An aggregate.
pub(super) struct AggregateEntry {
    pub(super) any: Arc<dyn AnyAggregate>,
    /// Its name as a query: `account`.
    pub(super) one: String,
    pub(super) id: ApiType,
    pub(super) state: ApiRecord,
    /// Its events, by their stored names.
    pub(super) events: Vec<(&'static str, ApiRecord)>,
    pub(super) commands: Vec<CommandEntry>,
    /// The read models that have its id as their key, by their places in the catalogue.
    pub(super) read_models: Vec<usize>,
}

/// A command.
pub(super) struct CommandEntry {
    pub(super) command: ApiCommand,
    /// Its name as a mutation: `deposit`.
    pub(super) mutation: String,
}

impl ModelEntry {
    /// The name of its type.
    pub(super) fn type_name(&self) -> &'static str {
        self.table.type_name
    }

    /// Its key, where that is one field.
    pub(super) fn single_key(&self) -> Option<usize> {
        match self.table.key {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// The arguments that name a row: `id`, or the fields of the key, and the field of each.
    pub(super) fn key_arguments(&self) -> Vec<(&str, usize)> {
        match self.table.key {
            [only] => vec![("id", *only)],
            several => several.iter().filter_map(|index| Some((&*self.fields.get(*index)?.name, *index))).collect(),
        }
    }
}

impl Catalog {
    /// Whether a name stands for a record, which needs a type of its own as an input.
    pub(super) fn is_record(&self, name: &str) -> bool {
        self.types.get(name).is_some_and(|definition| matches!(definition.kind, ApiKind::Record(_)))
    }

    /// The read model of a type.
    pub(super) fn model(&self, type_name: &str) -> Option<&ModelEntry> {
        self.models.iter().find(|model| model.type_name() == type_name)
    }
}
