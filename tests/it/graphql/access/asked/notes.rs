//! Lists of notes.

use fastrand::Rng;
use serde_json::{Map, Value as Json, json};

use super::entries::{entry_denied, entry_fields, entry_row};
use super::page::{Page, page, paged};
use super::{Denied, Expected, some};
use crate::graphql::access::model::{OWNERS, Viewer, Written};

/// A list of notes.
#[derive(Clone, Debug)]
pub(in super::super) struct Notes {
    pub(super) of: OfNote,
    pub(super) level: Option<i64>,
    pub(super) owner: Option<&'static str>,
    pub(super) page: Page,
}

/// What is asked of a note.
#[derive(Clone, Debug)]
pub(in super::super) struct OfNote {
    fields: Vec<&'static str>,
    entry: Option<Vec<&'static str>>,
    see_also: Option<Vec<&'static str>>,
}

impl OfNote {
    pub(super) fn random(rng: &mut Rng) -> Self {
        let mut fields = vec!["place"];
        fields.extend(some(rng, &["text", "level", "team"]));
        fields.extend((rng.u8(..5) == 0).then_some("owner"));
        fields.extend((rng.u8(..5) == 0).then_some("seeAlsoId"));
        let entry = (rng.u8(..4) == 0).then(|| entry_fields(rng));
        let see_also = (rng.u8(..4) == 0).then(|| entry_fields(rng));
        Self { fields, entry, see_also }
    }

    pub(super) fn document(&self) -> String {
        let mut document = self.fields.join(" ");
        for (name, fields) in [("folderEntry", &self.entry), ("seeAlso", &self.see_also)] {
            if let Some(fields) = fields {
                document.extend([" ", name, " { ", &fields.join(" "), " }"]);
            }
        }
        document
    }

    pub(super) fn denied(&self, viewer: &Viewer<'_, '_>) -> bool {
        let entries = [&self.entry, &self.see_also];
        !viewer.may_list_notes()
            || (self.fields.contains(&"owner") && !viewer.knows_owners_of_notes())
            || ((self.fields.contains(&"seeAlsoId") || self.see_also.is_some()) && !viewer.knows_what_to_see_also())
            || entries.into_iter().flatten().any(|fields| entry_denied(viewer, fields))
    }

    pub(super) fn row(&self, viewer: &Viewer<'_, '_>, (folder, place): (&Written, usize)) -> Json {
        let note = &folder.notes[place];
        let mut row = Map::new();
        for field in &self.fields {
            let value = match *field {
                "place" => json!(place.to_string()),
                "text" => json!(note.text),
                "level" => json!(note.level.to_string()),
                "team" => json!(folder.team.to_string()),
                "owner" => json!(folder.owner),
                _ => json!(note.see_also),
            };
            row.insert((*field).to_owned(), value);
        }
        let entry = |id: Option<&str>, fields: &[&str]| {
            let entry = viewer.entries().into_iter().find(|entry| Some(&*entry.id) == id);
            entry.map_or(Json::Null, |entry| entry_row(entry, fields))
        };
        if let Some(fields) = &self.entry {
            row.insert("folderEntry".to_owned(), entry(Some(&folder.id), fields));
        }
        if let Some(fields) = &self.see_also {
            row.insert("seeAlso".to_owned(), entry(note.see_also.as_deref(), fields));
        }
        Json::Object(row)
    }
}

impl Notes {
    pub(super) fn random(rng: &mut Rng) -> Self {
        Self {
            of: OfNote::random(rng),
            level: rng.bool().then(|| rng.i64(0..2)),
            owner: (rng.u8(..6) == 0).then(|| *rng.choice(&OWNERS).unwrap()),
            page: page(rng),
        }
    }

    pub(super) fn expected(&self, viewer: &Viewer<'_, '_>) -> Expected {
        if self.of.denied(viewer) || (self.owner.is_some() && !viewer.knows_owners_of_notes()) {
            return Err(Denied);
        }
        let mut notes = viewer.notes();
        notes.retain(|(folder, place)| {
            self.level.is_none_or(|level| folder.notes[*place].level == level)
                && self.owner.is_none_or(|owner| folder.owner == owner)
        });
        let count = notes.len();
        let (shown, _, next) = paged(notes, self.page, false);
        let rows: Vec<Json> = shown.into_iter().map(|note| self.of.row(viewer, note)).collect();
        Ok(json!({ "totalCount": count.to_string(), "pageInfo": { "hasNextPage": next }, "nodes": rows }))
    }
}
