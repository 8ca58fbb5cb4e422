//! Random requests, made by walking through what the schema offers.

mod arguments;
mod commands;
mod values;

use std::collections::BTreeSet;

use fastrand::Rng;
use serde_json::{Value as Json, json};

use super::model::Viewer;
use super::pools::Pools;
use super::request::{Directive, Field, Fragment, Item, Request, Variable};
use super::schema::{self, Kind, Offered};

/// What is rarely granted, and would have most requests refused if it were asked for as often as all else; and how often it is
/// asked for: one time of so many.
const RARELY: [(&str, u8); 15] = [
    ("FolderEntry.secret", 3),
    ("FolderEntryFilter.secret", 4),
    ("FolderEntryOrder.secret", 3),
    ("Mutation.touchFolder", 8),
    ("Node.Unsaid", 4),
    ("Note.owner", 2),
    ("Note.seeAlso", 2),
    ("Note.seeAlsoId", 2),
    ("NoteFilter.owner", 4),
    ("Query.drawerEvents", 8),
    ("Query.unsaid", 8),
    ("Query.unsaids", 8),
    ("Subscription.drawerEvents", 8),
    ("Subscription.teamChanged", 2),
    ("Subscription.unsaidChanged", 8),
];

/// How deep objects stand in each other at most.
const DEPTH: u8 = 6;

/// Makes a request.
pub(super) struct Generator<'g> {
    pub(super) rng: &'g mut Rng,
    pub(super) offered: &'g Offered,
    pub(super) pools: &'g Pools,
    /// Who will send it.
    pub(super) viewer: Viewer<'g, 'g>,
    /// All that was asked or said until now, as [`Offered::all`] names it.
    pub(super) used: &'g mut BTreeSet<String>,
    pub(super) request: Request,
    pub(super) names: usize,
    /// The folder within which something is asked for, where that is known.
    pub(super) parent: Option<String>,
}

