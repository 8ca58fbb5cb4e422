//! States as of some time, and what has happened.

use chrono::{DateTime, Utc};
use cqrs_runtime::store::StoredEvent;
use serde_json::{Value as Json, json};

use super::pages::{bounds_hold, paged};
use super::shown::{Of, Shown};
use super::{Asked, Oracle, Place, Refusal, Refusals, decoded, input};
use crate::graphql::access::model::{DRAWER, Written};

/// The version of the event of a cursor; none where there is no cursor.
pub(super) fn version((kind, id): (&str, &str), asked: &Asked<'_>, name: &str) -> Result<Option<u64>, Stale> {
    let Some(cursor) = asked.argument(name) else { return Ok(None) };
    let parts = decoded(Some(cursor)).filter(|parts| parts.len() == 7 && parts[1] == json!([kind, id]));
    parts.and_then(|parts| parts[5].as_u64()).map(Some).ok_or(Stale)
}

/// That a cursor is none of these events.
pub(super) struct Stale;

/// Something that has happened to one.
#[derive(Clone, Copy)]
pub(super) struct Happened<'w> {
    what: What<'w>,
    stored: &'w StoredEvent,
}

#[derive(Clone, Copy)]
enum What<'w> {
    Opened(&'w Written),
    NoteAdded(&'w Written, usize),
    Given(&'w Written),
    DrawerMade,
}

impl Written {
    /// Whose it is when so many events have happened.
    fn owner_at(&self, version: usize) -> &'static str {
        if version > self.notes.len() + 1 { self.owner } else { self.first_owner }
    }
}

impl<'o> Oracle<'o> {
    /// All that has happened to one that is seen.
    pub(super) fn happened(self, kind: &str, id: &str) -> Vec<Happened<'o>> {
        let (what, tenant): (Vec<What<'o>>, _) = match (kind, self.viewer.folder(id)) {
            ("Folder", Some(folder)) => {
                let notes = (0..folder.notes.len()).map(|place| What::NoteAdded(folder, place));
                let given = (folder.owner != folder.first_owner).then_some(What::Given(folder));
                (std::iter::once(What::Opened(folder)).chain(notes).chain(given).collect(), folder.tenant)
            }
            ("Drawer", _) if id == DRAWER => (vec![What::DrawerMade], &*self.viewer.principal.tenant),
            _ => return Vec::new(),
        };
        let stored = self.pools.events_of(tenant, kind, id);
        assert_eq!(stored.len(), what.len(), "of {kind} {id}");
        what.into_iter().zip(stored).map(|(what, stored)| Happened { what, stored }).collect()
    }

    pub(super) fn may_ask_for(self, kind: &str) -> bool {
        if kind == "Folder" { self.viewer.may_ask_for_folders() } else { self.viewer.may_ask_for_drawers() }
    }

    pub(super) fn state(self, asked: &Asked<'o>) -> Result<Shown, Refusals> {
        if !self.viewer.may_ask_for_folders() {
            return Err(Refusals::from([self.denied(Place::State)]));
        }
        let id = asked.text("id").unwrap();
        let happened = self.happened("Folder", id);
        let number = |given: &Json| given.as_str().unwrap().parse::<u64>().unwrap();
        let is_in = |event: &StoredEvent| match asked.argument("asOf").map(|as_of| as_of.as_object().unwrap()) {
            None => true,
            Some(as_of) => {
                let (name, value) = as_of.iter().next().unwrap();
                match &**name {
                    "version" => event.version <= number(value),
                    "position" => event.position <= number(value),
                    "time" => event.recorded_at <= value.as_str().unwrap().parse::<DateTime<Utc>>().unwrap(),
                    other => panic!("a state is told as of `{other}`, of which nothing is known here"),
                }
            }
        };
        let version = happened.iter().take_while(|event| is_in(event.stored)).count();
        let (Some(folder), Some(last)) = (self.viewer.folder(id), version.checked_sub(1)) else {
            return Ok(Shown::Plain(Json::Null));
        };
        let last = happened[last].stored;
        self.object(&asked.sets, "Folder", |part| {
            Ok(Shown::Plain(match part.name {
                "id" => json!(id),
                "version" => json!(version.to_string()),
                "position" => json!(last.position.to_string()),
                "recordedAt" => json!(last.recorded_at),
                "owner" => json!(folder.owner_at(version)),
                "notes" => json!((version - 1).min(folder.notes.len()).to_string()),
                other => panic!("`Folder` has a field `{other}`, of which nothing is known here"),
            }))
        })
    }

    pub(super) fn trail(self, kind: &str, asked: &Asked<'o>) -> Result<Shown, Refusals> {
        let (id, place) = (asked.text("id").unwrap(), Place::Trail);
        let mut refusals = Refusals::new();
        if !self.may_ask_for(kind) {
            refusals.insert(self.denied(place));
        }
        if !bounds_hold(asked) {
            refusals.insert(input(place));
        }
        let bounds = (version((kind, id), asked, "after"), version((kind, id), asked, "before"));
        let (Ok(after), Ok(before)) = bounds else {
            refusals.insert(Refusal { code: "STALE_CURSOR", actual: None, place });
            return Err(refusals);
        };
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let mut events = self.happened(kind, id);
        events.retain(|event| {
            after.is_none_or(|after| event.stored.version > after)
                && before.is_none_or(|before| event.stored.version < before)
        });
        let (events, stands) = paged(asked, events);
        let cursor = |event: &Happened<'o>| cursor((kind, id), event);
        let shown = |event: &Happened<'o>, asked: &Asked<'o>| self.event((kind, id), event, asked);
        self.object(&asked.sets, &format!("{kind}EventConnection"), |part| match part.name {
            "nodes" => events.iter().map(|event| shown(event, part)).collect::<Result<_, _>>().map(Shown::List),
            "edges" => {
                let edges = events.iter().map(|event| {
                    self.object(&part.sets, &format!("{kind}EventEdge"), |part| match part.name {
                        "node" => shown(event, part),
                        "cursor" => Ok(cursor(event)),
                        other => panic!("an edge has a field `{other}`, of which nothing is known here"),
                    })
                });
                edges.collect::<Result<_, _>>().map(Shown::List)
            }
            "pageInfo" => Ok(self.page_info(part, &stands, (events.first().map(cursor), events.last().map(cursor)))),
            other => panic!("a trail has a field `{other}`, of which nothing is known here"),
        })
    }

    pub(super) fn event(self, of: (&str, &str), event: &Happened<'o>, asked: &Asked<'o>) -> Result<Shown, Refusals> {
        let name = match event.what {
            What::Opened(_) => "FolderOpened",
            What::NoteAdded(..) => "NoteAdded",
            What::Given(_) => "FolderGiven",
            What::DrawerMade => "DrawerMade",
        };
        self.object(&asked.sets, name, |part| {
            Ok(Shown::Plain(match (event.what, part.name) {
                (_, "metadata") => return self.metadata(of, event, part),
                (What::Opened(folder), "owner") => json!(folder.first_owner),
                (What::Opened(folder), "title") => json!(folder.title),
                (What::NoteAdded(folder, place), "text") => json!(folder.notes[place].text),
                (What::NoteAdded(folder, place), "level") => json!(folder.notes[place].level.to_string()),
                (What::Given(folder), "owner") => json!(folder.owner),
                (_, other) => panic!("`{name}` has a field `{other}`, of which nothing is known here"),
            }))
        })
    }

    fn metadata(self, of: (&str, &str), event: &Happened<'o>, asked: &Asked<'o>) -> Result<Shown, Refusals> {
        let stored = event.stored;
        self.object(&asked.sets, "EventMetadata", |part| {
            Ok(Shown::Plain(match part.name {
                "cursor" => return Ok(cursor(of, event)),
                "position" => json!(stored.position.to_string()),
                "version" => json!(stored.version.to_string()),
                "eventId" => json!(stored.event_id),
                "correlationId" => json!(stored.correlation_id),
                "causationId" => json!(stored.causation_id),
                "principal" if stored.principal.is_empty() => Json::Null,
                "principal" => json!(stored.principal),
                "recordedAt" => json!(stored.recorded_at),
                other => panic!("`EventMetadata` has a field `{other}`, of which nothing is known here"),
            }))
        })
    }

    /// What follows an event to whoever may see it.
    pub(super) fn happened_behind(self, of: (&str, &str), after: Option<u64>) -> Vec<Happened<'o>> {
        let mut events = self.happened(of.0, of.1);
        events.retain(|event| after.is_none_or(|after| event.stored.version > after));
        events
    }
}

fn cursor((kind, id): (&str, &str), Happened { stored, .. }: &Happened<'_>) -> Shown {
    let parts = [
        json!(1),
        json!([kind, id]),
        // The log, which has no name for clients.
        Json::Null,
        json!(stored.position),
        json!(stored.event_id),
        json!(stored.version),
        json!(0),
    ];
    Shown::Opaque(parts.to_vec(), (kind == "Folder").then(|| Of::Events(id.to_owned())))
}
