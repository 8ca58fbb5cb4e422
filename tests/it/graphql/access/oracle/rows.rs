//! Rows: their fields, what they lead to, and what may be known of them.

use serde_json::{Value as Json, json};

use super::shown::Shown;
use super::{Asked, Oracle, Place, Refusals};
use crate::graphql::access::model::{Viewer, Written};
use crate::graphql::access::request::Item;

/// A read model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Model {
    FolderEntry,
    Note,
    Team,
    Unsaid,
}

/// A row of one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Row<'w> {
    Entry(&'w Written),
    Note(&'w Written, usize),
    /// A team, and how many folders it has.
    Team(Model, (i64, i64)),
}

/// What stands in a field; what is absent is the smallest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    Absent,
    Number(i64),
    Text(String),
}

impl Cell {
    /// What a client gives, or stands in a cursor.
    pub(super) fn given(value: Option<&Json>) -> Self {
        match value {
            None | Some(Json::Null) => Self::Absent,
            Some(Json::Number(number)) => Self::Number(number.as_i64().unwrap()),
            Some(Json::String(text)) => Self::Text(text.clone()),
            Some(other) => panic!("{other}"),
        }
    }

    /// The same, as a value of a field: numbers may be written as texts.
    pub(super) fn of(self, field: &str) -> Self {
        match self {
            Self::Text(text) if matches!(field, "team" | "level" | "place") => Self::Number(text.parse().unwrap()),
            other => other,
        }
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Absent | Self::Number(_) => panic!("{self:?} is no text"),
        }
    }

    /// As it stands in ids and cursors.
    pub(super) fn stored(&self) -> Json {
        match self {
            Self::Absent => Json::Null,
            Self::Number(number) => json!(number),
            Self::Text(text) => json!(text),
        }
    }

    fn shown(&self) -> Json {
        match self {
            Self::Number(number) => json!(number.to_string()),
            other => other.stored(),
        }
    }
}

/// Where a field leads.
enum Leads {
    /// To a row, by a field that holds its key.
    One(Model, &'static str),
    /// To the rows that refer to this one by a field.
    Several(Model, &'static str),
}

impl Model {
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::FolderEntry, Self::Note, Self::Team, Self::Unsaid].into_iter().find(|model| model.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::FolderEntry => "FolderEntry",
            Self::Note => "Note",
            Self::Team => "Team",
            Self::Unsaid => "Unsaid",
        }
    }

    pub(super) fn key(self) -> &'static [&'static str] {
        match self {
            Self::FolderEntry => &["folder"],
            Self::Note => &["folder", "place"],
            Self::Team | Self::Unsaid => &["team"],
        }
    }

    fn leads(self, field: &str) -> Option<Leads> {
        match (self, field) {
            (Self::FolderEntry, "notes") => Some(Leads::Several(Self::Note, "folder")),
            (Self::Note, "folderEntry") => Some(Leads::One(Self::FolderEntry, "folder")),
            (Self::Note, "seeAlso") => Some(Leads::One(Self::FolderEntry, "seeAlsoId")),
            _ => None,
        }
    }
}

impl Row<'_> {
    pub(super) fn model(self) -> Model {
        match self {
            Self::Entry(_) => Model::FolderEntry,
            Self::Note(..) => Model::Note,
            Self::Team(model, _) => model,
        }
    }

    pub(super) fn value(self, field: &str) -> Cell {
        let text = |text: &str| Cell::Text(text.to_owned());
        match (self, field) {
            (Self::Entry(folder) | Self::Note(folder, _), "folder") => text(&folder.id),
            (Self::Entry(folder) | Self::Note(folder, _), "owner") => text(folder.owner),
            (Self::Entry(folder) | Self::Note(folder, _), "team") => Cell::Number(folder.team),
            (Self::Entry(folder), "title") => text(&folder.title),
            (Self::Entry(folder), "secret") => text(&folder.secret),
            (Self::Note(_, place), "place") => Cell::Number(i64::try_from(place).unwrap()),
            (Self::Note(folder, place), "text") => text(&folder.notes[place].text),
            (Self::Note(folder, place), "level") => Cell::Number(folder.notes[place].level),
            (Self::Note(folder, place), "seeAlsoId") => {
                folder.notes[place].see_also.as_deref().map_or(Cell::Absent, text)
            }
            (Self::Team(_, (team, _)), "team") => Cell::Number(team),
            (Self::Team(_, (_, folders)), "folders") => Cell::Number(folders),
            (row, field) => {
                panic!("the schema has a field `{}.{field}`, of which nothing is known here", row.model().name())
            }
        }
    }

    pub(super) fn key(self) -> Vec<Cell> {
        self.model().key().iter().map(|field| self.value(field)).collect()
    }

    pub(super) fn id(self) -> Shown {
        let key = self.key().into_iter().map(|cell| cell.stored());
        Shown::Opaque(std::iter::once(json!(self.model().name())).chain(key).collect(), None)
    }
}

