use std::collections::BTreeSet;

use syn::{Data, DeriveInput, Ident, Path, Visibility};

use super::attrs::Attrs;
use crate::support::errors::Errors;
use crate::support::expansion;
use crate::support::input::{plain, refuse_generics};
use crate::support::source::{Listed, Partition, listed};
use crate::support::table::{check_name, named_as};

/// A projection that writes in a transaction.
pub(super) struct Model {
    pub(super) runtime: Path,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    /// The first one names the projection.
    pub(super) tables: Vec<NamedTable>,
    pub(super) version: u32,
    pub(super) listed: Vec<Listed>,
    pub(super) partition: Partition,
}

/// A table, and the constant that stands for it.
pub(super) struct NamedTable {
    pub(super) name: String,
    pub(super) constant: Ident,
}

impl Model {
    pub(super) fn validate(input: &DeriveInput, attrs: &Attrs, errors: &Errors) -> Option<Self> {
        refuse_generics(input, "a projection", errors);
        check_fields(input, errors)?;
        let model = Self::read(input, attrs, errors);
        if attrs.events.is_none() {
            errors.push(
                &input.ident,
                "say of which events it is made: `#[projection(events(Account(AccountOpened, ..)))]`",
            );
        }
        if let Some(version) = attrs.version.as_ref().filter(|version| version.value == 0) {
            errors.push_at(version.span, "the first version is 1");
        }
        Some(model)
    }

    /// What can be told of a projection with mistakes in its annotation.
    pub(super) fn lenient(input: &DeriveInput, attrs: &Attrs) -> Self {
        let reported = Errors::new();
        let model = Self::read(input, attrs, &reported);
        // They were reported when the model was validated.
        drop(reported.check());
        model
    }

    fn read(input: &DeriveInput, attrs: &Attrs, errors: &Errors) -> Self {
        let partition = attrs.partition.as_ref().and_then(|path| Partition::read(path, errors));
        Self {
            runtime: expansion::runtime(attrs.runtime.as_ref()),
            vis: input.vis.clone(),
            ident: input.ident.clone(),
            tables: tables(&input.ident, attrs, errors),
            version: attrs.version.as_ref().map_or(1, |version| version.value),
            listed: attrs.events.as_ref().map(|events| listed(events, errors)).unwrap_or_default(),
            partition: partition.unwrap_or(Partition::Stream),
        }
    }
}

/// It is a name for what is in the tables, and never made; `None` where it is anything else.
fn check_fields(input: &DeriveInput, errors: &Errors) -> Option<()> {
    let write = format!("write `struct {};`", input.ident);
    match &input.data {
        Data::Struct(data) if data.fields.is_empty() => return Some(()),
        Data::Struct(data) => errors.push(
            &data.fields,
            format!("a projection has no state of its own, what it knows is in its tables: {write}"),
        ),
        Data::Enum(data) => errors.push_at(data.enum_token.span, format!("a projection is a struct: {write}")),
        Data::Union(data) => errors.push_at(data.union_token.span, format!("a projection is a struct: {write}")),
    }
    None
}

/// The tables that are listed, or one that is called as the struct.
fn tables(ident: &Ident, attrs: &Attrs, errors: &Errors) -> Vec<NamedTable> {
    let Some(tables) = &attrs.tables else {
        let name = named_as(ident);
        check_name(&name, ident.span(), "; choose another one: `#[projection(tables(..))]`", errors);
        return vec![NamedTable { constant: constant(&name, ident), name }];
    };
    if tables.names.is_empty() {
        errors.push_at(tables.span, "list at least one table: `tables(order_words)`");
    }
    let mut seen = BTreeSet::new();
    let mut listed = Vec::new();
    for table in &tables.names {
        let name = plain(table);
        check_name(&name, table.span(), "", errors);
        if seen.insert(name.clone()) {
            listed.push(NamedTable { constant: constant(&name, table), name });
        } else {
            errors.push(table, format!("the table `{name}` is listed twice: remove one"));
        }
    }
    listed
}

fn constant(name: &str, at: &Ident) -> Ident {
    // Upper case, so that it is no keyword; `_` alone is none of the names that a table can have in practice.
    Ident::new(&name.to_ascii_uppercase(), at.span())
}
