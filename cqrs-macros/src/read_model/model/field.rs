use std::collections::BTreeMap;

use proc_macro2::Span;
use syn::{Ident, Path, Type};

use crate::read_model::attrs::OnField;
use crate::support::access::Roles;
use crate::support::args::Text;
use crate::support::deprecation::deprecation;
use crate::support::docs::description;
use crate::support::errors::Errors;
use crate::support::input::plain;
use crate::support::names::client_field;
use crate::support::told::{is_written, unwritten};

/// A field of the struct.
pub(in crate::read_model) struct ModelField {
    pub(in crate::read_model) ident: Ident,
    pub(in crate::read_model) name: String,
    /// What clients call it, where that is said.
    pub(in crate::read_model) client: Option<Text>,
    pub(in crate::read_model) ty: Type,
    pub(in crate::read_model) description: String,
    /// Why it should not be used any more.
    pub(in crate::read_model) deprecated: Option<String>,
    /// Where it is said to be of the key.
    pub(in crate::read_model) key: Option<Span>,
    pub(in crate::read_model) filter: bool,
    pub(in crate::read_model) order: bool,
    /// The read model whose key it holds.
    pub(in crate::read_model) references: Option<Path>,
    /// Who may know it.
    pub(in crate::read_model) roles: Option<Roles>,
}

/// The columns that PostgreSQL gives to every table.
const OF_POSTGRES: &[&str] = &["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

/// What to write where clients can't know a field by its name.
const ADVICE: &str = "say what clients call it, `#[read_model(name = \"..\")]`";

/// The fields; names that no database or GraphQL schema takes are reported.
pub(in crate::read_model) fn fields(fields: &[OnField], errors: &Errors) -> Vec<ModelField> {
    let (mut columns, mut names) = (BTreeMap::new(), BTreeMap::new());
    let mut read = Vec::with_capacity(fields.len());
    for on_field in fields {
        let Some(field) = ModelField::read(on_field) else { continue };
        field.check_name(errors);
        field.check_roles(errors);
        field.check_client(errors);
        let name = &field.name;
        let same_column = columns.insert(name.to_ascii_lowercase(), name.clone());
        let same_name = names.insert(field.client_name().to_ascii_lowercase(), name.clone());
        if let Some(other) = same_column {
            let message =
                format!("`{name}` differs from `{other}` in case alone, and both would be one column: rename one");
            errors.push(&field.ident, message);
        } else if let Some(other) = same_name {
            let message = format!(
                "clients would know `{name}` and `{other}` by one name, or by names that differ in case alone: rename one, or {ADVICE}"
            );
            errors.push(&field.ident, message);
        }
        read.push(field);
    }
    read
}

impl ModelField {
    /// `None` for a field without a name.
    fn read(OnField { field, purposes }: &OnField) -> Option<Self> {
        let ident = field.ident.clone()?;
        Some(Self {
            name: plain(&ident),
            client: purposes.name.clone(),
            ident,
            ty: field.ty.clone(),
            description: description(&field.attrs),
            deprecated: deprecation(&field.attrs),
            key: purposes.key.map(|word| word.span),
            filter: purposes.filter.is_some(),
            order: purposes.order.is_some(),
            references: purposes.references.as_ref().map(|path| path.0.clone()),
            roles: purposes.roles.clone(),
        })
    }

    fn check_name(&self, errors: &Errors) {
        let Self { ident, name, .. } = self;
        let lower = name.to_ascii_lowercase();
        if lower == "tenant" || lower == "cqrs" || lower.starts_with("cqrs_") {
            errors.push(
                ident,
                format!("`{name}` is taken: the table has a column of that name already; rename the field"),
            );
        } else if OF_POSTGRES.contains(&lower.as_str()) {
            errors.push(
                ident,
                format!("`{name}` is taken: every table of PostgreSQL has a column of that name; rename the field"),
            );
        } else if !name.is_ascii() {
            errors.push(
                ident,
                format!("`{name}` can't be a name in GraphQL, which knows ASCII letters alone; rename the field"),
            );
        }
    }

    fn check_roles(&self, errors: &Errors) {
        let Some(roles) = &self.roles else { return };
        if self.key.is_some() {
            let message = "a key can't be kept from who sees the row: it is part of the row's id and of cursors";
            errors.push_at(roles.span, message);
        }
        roles.refuse_rules("who may know a field does not depend on the row", errors);
    }

    /// Reports what clients can't call the field.
    fn check_client(&self, errors: &Errors) {
        let Self { ident, name, client, .. } = self;
        let known_as = self.client_name();
        let is_operator = ["and", "or", "not"].contains(&known_as.as_str());
        match client {
            Some(Text { value, span }) if !is_written(value) => {
                errors.push_at(*span, unwritten(value, "write it as `accountNumber`"));
            }
            Some(Text { value, span }) if value == "id" => {
                errors.push_at(*span, "clients find the opaque id of each row under `id`: choose another name");
            }
            None if name.starts_with("__") => {
                errors
                    .push(ident, format!("`{name}` can't be a name in GraphQL, which keeps `__` for itself; {ADVICE}"));
            }
            None if name.is_ascii() && !is_written(&known_as) => errors.push(ident, unwritten(&known_as, ADVICE)),
            _ if self.filter && is_operator => {
                let message = format!(
                    "filters are combined by `{known_as}`, so that no field can be filtered by that name; {ADVICE}"
                );
                errors.push(ident, message);
            }
            _ => {}
        }
    }

    /// What clients call it.
    fn client_name(&self) -> String {
        self.client.as_ref().map_or_else(|| client_field(&self.name), |client| client.value.clone())
    }

    /// The name of its constant, where rows can be chosen or ordered by it.
    pub(in crate::read_model) fn constant(&self) -> Option<Ident> {
        (self.filter || self.order).then(|| Ident::new(&self.name.to_ascii_uppercase(), self.ident.span()))
    }
}
