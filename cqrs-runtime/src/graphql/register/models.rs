//! Read models: their types, queries and subscriptions.

use std::collections::BTreeMap;

use async_graphql::registry::{MetaField, MetaType};

use super::super::catalog::{By, Catalog, ModelEntry};
use super::super::computed::Computed;
use super::super::input_type::{self, InputType};
use super::super::meta::{FieldExt, InputExt, enumeration, field, input, input_object, interface, object};
use super::super::scalars;
use super::pages::Pages;
use super::{Roots, Types};
use crate::api::ApiVariant;

pub(super) fn register(catalog: &Catalog, pages: Pages, types: &mut Types, roots: &mut Roots) {
    if catalog.models.is_empty() {
        return;
    }
    shared(catalog, types);
    nodes(&mut roots.query);
    for model in &catalog.models {
        row(catalog, model, pages, types);
        connection(model, types);
        changes(model, types);
        queries(catalog, model, pages, &mut roots.query);
        let name = format!("{}Changed", model.one);
        let ty = format!("{}Change!", model.type_name());
        let description = "The rows that satisfy a filter, and then their changes as they come: the last state of each row, \
                           not every one between.";
        roots.subscription.push(filtered(model, field(&name, &ty, description)));
    }
    let mut inputs = BTreeMap::new();
    for model in &catalog.models {
        model.filters.input_types(&catalog.types, &mut inputs);
        model.orders.input_types(&mut inputs);
    }
    for input in inputs.into_values() {
        // Records are there already, for they may be parts of commands as well.
        if !types.types.contains_key(&input.name) {
            types.add(given(&input));
        }
    }
    types.add(directions());
}

fn given(ty: &InputType) -> MetaType {
    let fields =
        ty.fields.iter().map(|field| input(&field.name, &field.ty, &field.description).deprecated(field.deprecated));
    input_object(&ty.name, &ty.description, ty.one_of, fields)
}

/// A direction in which rows are ordered.
fn directions() -> MetaType {
    let direction =
        |name: &str, description| ApiVariant { name: name.to_owned(), stored: "", description, deprecated: None };
    enumeration(
        "OrderDirection",
        "A direction in which rows are ordered.",
        &[
            direction("ASC", "The smallest first; rows without a value before all."),
            direction("DESC", "The greatest first; rows without a value at the end."),
        ],
    )
}

/// What all read models have in common.
fn shared(catalog: &Catalog, types: &mut Types) {
    let of = catalog.models.iter().map(|model| model.type_name().to_owned());
    types.add(interface("Node", "A row that can be asked for by its id.", [id()], of));
    let variant =
        |name: &str, stored, description| ApiVariant { name: name.to_owned(), stored, description, deprecated: None };
    types.add(enumeration(
        "RowChangeKind",
        "What has become of rows.",
        &[
            variant("RESET", "", "Whatever was told before does not hold any more: all rows that there are follow."),
            variant("UPSERT", "", "A row is there now, or is another one now."),
            variant("REMOVED", "", "A row is no more, or satisfies the filter no more."),
        ],
    ));
}

fn id() -> MetaField {
    field("id", "ID!", "What tells it from all other rows of all types: opaque.")
}

fn nodes(query: &mut Vec<MetaField>) {
    let one = field("node", "Node", "The row of an id.");
    query.push(one.argument("id", "ID!", "The `id` of a row."));
    let several = field("nodes", "[Node]", "The rows of several ids, in their order.");
    query.push(several.argument("ids", "[ID!]!", "The `id`s of rows."));
}

/// The type of a row.
fn row(catalog: &Catalog, model: &ModelEntry, pages: Pages, types: &mut Types) {
    let mut fields = vec![id()];
    for (known, of) in model.fields.iter().zip(model.table.fields) {
        fields.push(field(&known.name, &scalars::output(&known.ty), of.description).deprecated(of.deprecated));
    }
    for relation in &model.relations {
        let Some(to) = catalog.models.get(relation.to) else { continue };
        fields.push(match relation.by {
            By::Key(_) => field(&relation.name, to.type_name(), to.table.description),
            By::Reference(_) => paged(to, &relation.name, pages),
        });
    }
    fields.extend(model.computed.iter().map(Computed::field));
    types.add_object(model.type_name(), model.table.description, fields);
}

/// A field that gives rows page by page.
fn paged(model: &ModelEntry, name: &str, pages: Pages) -> MetaField {
    let ty = format!("{}Connection!", model.type_name());
    let field = field(name, &ty, model.table.description);
    let field = filtered(model, field);
    let order = format!("[{}!]", model.orders.name());
    let ordered = "In which order: by the first, and by the second where that is the same.";
    pages.arguments(if model.orders.is_empty() { field } else { field.argument("orderBy", &order, ordered) })
}

/// A field whose rows can be chosen.
fn filtered(model: &ModelEntry, field: MetaField) -> MetaField {
    if model.filters.is_empty() { field } else { field.argument("filter", model.filters.name(), "Which rows.") }
}

fn connection(model: &ModelEntry, types: &mut Types) {
    let name = model.type_name();
    types.add(object(
        &format!("{name}Connection"),
        "A page of rows.",
        [
            field("edges", &format!("[{name}Edge!]!"), "The rows with their cursors."),
            field("nodes", &format!("[{name}!]!"), "The rows."),
            field("pageInfo", "PageInfo!", "Where the page stands among all rows."),
            field("totalCount", "BigInt!", "How many rows there are on all pages."),
            field("position", "BigInt!", "What was projected up to this position of the log is in the rows."),
        ],
    ));
    types.add(object(
        &format!("{name}Edge"),
        "A row of a page.",
        [
            field("node", &format!("{name}!"), "The row."),
            field("cursor", "String!", "Where it stands: for `after` and `before`."),
        ],
    ));
}

fn changes(model: &ModelEntry, types: &mut Types) {
    let name = model.type_name();
    types.add(object(
        &format!("{name}Change"),
        "What has become of rows.",
        [
            field("kind", "RowChangeKind!", "What has become of them."),
            field("id", "ID", "Which row: `null` for all of them."),
            field("row", name, "The row as it is now: `null` where it is none."),
            field("position", "BigInt", "All events up to this position of the log are in it."),
        ],
    ));
}

fn queries(catalog: &Catalog, model: &ModelEntry, pages: Pages, query: &mut Vec<MetaField>) {
    let fresh = |field: MetaField| {
        field.argument("minPosition", "BigInt", "Waits until what was projected up to this position is in the answer.")
    };
    let mut one = field(&model.one, model.type_name(), model.table.description);
    for (name, index) in model.key_arguments() {
        let ty = model.fields.get(index).map_or_else(String::new, |field| input_type::input(&field.ty, &catalog.types));
        let description = model.table.fields.get(index).map_or("", |field| field.description);
        one = one.argument(name, &ty, description);
    }
    query.push(fresh(one).deprecated(model.table.deprecated));
    let mut several = paged(model, &model.several, pages);
    // What is answered by an error is null beside it, and leaves the rest of the answer as it is.
    several.ty.truncate(several.ty.trim_end_matches('!').len());
    query.push(fresh(several).deprecated(model.table.deprecated));
}
