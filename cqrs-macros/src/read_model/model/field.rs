use std::collections::BTreeMap;

use proc_macro2::Span;
use syn::{Ident, Path, Type};

use crate::read_model::attrs::OnField;
use crate::support::docs::description;
use crate::support::errors::Errors;
use crate::support::input::plain;

/// A field of the struct.
pub(in crate::read_model) struct ModelField {
    pub(in crate::read_model) ident: Ident,
    pub(in crate::read_model) name: String,
    pub(in crate::read_model) ty: Type,
    pub(in crate::read_model) description: String,
    /// Where it is said to be of the key.
    pub(in crate::read_model) key: Option<Span>,
    pub(in crate::read_model) filter: bool,
    pub(in crate::read_model) order: bool,
    /// The read model whose key it holds.
    pub(in crate::read_model) references: Option<Path>,
}

/// The columns that PostgreSQL gives to every table.
const OF_POSTGRES: &[&str] = &["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"];

/// The fields; names that no database or GraphQL schema takes are reported.
pub(in crate::read_model) fn fields(fields: &[OnField], errors: &Errors) -> Vec<ModelField> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut read = Vec::with_capacity(fields.len());
    for on_field in fields {
        let Some(field) = ModelField::read(on_field) else { continue };
        field.check_name(errors);
        if let Some(other) = names.insert(unified(&field.name), field.name.clone()) {
            let message = format!(
                "`{}` differs from `{other}` in case or underscores alone, and both would be one name in GraphQL: rename one",
                field.name
            );
            errors.push(&field.ident, message);
        }
        read.push(field);
    }
    read
}

/// A name without what gets lost in `camelCase`, and without case.
fn unified(name: &str) -> String {
    name.replace('_', "").to_ascii_lowercase()
}

impl ModelField {
    /// `None` for a field without a name.
    fn read(OnField { field, roles }: &OnField) -> Option<Self> {
        let ident = field.ident.clone()?;
        Some(Self {
            name: plain(&ident),
            ident,
            ty: field.ty.clone(),
            description: description(&field.attrs),
            key: roles.key.map(|word| word.span),
            filter: roles.filter.is_some(),
            order: roles.order.is_some(),
            references: roles.references.as_ref().map(|path| path.0.clone()),
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
            errors.push(ident, format!("`{name}` can't be a name in GraphQL, which knows ASCII letters alone"));
        } else if name.starts_with("__") {
            errors.push(ident, format!("`{name}` can't be a name in GraphQL, which keeps `__` for itself"));
        }
    }

    /// The name of its constant, where rows can be chosen or ordered by it.
    pub(in crate::read_model) fn constant(&self) -> Option<Ident> {
        (self.filter || self.order).then(|| Ident::new(&self.name.to_ascii_uppercase(), self.ident.span()))
    }
}
