mod field;
mod source;

use proc_macro2::Span;
use syn::{DeriveInput, Ident, Path, Visibility};

pub(super) use self::field::{ModelField, fields};
pub(super) use self::source::{Listed, Partition, Source};

use super::attrs::Attrs;
use crate::support::args::Text;
use crate::support::docs::description;
use crate::support::errors::Errors;
use crate::support::expansion;
use crate::support::input::{named_fields, plain, refuse_generics};
use crate::support::names::Case;

/// A table, and what it is made of.
pub(super) struct Model {
    pub(super) runtime: Path,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) table: String,
    pub(super) version: u32,
    pub(super) description: String,
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
            fields: fields(&attrs.fields, &reported),
            source: Source::read(&input.ident, &attrs.container, &reported),
        };
        // They were reported when the model was validated.
        drop(reported.check());
        model
    }

    /// The fields of the key, with their places.
    pub(super) fn key(&self) -> Vec<(usize, &ModelField)> {
        self.fields.iter().enumerate().filter(|(_, field)| field.key.is_some()).collect()
    }
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

/// The longest name of a table, in bytes: PostgreSQL cuts names off at 63, and what belongs to the table is called after
/// it.
const MAX_TABLE_BYTES: usize = 40;

/// The name of the table: the chosen one, or the type's.
fn table(ident: &Ident, chosen: Option<&Text>, errors: &Errors) -> String {
    let default = || (Case::Snake.of_variant(&plain(ident)), ident.span());
    let (name, span) = chosen.map_or_else(default, |text| (text.value.clone(), text.span));
    let choose = if chosen.is_some() { "" } else { "; choose another one: `#[read_model(table = \"..\")]`" };
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.bytes().all(allowed) {
        let message =
            format!("`{name}` can't be a table: its name consists of `a` to `z`, `_`, and digits behind those");
        errors.push_at(span, message + choose);
    } else if let Some(prefix) = ["cqrs_", "sqlite_", "pg_"].iter().find(|prefix| name.starts_with(**prefix)) {
        errors.push_at(span, format!("names of tables that begin with `{prefix}` are taken{choose}"));
    } else if name.len() > MAX_TABLE_BYTES {
        let length = name.len();
        errors.push_at(
            span,
            format!("a table's name has at most {MAX_TABLE_BYTES} bytes, and this one has {length}{choose}"),
        );
    }
    name
}
