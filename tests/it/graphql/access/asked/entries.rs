//! Lists of folders.

use std::cmp::Ordering;

use fastrand::Rng;
use serde_json::{Value as Json, json};

use super::filter::Filter;
use super::notes::OfNote;
use super::page::{Page, page, paged};
use super::{Denied, Expected, some};
use crate::graphql::access::model::{Viewer, Written};

/// A list of folders.
#[derive(Clone, Debug)]
pub(in super::super) struct Entries {
    pub(in super::super) fields: Vec<&'static str>,
    pub(in super::super) filter: Option<Filter>,
    pub(in super::super) order: Vec<(&'static str, bool)>,
    pub(in super::super) page: Page,
    /// Behind the row of this place, as somebody sees it who sees all.
    pub(in super::super) after: Option<usize>,
    notes: Option<OfNote>,
    by_edges: bool,
}

/// Fields of a folder; rarely what only clerks know.
pub(super) fn entry_fields(rng: &mut Rng) -> Vec<&'static str> {
    let mut fields = vec!["folder"];
    fields.extend(some(rng, &["owner", "team", "title"]));
    fields.extend((rng.u8(..6) == 0).then_some("secret"));
    fields
}

pub(super) fn entry_denied(viewer: &Viewer<'_, '_>, fields: &[&str]) -> bool {
    !viewer.may_list_entries() || (fields.contains(&"secret") && !viewer.knows_secrets())
}

pub(super) fn entry_row(folder: &Written, fields: &[&str]) -> Json {
    let value = |field: &&str| {
        let value = match *field {
            "folder" => json!(folder.id),
            "owner" => json!(folder.owner),
            "team" => json!(folder.team.to_string()),
            "title" => json!(folder.title),
            _ => json!(folder.secret),
        };
        ((*field).to_owned(), value)
    };
    Json::Object(fields.iter().map(value).collect())
}

impl Entries {
    pub(super) fn random(rng: &mut Rng) -> Self {
        let mut order: Vec<(&'static str, bool)> = Vec::new();
        for field in ["owner", "team", "title", "secret"] {
            if rng.u8(..if field == "secret" { 12 } else { 3 }) == 0 {
                order.push((field, rng.bool()));
            }
        }
        rng.shuffle(&mut order);
        Self {
            fields: entry_fields(rng),
            filter: rng.bool().then(|| Filter::random(rng, 2)),
            order,
            page: page(rng),
            after: (rng.u8(..4) == 0).then(|| rng.usize(..5)),
            notes: (rng.u8(..4) == 0).then(|| OfNote::random(rng)),
            by_edges: rng.bool(),
        }
    }

    pub(in super::super) fn variables(&self, after: Option<&Json>) -> Json {
        let direction = |descending: &bool| if *descending { "DESC" } else { "ASC" };
        let order: Vec<Json> = self.order.iter().map(|(field, down)| json!({ *field: direction(down) })).collect();
        let mut variables = self.page.given();
        variables["filter"] = self.filter.as_ref().map_or(Json::Null, Filter::given);
        variables["orderBy"] = json!(order);
        variables["after"] = after.cloned().unwrap_or_default();
        variables
    }

    pub(in super::super) const ARGUMENTS: &str =
        "($filter: FolderEntryFilter, $orderBy: [FolderEntryOrder!], $first: Int, $last: Int, $after: String)";
    pub(in super::super) const GIVEN: &str =
        "folderEntries(filter: $filter, orderBy: $orderBy, first: $first, last: $last, after: $after)";

    pub(super) fn document(&self) -> String {
        let mut fields = self.fields.join(" ");
        if let Some(notes) = &self.notes {
            fields.extend([" notes(first: 2) { totalCount nodes { ", &notes.document(), " } }"]);
        }
        let rows = if self.by_edges {
            format!("edges {{ cursor node {{ {fields} }} }}")
        } else {
            format!("nodes {{ {fields} }}")
        };
        let (arguments, given) = (Self::ARGUMENTS, Self::GIVEN);
        format!("query{arguments} {{ it: {given} {{ totalCount pageInfo {{ hasNextPage hasPreviousPage }} {rows} }} }}")
    }

    fn compare(&self, one: &Written, other: &Written) -> Ordering {
        let mut last = false;
        for (field, descending) in &self.order {
            let ordering = match *field {
                "owner" => one.owner.cmp(other.owner),
                "team" => one.team.cmp(&other.team),
                "title" => one.title.cmp(&other.title),
                _ => one.secret.cmp(&other.secret),
            };
            last = *descending;
            if ordering != Ordering::Equal {
                return if *descending { ordering.reverse() } else { ordering };
            }
        }
        let by_key = one.id.cmp(&other.id);
        if last { by_key.reverse() } else { by_key }
    }

    pub(in super::super) fn denied(&self, viewer: &Viewer<'_, '_>) -> bool {
        let secret = self.order.iter().any(|(field, _)| *field == "secret")
            || self.filter.as_ref().is_some_and(Filter::asks_for_secrets);
        entry_denied(viewer, &self.fields)
            || (secret && !viewer.knows_secrets())
            || self.notes.as_ref().is_some_and(|notes| notes.denied(viewer))
    }

    /// All rows in their order, those that the filter chooses.
    pub(in super::super) fn rows<'w>(&self, viewer: &Viewer<'w, '_>) -> Vec<&'w Written> {
        let mut rows = viewer.entries();
        rows.retain(|folder| self.filter.as_ref().is_none_or(|filter| filter.holds(folder)));
        rows.sort_by(|one, other| self.compare(one, other));
        rows
    }

    /// With the rows behind a place, if that is asked for.
    pub(in super::super) fn expected(&self, viewer: &Viewer<'_, '_>, behind: Option<&Written>) -> Expected {
        if self.denied(viewer) {
            return Err(Denied);
        }
        let mut rows = self.rows(viewer);
        let count = rows.len();
        if let Some(place) = behind {
            rows.retain(|row| self.compare(row, place) == Ordering::Greater);
        }
        let (rows, previous, next) = paged(rows, self.page, behind.is_some());
        let row = |folder: &Written| {
            let mut row = entry_row(folder, &self.fields);
            if let Some(of) = &self.notes {
                let mut notes = viewer.notes();
                notes.retain(|(of, _)| of.id == folder.id);
                let (count, shown) = (notes.len().to_string(), notes.into_iter().take(2));
                let shown: Vec<Json> = shown.map(|note| of.row(viewer, note)).collect();
                row["notes"] = json!({ "totalCount": count, "nodes": shown });
            }
            row
        };
        let rows: Vec<Json> = rows.into_iter().map(row).collect();
        let mut page = json!({
            "totalCount": count.to_string(),
            "pageInfo": { "hasNextPage": next, "hasPreviousPage": previous },
        });
        if self.by_edges {
            page["edges"] = rows.into_iter().map(|row| json!({ "node": row })).collect();
        } else {
            page["nodes"] = Json::Array(rows);
        }
        Ok(page)
    }
}
