//! Commands that write nothing: refused ones, and those that were sent before, with the key that they had then.

use serde_json::{Value as Json, json};

use super::{DEPTH, Generator};
use crate::graphql::access::model::{DRAWER, Written, key_of_giving, key_of_making, key_of_note, key_of_opening};
use crate::graphql::access::request::{Directive, Field, Given, Item};
use crate::graphql::access::schema;

impl Generator<'_> {
    pub(super) fn mutation(&mut self) {
        self.request.root = "mutation";
        let offered = self.offered;
        let field = self.pick("Mutation", offered.fields("Mutation"));
        self.used.insert(format!("Mutation.{}", field.name));
        let mut folders: Vec<&Written> = self.viewer.of_tenant().collect();
        if self.rng.bool() && folders.iter().any(|folder| folder.sender == self.viewer.principal.id) {
            folders.retain(|folder| folder.sender == self.viewer.principal.id);
        }
        let folder = folders[self.rng.usize(..folders.len())];
        let (input, key) = self.command(&field.name, folder);
        let key = if self.chance(4) { Json::Null } else { json!(key) };
        // What somebody may command would be done, were it not for the version: that of no folder.
        let would_be_done = input["folder"].as_str().is_some_and(|id| self.viewer.folder(id).is_some());
        let version = if would_be_done || self.rng.bool() { json!("99") } else { Json::Null };
        let mut arguments = Vec::new();
        for argument in &field.arguments {
            let value = match &*argument.name {
                "input" => &input,
                "idempotencyKey" => &key,
                "expectedVersion" => &version,
                other => panic!("a mutation has an argument `{other}`, of which nothing is known here"),
            };
            if !value.is_null() {
                self.used.insert(format!("Mutation.{}({})", field.name, argument.name));
                let text = self.written(value, &argument.ty, false);
                arguments.push(Given { name: argument.name.clone(), value: Some(value.clone()), text });
            }
        }
        let items = self.payload(field);
        let (alias, directive) = (Some(self.name()), Directive::default());
        self.request.items = vec![Item::Field(Field { alias, name: field.name.clone(), arguments, directive, items })];
    }

    /// What comes of it, and the row that is shown with it more often than not.
    fn payload(&mut self, field: &schema::Field) -> Vec<Item> {
        let mut items = self.selection(&field.ty.base, DEPTH - 1);
        if !self.chance(3) {
            let row = self.offered.field(&field.ty.base, "folderEntry");
            items.push(self.field(&field.ty.base, row, DEPTH - 1));
        }
        items
    }

    /// The input of a command, and the key with which it was sent.
    fn command(&mut self, name: &str, folder: &Written) -> (Json, String) {
        let Written { id, .. } = folder;
        match name {
            "openFolder" => {
                let Written { first_owner, team, title, secret, .. } = folder;
                let input = json!({
                    "folder": id, "owner": first_owner, "team": team.to_string(), "title": title, "secret": secret,
                });
                (input, key_of_opening(id))
            }
            "addNote" => {
                let place = self.rng.usize(..5);
                let (text, level) =
                    folder.notes.get(place).map_or(("more".to_owned(), 0), |note| (note.text.clone(), note.level));
                let input = json!({ "folder": id, "text": text, "level": level.to_string() });
                (input, key_of_note(id, place))
            }
            "giveFolder" => (json!({ "folder": id, "owner": folder.owner }), key_of_giving(id)),
            "touchFolder" => (json!({ "folder": id }), format!("touch {id}")),
            "makeDrawer" => (json!({ "drawer": DRAWER }), key_of_making()),
            "openDrawer" => (json!({ "drawer": DRAWER }), "open".to_owned()),
            other => panic!("the schema has a mutation `{other}`, of which nothing is known here"),
        }
    }
}
