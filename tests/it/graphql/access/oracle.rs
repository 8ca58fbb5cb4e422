//! What is to be answered: a request held to what was written and to who may see what, without the runtime.

mod changes;
mod commands;
mod events;
mod filter;
mod pages;
mod rows;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use self::rows::{Cell, Model};
pub(super) use self::shown::{Of, Shown};
use super::model::Viewer;
use super::pools::Pools;
use super::request::{Given, Item, Request};
use super::schema::Offered;

/// Of what an answer tells, wherever it stands: what may depend on a rule in ways of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A row by its key.
    Row,
    /// Rows page by page.
    List,
    /// A row to which another one leads.
    Relation,
    /// Rows to which another one leads.
    Pages,
    /// How many rows there are.
    Count,
    /// By which rows are chosen.
    Filter,
    /// By which rows are ordered.
    Order,
    Node,
    Nodes,
    /// An aggregate as of some time.
    State,
    Trail,
    /// What comes of a command.
    Payload,
    /// Rows that are followed.
    Changes,
    /// Events that are followed.
    Events,
}

/// Why something is not answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    /// The version that is told beside a conflict.
    pub(super) actual: Option<usize>,
    pub(super) place: Place,
}

/// All that is wrong with what is asked: one of them is answered.
pub(super) type Refusals = BTreeSet<Refusal>;

/// What is to be answered to a field of a root.
#[derive(Debug, PartialEq)]
pub(super) struct Told {
    pub(super) place: Place,
    pub(super) value: Result<Shown, Refusals>,
    /// What is null beside it, and why.
    pub(super) beside: Vec<(Json, Refusals)>,
}

/// A field that is asked for, with all that is asked of it anywhere.
pub(super) struct Asked<'o> {
    pub(super) key: &'o str,
    pub(super) name: &'o str,
    arguments: &'o [Given],
    sets: Vec<&'o [Item]>,
}

impl<'o> Asked<'o> {
    /// An argument, unless it is not given.
    fn argument(&self, name: &str) -> Option<&'o Json> {
        self.arguments.iter().find(|given| given.name == name)?.value.as_ref()
    }

    fn text(&self, name: &str) -> Option<&'o str> {
        self.argument(name)?.as_str()
    }
}

#[derive(Clone, Copy)]
pub(super) struct Oracle<'o> {
    pub(super) viewer: Viewer<'o, 'o>,
    pub(super) offered: &'o Offered,
    pub(super) request: &'o Request,
    pub(super) pools: &'o Pools,
}

impl<'o> Oracle<'o> {
    /// What is to be answered to each field of the query or the mutation.
    pub(super) fn told(self) -> Vec<(&'o str, Told)> {
        let root = if self.request.root == "mutation" { "Mutation" } else { "Query" };
        let fields = self.collected(&[&self.request.items], root).into_iter();
        fields
            .map(|asked| (asked.key, if root == "Mutation" { self.command(&asked) } else { self.query(&asked) }))
            .collect()
    }

    fn query(self, asked: &Asked<'o>) -> Told {
        let (place, value) = match asked.name {
            "folderEntry" => (Place::Row, self.row(Model::FolderEntry, asked)),
            "note" => (Place::Row, self.row(Model::Note, asked)),
            "team" => (Place::Row, self.row(Model::Team, asked)),
            "unsaid" => (Place::Row, self.row(Model::Unsaid, asked)),
            "folderEntries" => (Place::List, self.list(Model::FolderEntry, asked)),
            "notes" => (Place::List, self.list(Model::Note, asked)),
            "teams" => (Place::List, self.list(Model::Team, asked)),
            "unsaids" => (Place::List, self.list(Model::Unsaid, asked)),
            "node" => (Place::Node, self.node(asked)),
            "nodes" => return self.nodes(asked),
            "folder" => (Place::State, self.state(asked)),
            "folderEvents" => (Place::Trail, self.trail("Folder", asked)),
            "drawerEvents" => (Place::Trail, self.trail("Drawer", asked)),
            other => panic!("the schema has a query `{other}`, of which nothing is known here"),
        };
        Told { place, value, beside: Vec::new() }
    }

