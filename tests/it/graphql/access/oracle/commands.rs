//! What comes of commands: of those that are refused, and of those that were sent before.

use cqrs_runtime::store::StoredEvent;
use serde_json::{Value as Json, json};

use super::rows::{Cell, Model};
use super::shown::Shown;
use super::{Asked, Oracle, Place, Refusal, Refusals, Told};
use crate::graphql::access::model::{DRAWER, key_of_giving, key_of_making, key_of_note, key_of_opening};

/// What comes of a command.
enum Outcome<'o> {
    Denied(Refusal),
    /// What users are told: code and sentence.
    Refused(&'static str, &'static str),
    /// It was sent before: with this event as its last one.
    Again(&'o StoredEvent),
    /// It would be done, which no request of the test is to come to.
    Done,
}

impl<'o> Oracle<'o> {
    pub(super) fn command(self, asked: &Asked<'o>) -> Told {
        let input = asked.argument("input").unwrap();
        let id = input["folder"].as_str().or(input["drawer"].as_str()).unwrap();
        let mut beside = Vec::new();
        let outcome = self.outcome(asked, id);
        let value = match &outcome {
            Outcome::Denied(refusal) => Err(Refusals::from([refusal.clone()])),
            Outcome::Done => Ok(Shown::Plain(json!("done"))),
            Outcome::Refused(..) | Outcome::Again(_) => {
                let mut name = format!("{}Payload", asked.name);
                name[..1].make_ascii_uppercase();
                self.object(&asked.sets, &name, |part| {
                    Ok(match (part.name, &outcome) {
                        ("userErrors", Outcome::Refused(code, message)) => {
                            Shown::List(vec![self.user_error(part, code, message)])
                        }
                        ("userErrors", _) => Shown::List(Vec::new()),
                        ("id" | "version" | "position" | "folderEntry", Outcome::Refused(..)) => {
                            Shown::Plain(Json::Null)
                        }
                        ("id", _) => Shown::Plain(json!(id)),
                        ("version", Outcome::Again(event)) => Shown::Plain(json!(event.version.to_string())),
                        ("position", Outcome::Again(event)) => Shown::Plain(json!(event.position.to_string())),
                        ("folderEntry", _) => {
                            let row =
                                self.by_key(Model::FolderEntry, &[Cell::Text(id.to_owned())], part, Place::Payload);
                            row.unwrap_or_else(|refusals| {
                                beside.push((json!([asked.key, part.key]), refusals));
                                Shown::Plain(Json::Null)
                            })
                        }
                        (other, _) => panic!("`{name}` has a field `{other}`, of which nothing is known here"),
                    })
                })
            }
        };
        Told { place: Place::Payload, value, beside }
    }

    fn user_error(self, asked: &Asked<'o>, code: &str, message: &str) -> Shown {
        let shown = self.object(&asked.sets, "UserError", |part| {
            Ok::<_, Refusals>(Shown::Plain(match part.name {
                "field" => Json::Null,
                "message" => json!(message),
                "code" => json!(code),
                other => panic!("`UserError` has a field `{other}`, of which nothing is known here"),
            }))
        });
        shown.unwrap()
    }

    fn outcome(self, asked: &Asked<'o>, id: &str) -> Outcome<'o> {
        let kind = if asked.name.ends_with("Drawer") { "Drawer" } else { "Folder" };
        let creates = matches!(asked.name, "openFolder" | "makeDrawer");
        if !self.viewer.may_send(asked.name) || (!creates && !self.may_ask_for(kind)) {
            return Outcome::Denied(self.denied(Place::Payload));
        }
        if let Some(event) = asked.text("idempotencyKey").and_then(|key| self.sent(asked.name, id, key)) {
            return Outcome::Again(event);
        }
        if creates {
            return Outcome::Refused("ALREADY_EXISTS", "it exists already");
        }
        let version = self.happened(kind, id).len();
        match asked.argument("expectedVersion") {
            // That of none: what is not one's own is as what is not there.
            Some(_) => Outcome::Denied(Refusal { code: "CONFLICT", actual: Some(version), place: Place::Payload }),
            None if version == 0 => Outcome::Refused("NOT_FOUND", "it does not exist"),
            None => Outcome::Done,
        }
    }

    /// The event of a command that whoever asks has sent with a key.
    fn sent(self, name: &str, id: &str, key: &str) -> Option<&'o StoredEvent> {
        let principal = self.viewer.principal;
        if name == "makeDrawer" {
            assert_eq!((id, key), (DRAWER, &*key_of_making()));
            let made = self.pools.events_of(&principal.tenant, "Drawer", id);
            return made.first().copied().filter(|event| event.principal == principal.id);
        }
        let folder = self.viewer.world.iter().find(|folder| folder.tenant == principal.tenant && folder.id == id)?;
        let count = folder.notes.len();
        let place = match name {
            "openFolder" => Some(0).filter(|_| key == key_of_opening(id)),
            "addNote" => (0..count).find(|place| key == key_of_note(id, *place)).map(|place| place + 1),
            "giveFolder" => Some(count + 1).filter(|_| key == key_of_giving(id)),
            _ => None,
        };
        let event = self.pools.events_of(&principal.tenant, "Folder", id).get(place?).copied();
        event.filter(|event| event.principal == principal.id)
    }
}
