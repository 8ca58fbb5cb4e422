//! The types of the schema, as the engine's registry has them.

mod aggregates;
mod models;
mod pages;
mod values;

use std::collections::BTreeMap;

use async_graphql::registry::{MetaField, MetaType};

pub(super) use self::aggregates::event_name;
pub(super) use self::values::input_field;

use self::pages::Pages;
use super::catalog::Catalog;
use super::engine::SchemaOptions;
use super::meta::{field, object};

/// Types by their names, and the names that several claim.
#[derive(Default)]
pub(super) struct Types {
    pub(super) types: BTreeMap<String, MetaType>,
    pub(super) clashes: Vec<String>,
}

/// The fields of the roots.
#[derive(Default)]
pub(super) struct Roots {
    pub(super) query: Vec<MetaField>,
    pub(super) mutation: Vec<MetaField>,
    pub(super) subscription: Vec<MetaField>,
}

impl Types {
    pub(super) fn add(&mut self, ty: MetaType) {
        let name = ty.name().to_owned();
        let is_known = |known: &String| known.eq_ignore_ascii_case(&name);
        if self.types.keys().any(is_known) && !self.clashes.contains(&name) {
            self.clashes.push(name.clone());
        }
        self.types.insert(name, ty);
    }

    /// Adds an object, unless it has no fields; of fields whose names are the same but for their case, it is told.
    fn add_object(&mut self, name: &str, description: &str, fields: Vec<MetaField>) {
        let mut names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        names.sort_unstable_by_key(|name| (name.to_ascii_lowercase(), *name));
        let mut clashes = Vec::new();
        for pair in names.windows(2).filter(|pair| pair[0].eq_ignore_ascii_case(pair[1])) {
            clashes.extend(pair.iter().map(|field| format!("{name}.{field}")));
        }
        clashes.dedup();
        self.clashes.extend(clashes);
        if !fields.is_empty() {
            self.add(object(name, description, fields));
        }
    }
}

/// All types of a catalogue, and more fields of the roots.
pub(super) fn types(catalog: &Catalog, options: &SchemaOptions, mut roots: Roots) -> Types {
    let pages = Pages::of(options);
    let mut types = Types::default();
    types.clashes.extend(catalog.types.clashes().iter().map(|name| (*name).to_owned()));
    values::register(catalog, &mut types);
    types.add(page_info());
    models::register(catalog, pages, &mut types, &mut roots);
    aggregates::register(catalog, pages, &mut types, &mut roots);
    let Roots { query, mutation, subscription } = roots;
    types.add_object("Query", "What can be asked.", query);
    types.add_object("Mutation", "What can be done.", mutation);
    types.add_object("Subscription", "What can be followed.", subscription);
    types
}

/// Where a page stands.
fn page_info() -> MetaType {
    let fields = [
        field("hasNextPage", "Boolean!", "Whether there are more behind the page."),
        field("hasPreviousPage", "Boolean!", "Whether there are more before the page."),
        field("startCursor", "String", "The cursor of the first one."),
        field("endCursor", "String", "The cursor of the last one."),
    ];
    object("PageInfo", "Where a page stands among all of its kind.", fields)
}
