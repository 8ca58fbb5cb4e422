//! Random requests, and what the model says of them.

mod entries;
mod filter;
mod notes;
mod page;

use fastrand::Rng;
use serde_json::{Map, Value as Json, json};

pub(super) use self::entries::Entries;
use self::entries::{entry_denied, entry_fields, entry_row};
use self::notes::{Notes, OfNote};
use self::page::{Page, page, paged};
use super::model::{Viewer, Written};

/// What is to be answered: data, or a refusal.
pub(super) type Expected = Result<Json, Denied>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Denied;

#[derive(Clone, Debug)]
pub(super) enum Asked {
    Entries(Entries),
    Notes(Notes),
    Entry { id: String, fields: Vec<&'static str> },
    Note { id: String, place: usize, of: OfNote },
    Nodes { ids: Vec<String>, fields: Vec<&'static str> },
    Folder { id: String, version: Option<usize> },
    Trail { id: String, page: Page },
    Teams,
    Unsaid,
}

fn some<T: Copy>(rng: &mut Rng, of: &[T]) -> Vec<T> {
    of.iter().copied().filter(|_| rng.bool()).collect()
}

fn id(rng: &mut Rng) -> String {
    format!("f{:02}", rng.u8(..13))
}

impl Asked {
    pub(super) fn random(rng: &mut Rng) -> Self {
        match rng.u8(..20) {
            0..=6 => Self::Entries(Entries::random(rng)),
            7..=10 => Self::Notes(Notes::random(rng)),
            11 => Self::Entry { id: id(rng), fields: entry_fields(rng) },
            12 => Self::Note { id: id(rng), place: rng.usize(..4), of: OfNote::random(rng) },
            13..=14 => Self::Nodes { ids: (0..rng.u8(1..4)).map(|_| id(rng)).collect(), fields: entry_fields(rng) },
            15..=16 => Self::Folder { id: id(rng), version: rng.bool().then(|| rng.usize(1..4)) },
            17 => Self::Trail { id: id(rng), page: page(rng) },
            18 => Self::Teams,
            _ => Self::Unsaid,
        }
    }

    /// The document and its variables; `node` gives the opaque id of a folder's row.
    pub(super) fn document(&self, node: impl Fn(&str) -> Json) -> (String, Json) {
        match self {
            Self::Entries(entries) => (entries.document(), entries.variables(None)),
            Self::Notes(notes) => {
                let document = format!(
                    "query($filter: NoteFilter, $first: Int, $last: Int) {{
                        it: notes(filter: $filter, first: $first, last: $last) {{
                            totalCount pageInfo {{ hasNextPage }} nodes {{ {} }} }} }}",
                    notes.of.document()
                );
                let mut filter = Map::new();
                filter.extend(notes.level.map(|level| ("level".to_owned(), json!({ "eq": level.to_string() }))));
                filter.extend(notes.owner.map(|owner| ("owner".to_owned(), json!({ "eq": owner }))));
                let mut variables = notes.page.given();
                variables["filter"] = Json::Object(filter);
                (document, variables)
            }
            Self::Entry { id, fields } => {
                (format!("{{ it: folderEntry(id: \"{id}\") {{ {} }} }}", fields.join(" ")), json!({}))
            }
            Self::Note { id, place, of } => {
                let document = format!("{{ it: note(folder: \"{id}\", place: \"{place}\") {{ {} }} }}", of.document());
                (document, json!({}))
            }
            Self::Nodes { ids, fields } => {
                let ids: Vec<Json> = ids.iter().map(|id| node(id)).collect();
                let document = format!(
                    "query($ids: [ID!]!) {{ it: nodes(ids: $ids) {{ ... on FolderEntry {{ {} }} }} }}",
                    fields.join(" ")
                );
                (document, json!({ "ids": ids }))
            }
            Self::Folder { id, version } => {
                let as_of = version.map_or(json!(null), |version| json!({ "version": version.to_string() }));
                let document =
                    format!("query($asOf: AsOf) {{ it: folder(id: \"{id}\", asOf: $asOf) {{ owner notes }} }}");
                (document, json!({ "asOf": as_of }))
            }
            Self::Trail { id, page } => {
                let document = format!(
                    "query($first: Int, $last: Int) {{ it: folderEvents(id: \"{id}\", first: $first, last: $last) {{
                        nodes {{ __typename
                            ... on FolderOpened {{ owner title }}
                            ... on NoteAdded {{ text }}
                            ... on FolderGiven {{ owner }} }} }} }}"
                );
                (document, page.given())
            }
            Self::Teams => ("{ it: teams { nodes { team folders } } }".to_owned(), json!({})),
            Self::Unsaid => ("{ it: unsaids { nodes { team folders } } }".to_owned(), json!({})),
        }
    }

    pub(super) fn expected(&self, viewer: &Viewer<'_, '_>) -> Expected {
        let granted = |granted: bool| if granted { Ok(()) } else { Err(Denied) };
        match self {
            Self::Entries(entries) => entries.expected(viewer, None),
            Self::Notes(notes) => notes.expected(viewer),
            Self::Entry { id, fields } => {
                granted(!entry_denied(viewer, fields))?;
                let entry = viewer.entries().into_iter().find(|entry| entry.id == *id);
                Ok(entry.map_or(Json::Null, |entry| entry_row(entry, fields)))
            }
            Self::Note { id, place, of } => {
                granted(!of.denied(viewer))?;
                let note = viewer.notes().into_iter().find(|(folder, number)| folder.id == *id && number == place);
                Ok(note.map_or(Json::Null, |note| of.row(viewer, note)))
            }
            Self::Nodes { ids, fields } => {
                granted(!entry_denied(viewer, fields))?;
                let entries = viewer.entries();
                let row = |id: &String| {
                    let entry = entries.iter().find(|entry| entry.id == *id);
                    entry.map_or(Json::Null, |entry| entry_row(entry, fields))
                };
                Ok(ids.iter().map(row).collect())
            }
            Self::Folder { id, version } => {
                granted(viewer.may_ask_for_folders())?;
                Ok(viewer.folder(id).map_or(Json::Null, |folder| state(folder, *version)))
            }
            Self::Trail { id, page } => {
                granted(viewer.may_ask_for_folders())?;
                let happened = viewer.folder(id).map(happened).unwrap_or_default();
                Ok(json!({ "nodes": paged(happened, *page, false).0 }))
            }
            Self::Teams => granted(viewer.may_list_teams()).map(|()| teams(viewer)),
            Self::Unsaid => granted(viewer.may_list_what_is_unsaid()).map(|()| teams(viewer)),
        }
    }
}

fn teams(viewer: &Viewer<'_, '_>) -> Json {
    let teams = viewer.teams().into_iter();
    let nodes: Vec<Json> =
        teams.map(|(team, folders)| json!({ "team": team.to_string(), "folders": folders.to_string() })).collect();
    json!({ "nodes": nodes })
}

fn state(folder: &Written, version: Option<usize>) -> Json {
    let given = folder.owner != folder.first_owner;
    let last = 1 + folder.notes.len() + usize::from(given);
    let version = version.unwrap_or(last).min(last);
    let notes = (version - 1).min(folder.notes.len());
    let owner = if version == last { folder.owner } else { folder.first_owner };
    json!({ "owner": owner, "notes": notes.to_string() })
}

fn happened(folder: &Written) -> Vec<Json> {
    let Written { first_owner, owner, title, .. } = folder;
    let opened = json!({ "__typename": "FolderOpened", "owner": first_owner, "title": title });
    let mut happened = vec![opened];
    happened.extend(folder.notes.iter().map(|note| json!({ "__typename": "NoteAdded", "text": note.text })));
    if owner != first_owner {
        happened.push(json!({ "__typename": "FolderGiven", "owner": owner }));
    }
    happened
}
