use syn::{Data, DeriveInput, Field, Fields, Ident, Path, Type};

use super::attrs::Attrs;
use crate::support::errors::Errors;
use crate::support::expansion;
use crate::support::input::{only_unnamed, plain, refuse_generics};

/// A newtype that identifies something.
pub(super) struct Model {
    pub(super) runtime: Path,
    pub(super) ident: Ident,
    /// Under which the schema knows it.
    pub(super) name: String,
    pub(super) inner: Type,
    pub(super) kind: Kind,
}

/// What an id is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Uuid,
    Text,
    Integer,
}

impl Kind {
    fn of(ty: &Type) -> Option<Self> {
        let Type::Path(path) = ty else { return None };
        let name = path.path.segments.last()?.ident.to_string();
        match name.as_str() {
            "Uuid" => Some(Self::Uuid),
            "String" => Some(Self::Text),
            "i32" | "i64" | "u32" | "u64" => Some(Self::Integer),
            _ => None,
        }
    }
}

impl Model {
    pub(super) fn validate(input: &DeriveInput, attrs: &Attrs, errors: &Errors) -> Option<Self> {
        refuse_generics(input, "an id", errors);
        let field = newtype_field(input, errors)?;
        let Some(kind) = Kind::of(&field.ty) else {
            errors.push(&field.ty, "an id is made of a `Uuid`, a `String`, or an `i32`, `i64`, `u32` or `u64`");
            return None;
        };
        Some(Self {
            runtime: expansion::runtime(attrs.runtime.as_ref()),
            ident: input.ident.clone(),
            name: attrs.name.as_ref().map_or_else(|| plain(&input.ident), |name| name.value.clone()),
            inner: field.ty.clone(),
            kind,
        })
    }
}

fn newtype_field<'a>(input: &'a DeriveInput, errors: &Errors) -> Option<&'a Field> {
    if let Data::Struct(data) = &input.data
        && let Fields::Unnamed(fields) = &data.fields
        && let Some(field) = only_unnamed(&fields.unnamed)
    {
        return Some(field);
    }
    errors.push(&input.ident, format!("an id wraps one value: write `struct {}(Uuid);`", input.ident));
    None
}
