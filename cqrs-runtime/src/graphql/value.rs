//! Values on their way out: from their stored form to what was asked of them.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, ServerError, ServerResult, Value};
use serde_json::Value as Json;

use super::Problem;
use super::catalog::Catalog;
use super::selection::{Asked, Selected};
use crate::api::{ApiKind, ApiType, present};

/// The fields of an object, in the order in which they were asked for.
pub(super) type Object = IndexMap<Name, Value>;

/// What was asked of a stored value.
pub(super) fn told(
    catalog: &Catalog,
    asked: Asked<'_>,
    selected: &Selected<'_>,
    ty: &ApiType,
    stored: Json,
) -> ServerResult<Value> {
    let shown = present(stored, ty, &catalog.types);
    let shown = shown.map_err(|error| Problem::internal("a stored value can't be told", &error).at(selected.pos))?;
    shape(catalog, asked, selected, ty, shown)
}

/// What was asked of a value as clients see it: of records, some fields.
fn shape(
    catalog: &Catalog,
    asked: Asked<'_>,
    selected: &Selected<'_>,
    ty: &ApiType,
    shown: Json,
) -> ServerResult<Value> {
    match ty {
        ApiType::Optional(_) if shown.is_null() => Ok(Value::Null),
        ApiType::Optional(inner) | ApiType::Adapted(inner, _) => shape(catalog, asked, selected, inner, shown),
        ApiType::List(inner) => {
            let Json::Array(items) = shown else { return Ok(Value::Null) };
            let items = items.into_iter().map(|item| shape(catalog, asked, selected, inner, item));
            items.collect::<ServerResult<_>>().map(Value::List)
        }
        ApiType::Named(name) if catalog.is_record(name) => record(catalog, asked, selected, name, shown),
        ApiType::Named(_) | ApiType::Scalar(_) => plain(shown, selected),
    }
}

fn record(
    catalog: &Catalog,
    asked: Asked<'_>,
    selected: &Selected<'_>,
    name: &str,
    shown: Json,
) -> ServerResult<Value> {
    let Some(ApiKind::Record(fields)) = catalog.types.get(name).map(|definition| &definition.kind) else {
        return Ok(Value::Null);
    };
    let Json::Object(mut shown) = shown else { return Ok(Value::Null) };
    let mut object = Object::new();
    for part in asked.of_type(&selected.sets, name)? {
        let value = match fields.iter().find(|field| field.name == part.name) {
            // It may be asked for more than once, under several names.
            Some(field) => {
                let shown = shown.get_mut(&field.name).cloned().unwrap_or_default();
                shape(catalog, asked, &part, &field.ty, shown)?
            }
            None => type_name(&part, name)?,
        };
        object.insert(part.key, value);
    }
    Ok(Value::Object(object))
}

/// A field that every object has; nothing else is left when all its own have been tried.
pub(super) fn type_name(selected: &Selected<'_>, name: &str) -> ServerResult<Value> {
    if selected.name == "__typename" {
        return Ok(Value::from(name));
    }
    Err(ServerError::new(format!("`{name}` has no field `{}`", selected.name), Some(selected.pos)))
}

/// A value without parts.
pub(super) fn plain(json: Json, selected: &Selected<'_>) -> ServerResult<Value> {
    Value::from_json(json).map_err(|error| Problem::internal("a value can't be told", &error).at(selected.pos))
}

/// A number of 64 bits, as clients see it.
pub(super) fn big(number: u64) -> Value {
    Value::from(number.to_string())
}

/// An argument that is a version or a position, unless it is absent.
///
/// # Errors
/// When it is none: negative, say.
pub(super) fn given_number(field: &Selected<'_>, name: &str) -> Result<Option<u64>, Problem> {
    field.argument(name).map(|given| number(given, name)).transpose()
}

/// A version or a position that a client gave.
///
/// # Errors
/// When it is none.
pub(super) fn number(given: &Json, name: &str) -> Result<u64, Problem> {
    let number = match given {
        Json::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    number.ok_or_else(|| Problem::input(format!("{name}: a number from 0 on is expected")))
}
