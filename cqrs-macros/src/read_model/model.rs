mod field;
mod source;

use proc_macro2::Span;
use syn::{DeriveInput, Ident, Path, Visibility};

pub(super) use self::field::{ModelField, fields};
pub(super) use self::source::Source;

use super::attrs::Attrs;
use crate::support::access::Roles;
use crate::support::args::Text;
use crate::support::deprecation::deprecation;
use crate::support::docs::description;
use crate::support::errors::Errors;
use crate::support::expansion;
use crate::support::input::{named_fields, refuse_generics};
use crate::support::table::{check_name, named_as};

/// A table, and what it is made of.
pub(super) struct Model {
    pub(super) runtime: Path,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) table: String,
    pub(super) version: u32,
    pub(super) description: String,
    /// What clients call the list of its rows, where that is said.
    pub(super) plural: Option<String>,
    /// Why it should not be used any more.
    pub(super) deprecated: Option<String>,
    /// Who may see which rows.
    pub(super) roles: Option<Roles>,
    pub(super) fields: Vec<ModelField>,
    /// `None` for a lookup.
    pub(super) source: Option<Source>,
}

impl Model {
    pub(super) fn validate(input: &DeriveInput, attrs: &Attrs, errors: &Errors) -> Option<Self> {
        refuse_generics(input, "a read model", errors);
        let container = &attrs.container;
        let table = table(&input.ident, container.table.as_ref(), errors);
        let source = Source::read(&input.ident, container, errors);
        named_fields(input, "a read model", errors)?;
        let fields = fields(&attrs.fields, errors);
        check_key(&input.ident, &fields, errors);
        if let Some(roles) = &container.roles {
            roles.check(&idents(&fields), errors);
        }
        let version = match &container.version {
            Some(version) if version.value == 0 => {
                errors.push_at(version.span, "the first version is 1");
                1
            }
            Some(version) => version.value,
            None => 1,
        };
        Some(Self {
            runtime: expansion::runtime(container.runtime.as_ref()),
            vis: input.vis.clone(),
            ident: input.ident.clone(),
            table,
            version,
            description: description(&input.attrs),
            plural: container.plural.as_ref().map(|plural| self::plural(plural, errors)),
            deprecated: deprecation(&input.attrs),
            roles: container.roles.clone(),
            fields,
            source,
        })
    }

    /// What can be told of a read model with mistakes in its annotation.
    pub(super) fn lenient(input: &DeriveInput, attrs: &Attrs) -> Self {
        let reported = Errors::new();
        let model = Self {
            runtime: expansion::runtime(attrs.container.runtime.as_ref()),
            vis: input.vis.clone(),
            ident: input.ident.clone(),
            table: String::new(),
            version: 0,
            description: String::new(),
            plural: None,
            deprecated: deprecation(&input.attrs),
            roles: None,
            fields: fields(&attrs.fields, &reported),
            source: Source::read(&input.ident, &attrs.container, &reported),
        };
        // They were reported when the model was validated.
        drop(reported.check());
        model
    }

    /// The names of the fields, in their order.
    pub(super) fn idents(&self) -> Vec<&Ident> {
        idents(&self.fields)
    }

    /// The fields of the key, with their places.
    pub(super) fn key(&self) -> Vec<(usize, &ModelField)> {
        self.fields.iter().enumerate().filter(|(_, field)| field.key.is_some()).collect()
    }
}

fn idents(fields: &[ModelField]) -> Vec<&Ident> {
    fields.iter().map(|field| &field.ident).collect()
}

/// How many fields a key can have: as many as the largest tuple that is a `Value`.
const MAX_KEY_FIELDS: usize = 4;

fn check_key(ident: &Ident, fields: &[ModelField], errors: &Errors) {
    let keys: Vec<Span> = fields.iter().filter_map(|field| field.key).collect();
    if keys.is_empty() {
        errors.push(ident, "a read model has a key, by which its rows are told apart: `#[read_model(key)]` on a field");
    }
    if let Some(more) = keys.get(MAX_KEY_FIELDS) {
        errors.push_at(*more, format!("a key has at most {MAX_KEY_FIELDS} fields"));
    }
}

/// The name of the table: the chosen one, or the type's.
fn table(ident: &Ident, chosen: Option<&Text>, errors: &Errors) -> String {
    let default = || (named_as(ident), ident.span());
    let (name, span) = chosen.map_or_else(default, |text| (text.value.clone(), text.span));
    let choose = if chosen.is_some() { "" } else { "; choose another one: `#[read_model(table = \"..\")]`" };
    check_name(&name, span, choose, errors);
    name
}

/// What clients are to call the list of rows: a name as GraphQL has it.
fn plural(chosen: &Text, errors: &Errors) -> String {
    let name = &chosen.value;
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
        let message = format!(
            "`{name}` can't be the name of a list in GraphQL: write it as `accountSummaries`, with ASCII letters and digits"
        );
        errors.push_at(chosen.span, message);
    }
    name.clone()
}