impl<'w> Viewer<'w, '_> {
    /// Whether any rows are seen.
    fn may_see(&self, model: Model) -> bool {
        match model {
            Model::FolderEntry => self.may_list_entries(),
            Model::Note => self.may_list_notes(),
            Model::Team => self.may_list_teams(),
            Model::Unsaid => self.may_list_what_is_unsaid(),
        }
    }

    /// Whether a field is known of the rows that are seen.
    pub(super) fn knows(&self, model: Model, field: &str) -> bool {
        match (model, field) {
            (Model::FolderEntry, "secret") => self.knows_secrets(),
            (Model::Note, "owner") => self.knows_owners_of_notes(),
            (Model::Note, "seeAlsoId") => self.knows_what_to_see_also(),
            _ => true,
        }
    }

    /// All rows that are seen, in the order of their keys.
    pub(super) fn rows(&self, model: Model) -> Vec<Row<'w>> {
        match model {
            Model::FolderEntry => self.entries().into_iter().map(Row::Entry).collect(),
            Model::Note => self.notes().into_iter().map(|(folder, place)| Row::Note(folder, place)).collect(),
            Model::Team | Model::Unsaid => self.teams().into_iter().map(|team| Row::Team(model, team)).collect(),
        }
    }
}

impl<'o> Oracle<'o> {
    /// Why rows of a read model are not for who asks, or something that is asked of them is not: whichever rows there are.
    pub(super) fn row_refusals(self, model: Model, sets: &[&'o [Item]], place: Place, refusals: &mut Refusals) {
        if !self.viewer.may_see(model) {
            refusals.insert(self.denied(place));
        }
        for asked in self.collected(sets, model.name()) {
            match model.leads(asked.name) {
                Some(Leads::One(to, by)) => {
                    if !self.viewer.knows(model, by) {
                        refusals.insert(self.denied(Place::Relation));
                    }
                    self.row_refusals(to, &asked.sets, Place::Relation, refusals);
                }
                Some(Leads::Several(to, _)) => self.page_refusals(to, &asked, Place::Pages, refusals),
                None if !self.viewer.knows(model, asked.name) => {
                    refusals.insert(self.denied(place));
                }
                None => {}
            }
        }
    }

    /// What is asked of a row.
    pub(super) fn shown(self, row: Row<'o>, sets: &[&'o [Item]]) -> Result<Shown, Refusals> {
        let model = row.model();
        self.object(sets, model.name(), |asked: &Asked<'o>| match model.leads(asked.name) {
            Some(Leads::One(to, by)) => {
                let key = row.value(by);
                let led_to = self.viewer.rows(to).into_iter().find(|to| to.key() == [key.clone()]);
                let shown = match led_to {
                    Some(to) => self.shown(to, &asked.sets)?,
                    None => Shown::Plain(Json::Null),
                };
                Ok(shown.within(Place::Relation))
            }
            Some(Leads::Several(to, by)) => {
                let [key] = row.key().try_into().unwrap();
                Ok(self.page(to, asked, Some(&(model, by, key)), Place::Pages)?.within(Place::Pages))
            }
            None if asked.name == "id" => Ok(row.id()),
            None => Ok(Shown::Plain(row.value(asked.name).shown())),
        })
    }
}
