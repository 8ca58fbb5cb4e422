//! The opaque ids of rows: which type, and the key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;

use super::Problem;
use super::catalog::{Catalog, ModelEntry};

/// The id of the row of a key, in its stored form.
pub(super) fn id(model: &ModelEntry, key: &[Json]) -> String {
    let text = Json::Array(std::iter::once(Json::from(model.type_name())).chain(key.iter().cloned()).collect());
    URL_SAFE_NO_PAD.encode(text.to_string())
}

/// The read model and the key that an id names; `None` where no row could have it.
pub(super) fn read<'c>(catalog: &'c Catalog, id: &Json) -> Result<Option<(&'c ModelEntry, Vec<Json>)>, Problem> {
    let bytes = id.as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    let parts: Option<Vec<Json>> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let mut parts = parts.ok_or_else(|| Problem::input("it is not the `id` of a row"))?.into_iter();
    let type_name = parts.next();
    let model = type_name.as_ref().and_then(Json::as_str).and_then(|name| catalog.model(name));
    let key: Vec<Json> = parts.collect();
    Ok(model.filter(|model| model.table.key.len() == key.len()).map(|model| (model, key)))
}