    /// The fields that are asked of an object, fragments and directives resolved.
    fn collected(self, sets: &[&'o [Item]], of: &str) -> Vec<Asked<'o>> {
        let mut found = Vec::new();
        for set in sets {
            self.collect(set, of, &mut found);
        }
        found
    }

    fn collect(self, set: &'o [Item], of: &str, found: &mut Vec<Asked<'o>>) {
        for item in set {
            match item {
                Item::Field(field) if !field.directive.leaves_out => {
                    match found.iter_mut().find(|known| known.key == field.key()) {
                        Some(known) => known.sets.push(&field.items),
                        None => found.push(Asked {
                            key: field.key(),
                            name: &field.name,
                            arguments: &field.arguments,
                            sets: vec![&field.items],
                        }),
                    }
                }
                Item::Inline(on, directive, items) if !directive.leaves_out => {
                    if on.as_ref().is_none_or(|on| self.offered.applies(on, of)) {
                        self.collect(items, of, found);
                    }
                }
                Item::Spread(place, directive) if !directive.leaves_out => {
                    let fragment = &self.request.fragments[*place];
                    if self.offered.applies(&fragment.on, of) {
                        self.collect(&fragment.items, of, found);
                    }
                }
                Item::Field(_) | Item::Inline(..) | Item::Spread(..) => {}
            }
        }
    }

    /// An object, field by field.
    fn object<E>(
        self,
        sets: &[&'o [Item]],
        of: &str,
        mut field: impl FnMut(&Asked<'o>) -> Result<Shown, E>,
    ) -> Result<Shown, E> {
        let fields = self.collected(sets, of).into_iter().map(|asked| {
            let shown = if asked.name == "__typename" { Shown::Plain(json!(of)) } else { field(&asked)? };
            Ok((asked.key.to_owned(), shown))
        });
        Ok(Shown::Object(fields.collect::<Result<_, E>>()?))
    }

    /// That something is not for who asks.
    fn denied(self, place: Place) -> Refusal {
        let principal = self.viewer.principal;
        let is_nobody = principal.id.is_empty() && principal.roles.is_empty();
        let code = if is_nobody { "UNAUTHENTICATED" } else { "FORBIDDEN" };
        Refusal { code, actual: None, place }
    }

    fn row(self, model: Model, asked: &Asked<'o>) -> Result<Shown, Refusals> {
        let key: Vec<Cell> = match model {
            Model::Note => vec![Cell::given(asked.argument("folder")), Cell::given(asked.argument("place"))],
            _ => vec![Cell::given(asked.argument("id"))],
        };
        let key: Vec<Cell> = key.into_iter().zip(model.key()).map(|(cell, field)| cell.of(field)).collect();
        self.by_key(model, &key, asked, Place::Row)
    }

    fn by_key(self, model: Model, key: &[Cell], asked: &Asked<'o>, place: Place) -> Result<Shown, Refusals> {
        let mut refusals = Refusals::new();
        self.row_refusals(model, &asked.sets, place, &mut refusals);
        if !refusals.is_empty() {
            return Err(refusals);
        }
        match self.viewer.rows(model).into_iter().find(|row| row.key() == key) {
            Some(row) => self.shown(row, &asked.sets),
            None => Ok(Shown::Plain(Json::Null)),
        }
    }

    fn node(self, asked: &Asked<'o>) -> Result<Shown, Refusals> {
        match decoded(asked.argument("id")) {
            None => Err(Refusals::from([input(Place::Node)])),
            Some(parts) => match named(&parts) {
                Some((model, key)) => self.by_key(model, &key, asked, Place::Node),
                None => Ok(Shown::Plain(Json::Null)),
            },
        }
    }

    /// An id that is none is null for itself, and one that is not for who asks is so for all.
    fn nodes(self, asked: &Asked<'o>) -> Told {
        let (mut found, mut refusals, mut beside) = (Vec::new(), Refusals::new(), Vec::new());
        for (number, id) in asked.argument("ids").and_then(Json::as_array).into_iter().flatten().enumerate() {
            let parts = decoded(Some(id));
            if parts.is_none() {
                beside.push((json!([asked.key, number]), Refusals::from([input(Place::Nodes)])));
            }
            let shown = match parts.as_deref().and_then(named) {
                Some((model, key)) => self.by_key(model, &key, asked, Place::Nodes),
                None => Ok(Shown::Plain(Json::Null)),
            };
            match shown {
                Ok(shown) => found.push(shown),
                Err(mut why) => refusals.append(&mut why),
            }
        }
        let value = if refusals.is_empty() { Ok(Shown::List(found)) } else { Err(refusals) };
        Told { place: Place::Nodes, value, beside }
    }

    fn list(self, model: Model, asked: &Asked<'o>) -> Result<Shown, Refusals> {
        let mut refusals = Refusals::new();
        self.page_refusals(model, asked, Place::List, &mut refusals);
        if refusals.is_empty() { self.page(model, asked, None, Place::List) } else { Err(refusals) }
    }
}

impl Told {
    /// Of what it tells in another way than another answer does.
    pub(super) fn differs(&self, other: &Self) -> BTreeSet<Place> {
        let mut places = BTreeSet::new();
        let plain = |refusals: &Refusals| -> BTreeSet<_> {
            refusals.iter().map(|refusal| (refusal.code, refusal.actual)).collect()
        };
        match (&self.value, &other.value) {
            (Ok(one), Ok(another)) => one.differs(another, self.place, &mut places),
            (Err(refusals), Ok(_)) | (Ok(_), Err(refusals)) => {
                places.extend(refusals.iter().map(|refusal| refusal.place));
            }
            (Err(one), Err(another)) if plain(one).is_disjoint(&plain(another)) => {
                places.extend(one.iter().map(|refusal| refusal.place));
            }
            (Err(_), Err(_)) => {}
        }
        let refused = |told: &Self| -> BTreeMap<String, Refusals> {
            told.beside.iter().map(|(path, refusals)| (path.to_string(), refusals.clone())).collect()
        };
        let (one, another) = (refused(self), refused(other));
        let only = one.iter().filter(|(path, _)| !another.contains_key(*path));
        places.extend(only.flat_map(|(_, refusals)| refusals.iter().map(|refusal| refusal.place)));
        places
    }
}

/// That an argument means nothing.
fn input(place: Place) -> Refusal {
    Refusal { code: "BAD_USER_INPUT", actual: None, place }
}

/// What an id or a cursor is made of.
fn decoded(text: Option<&Json>) -> Option<Vec<Json>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text?.as_str()?).ok()?).ok()
}

/// The row that the parts of an id name.
fn named(parts: &[Json]) -> Option<(Model, Vec<Cell>)> {
    let (name, key) = parts.split_first()?;
    let model = Model::named(name.as_str()?)?;
    (key.len() == model.key().len()).then(|| (model, key.iter().map(|part| Cell::given(Some(part))).collect()))
}
