//! Filling the catalogue from a context.

use std::any::TypeId;
use std::sync::Arc;

use super::aggregate::Of;
use super::catalog::{AggregateEntry, By, Catalog, CommandEntry, ModelEntry, ModelField, Relation};
use super::filter::Filters;
use super::order::Orders;
use crate::aggregate::{Aggregate, EventSet};
use crate::api::{field_name, plural};
use crate::bounded_context::{Application, BoundedContext, ContextVisitor};
use crate::command::CommandSet;
use crate::projection::{Projection, TransactionalProjection};
use crate::value::Value;

/// The catalogue of an application.
pub(super) fn catalog<C: BoundedContext>(application: &Application<C>) -> Catalog {
    let mut describing = Describing { application, catalog: Catalog::default(), keys: Vec::new(), ids: Vec::new() };
    C::visit(&mut describing);
    let Describing { mut catalog, keys, ids, .. } = describing;
    for (aggregate, id) in catalog.aggregates.iter_mut().zip(ids) {
        let with_its_key = keys.iter().enumerate().filter(|(_, key)| **key == id);
        aggregate.read_models = with_its_key.map(|(model, _)| model).collect();
    }
    relate(&mut catalog.models);
    catalog
}

struct Describing<'a, C: BoundedContext> {
    application: &'a Application<C>,
    catalog: Catalog,
    /// The types of the read models' keys.
    keys: Vec<TypeId>,
    /// The types of the aggregates' ids.
    ids: Vec<TypeId>,
}

impl<C: BoundedContext> ContextVisitor for Describing<'_, C> {
    fn aggregate<A: Aggregate>(&mut self) {
        let types = &mut self.catalog.types;
        let state = A::api(types);
        let commands = A::Command::api(types).into_iter();
        let commands = commands.map(|command| CommandEntry { mutation: field_name(command.input.name), command });
        let entry = AggregateEntry {
            any: Arc::new(Of(self.application.dispatching::<A>())),
            one: field_name(state.name),
            id: A::Id::api(types),
            events: A::Event::NAMES.iter().copied().zip(A::Event::api(types)).collect(),
            commands: commands.collect(),
            state,
            read_models: Vec::new(),
        };
        self.catalog.aggregates.push(entry);
        self.ids.push(TypeId::of::<A::Id>());
    }

    fn read_model<M: Projection>(&mut self) {
        let table = M::TABLE;
        let one = field_name(table.type_name);
        let several = table.plural.map_or_else(|| plural(&one), str::to_owned);
        let types = &mut self.catalog.types;
        let fields = table.fields.iter();
        let fields = fields.map(|field| ModelField { name: field.client_name(), ty: (field.api)(types) }).collect();
        let rows = self.application.read_models().any::<M>();
        let (filters, orders) = (Filters::of(table, types), Orders::of(table));
        let (relations, computed) = (Vec::new(), Vec::new());
        self.catalog.models.push(ModelEntry {
            rows,
            table,
            one,
            several,
            fields,
            relations,
            computed,
            filters,
            orders,
        });
        self.keys.push(TypeId::of::<M::Key>());
    }

    fn transactional_projection<P: TransactionalProjection>(&mut self) {
        // Nothing is known of its rows.
    }
}

/// Finds what leads from rows to others: each field that refers to a read model, in both directions.
fn relate(models: &mut [ModelEntry]) {
    let mut found = Vec::new();
    for (from, model) in models.iter().enumerate() {
        for (index, field) in model.table.fields.iter().enumerate() {
            let Some(referred) = field.references else { continue };
            let referred = referred();
            let Some(to) = models.iter().position(|model| model.table.name == referred.name) else { continue };
            let name = match field.name.strip_suffix("_id") {
                Some(stem) if !stem.is_empty() => field_name(stem),
                _ => models[to].one.clone(),
            };
            found.push((from, Relation { name, to, by: By::Key(index) }));
            // Without an index, nobody is led to them.
            if field.filter {
                found.push((to, Relation { name: model.several.clone(), to: from, by: By::Reference(index) }));
            }
        }
    }
    for (from, relation) in found {
        models[from].relations.push(relation);
    }
}

/// A field that refers to a read model that is not there, and which one that is.
pub(super) fn not_listed(catalog: &Catalog) -> Option<(String, &'static str)> {
    let fields = catalog.models.iter().flat_map(|model| model.table.fields.iter().map(move |field| (model, field)));
    let mut referring = fields.filter_map(|(model, field)| Some((model, field, field.references?())));
    let (model, field, to) =
        referring.find(|(_, _, to)| catalog.models.iter().all(|known| known.table.name != to.name))?;
    Some((format!("{}.{}", model.type_name(), field.name), to.type_name))
}