impl Generator<'_> {
    pub(super) fn request(mut self) -> Request {
        match self.rng.u8(..100) {
            0..=81 => self.query(),
            82..=93 => self.mutation(),
            _ => self.subscription(),
        }
        self.request
    }

    fn chance(&mut self, one_of: u8) -> bool {
        self.rng.u8(..one_of) == 0
    }

    /// Whether to leave something out that is rarely granted.
    fn passes_by(&mut self, what: &str) -> bool {
        let rarely = RARELY.iter().find(|(rarely, _)| *rarely == what);
        rarely.is_some_and(|(_, one_of)| !self.chance(*one_of))
    }

    fn pick<'f>(&mut self, of: &str, fields: &'f [schema::Field]) -> &'f schema::Field {
        loop {
            let field = &fields[self.rng.usize(..fields.len())];
            if !self.passes_by(&format!("{of}.{}", field.name)) {
                return field;
            }
        }
    }

    fn query(&mut self) {
        self.request.root = "query";
        let offered = self.offered;
        let count = if self.chance(8) { self.rng.usize(2..4) } else { 1 };
        let mut items = Vec::new();
        for _ in 0..count {
            let mut field = self.pick("Query", offered.fields("Query"));
            if self.chance(12) {
                // Whatever has a key, by its id: one field for all of them.
                field = offered.field("Query", if self.rng.bool() { "node" } else { "nodes" });
            }
            let item = self.field("Query", field, DEPTH);
            items.push(item);
        }
        self.request.items = self.dressed("Query", items, DEPTH);
    }

    fn subscription(&mut self) {
        self.request.root = "subscription";
        let offered = self.offered;
        let field = self.pick("Subscription", offered.fields("Subscription"));
        self.request.items = vec![Item::Field(self.asked("Subscription", field, DEPTH))];
    }

    /// A field with its arguments, and what is asked of it.
    fn asked(&mut self, of: &str, field: &schema::Field, depth: u8) -> Field {
        self.used.insert(format!("{of}.{}", field.name));
        let arguments = self.arguments(of, field);
        // What has arguments has a name of its own: nothing else of the name has others.
        let has_name = !field.arguments.is_empty() || self.chance(8);
        let alias = has_name.then(|| self.name());
        let id = arguments.iter().find(|given| given.name == "id").and_then(|given| given.value.as_ref()?.as_str());
        let parent = id.filter(|_| field.name == "folderEntry").map(str::to_owned);
        let outer = std::mem::replace(&mut self.parent, parent);
        let items = self.selection(&field.ty.base, depth.saturating_sub(1));
        self.parent = outer;
        Field { alias, name: field.name.clone(), arguments, directive: Directive::default(), items }
    }

    fn field(&mut self, of: &str, field: &schema::Field, depth: u8) -> Item {
        let mut asked = self.asked(of, field, depth);
        asked.directive = self.directive();
        Item::Field(asked)
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("a{}", self.names)
    }

    /// What is asked of an object or an interface; nothing of a leaf.
    fn selection(&mut self, of: &str, depth: u8) -> Vec<Item> {
        let offered = self.offered;
        let mut items = Vec::new();
        match offered.kind(of) {
            Kind::Enum(_) | Kind::Scalar => return items,
            Kind::Input { .. } => panic!("nothing can be asked of `{of}`"),
            Kind::Interface { .. } => {
                for object in offered.possible(of) {
                    if !self.chance(3) && !self.passes_by(&format!("{of}.{object}")) {
                        let fields = self.fields(object, depth);
                        items.push(Item::Inline(Some(object.to_owned()), self.directive(), fields));
                    }
                }
                if items.is_empty() || self.chance(3) {
                    items.extend(self.fields(of, depth));
                }
            }
            Kind::Object { .. } => items = self.fields(of, depth),
        }
        self.dressed(of, items, depth)
    }

    fn fields(&mut self, of: &str, depth: u8) -> Vec<Item> {
        let fields = self.offered.fields(of);
        let offered = self.offered;
        let is_leaf = |field: &schema::Field| matches!(offered.kind(&field.ty.base), Kind::Enum(_) | Kind::Scalar);
        let mut items = Vec::new();
        for _ in 0..self.rng.usize(1..4) {
            let mut field = self.pick(of, fields);
            if is_leaf(field) && self.chance(4) {
                // Rather something of which more can be asked.
                let mut others = fields.iter().filter(|field| !is_leaf(field));
                let number = self.rng.usize(..others.clone().count().max(1));
                field = others.nth(number).unwrap_or(field);
            }
            let is_leaf = is_leaf(field);
            // What leads to other rows is asked for the more rarely the deeper it stands; pages for each row the most rarely.
            let one_of = match (of, field.arguments.is_empty()) {
                (_, false) => 3 * DEPTH,
                ("Note", true) if !is_leaf => DEPTH + 2,
                _ => depth,
            };
            if is_leaf || self.rng.u8(..one_of.max(1)) < depth {
                items.push(self.field(of, field, depth));
            }
        }
        if items.is_empty() || self.chance(10) {
            let alias = self.chance(4).then(|| self.name());
            let (name, arguments, directive) = ("__typename".to_owned(), Vec::new(), Directive::default());
            items.push(Item::Field(Field { alias, name, arguments, directive, items: Vec::new() }));
        }
        items
    }

    /// The same, some of it in fragments, or mentioned more than once.
    fn dressed(&mut self, of: &str, items: Vec<Item>, depth: u8) -> Vec<Item> {
        let mut dressed = Vec::new();
        for item in items {
            if let Item::Field(field) = &item
                && self.chance(12)
            {
                // Mentioned again, with something else of it.
                let ty = match &*field.name {
                    "__typename" => "String",
                    name => &self.offered.field(of, name).ty.base,
                };
                let mut again = field.clone();
                again.items = self.selection(ty, depth.saturating_sub(2));
                dressed.push(Item::Field(again));
            }
            dressed.push(item);
        }
        if self.chance(10) {
            let mut on = vec![None, Some(of.to_owned())];
            if dressed.iter().all(|item| matches!(item, Item::Field(field) if field.name == "id")) {
                on.extend(self.offered.interfaces(of).into_iter().map(|name| Some(name.to_owned())));
            }
            let on = on.swap_remove(self.rng.usize(..on.len()));
            dressed = vec![Item::Inline(on, self.directive(), dressed)];
        } else if self.chance(12) {
            self.request.fragments.push(Fragment { on: of.to_owned(), items: dressed });
            dressed = vec![Item::Spread(self.request.fragments.len() - 1, self.directive())];
        } else if self.chance(20)
            && let Some(place) = self.request.fragments.iter().position(|fragment| fragment.on == of)
        {
            dressed.push(Item::Spread(place, self.directive()));
        }
        dressed
    }

    fn directive(&mut self) -> Directive {
        if !self.chance(30) {
            return Directive::default();
        }
        let (skips, value) = (self.rng.bool(), self.rng.bool());
        let name = if skips { "skip" } else { "include" };
        let text = if self.rng.bool() {
            format!(" @{name}(if: {value})")
        } else {
            let number =
                self.variable(Variable { ty: "Boolean!".to_owned(), default: None, value: Some(json!(value)) });
            format!(" @{name}(if: ${number})")
        };
        Directive { text, leaves_out: skips == value }
    }

    /// Declares a variable; its name.
    fn variable(&mut self, variable: Variable) -> String {
        self.request.variables.push(variable);
        format!("v{}", self.request.variables.len() - 1)
    }

    /// An id of a row, of what there is or not.
    fn node(&mut self) -> Json {
        let (id, team) = (self.id(), self.rng.i64(0..4));
        match self.rng.u8(..16) {
            0..=5 => super::opaque(&json!(["FolderEntry", id])),
            6..=10 => super::opaque(&json!(["Note", id, self.rng.u8(..3)])),
            11..=12 => super::opaque(&json!(["Team", team])),
            13 if !self.passes_by("Node.Unsaid") => super::opaque(&json!(["Unsaid", team])),
            14 => super::opaque(&json!(["Elsewhere", id])),
            15 => json!("no id at all"),
            _ => super::opaque(&json!(["Team", team, id])),
        }
    }

    /// The id of a folder, that there is or not.
    fn id(&mut self) -> String {
        format!("f{:02}", self.rng.u8(..13))
    }
}
