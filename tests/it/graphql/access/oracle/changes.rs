//! What is followed: the rows that there are, and the events.

use serde_json::{Value as Json, json};

use super::events::version;
use super::filter::Filter;
use super::rows::{Model, Row};
use super::shown::Shown;
use super::{Asked, Oracle, Place, Refusal, Refusals, Told, input};

impl<'o> Oracle<'o> {
    /// What comes to who follows, as far as it is there: a list; and under which name.
    pub(in super::super) fn followed(self) -> (&'o str, Told) {
        let [asked] = &*self.collected(&[&self.request.items], "Subscription") else { panic!("one is followed") };
        let (place, items) = match asked.name {
            "folderEntryChanged" => (Place::Changes, self.changes(Model::FolderEntry, asked)),
            "noteChanged" => (Place::Changes, self.changes(Model::Note, asked)),
            "teamChanged" => (Place::Changes, self.changes(Model::Team, asked)),
            "unsaidChanged" => (Place::Changes, self.changes(Model::Unsaid, asked)),
            "folderEvents" => (Place::Events, self.events("Folder", asked)),
            "drawerEvents" => (Place::Events, self.events("Drawer", asked)),
            other => panic!("the schema has a subscription `{other}`, of which nothing is known here"),
        };
        (asked.key, Told { place, value: items.map(Shown::List), beside: Vec::new() })
    }

    /// A reset, and all rows that satisfy the filter behind it.
    fn changes(self, model: Model, asked: &Asked<'o>) -> Result<Vec<Shown>, Refusals> {
        let (filter, mut refusals) = (Filter::of(asked.argument("filter")), Refusals::new());
        if filter.size > super::pages::LARGEST {
            refusals.insert(input(Place::Filter));
        }
        if filter.fields.iter().any(|field| !self.viewer.knows(model, field)) {
            refusals.insert(self.denied(Place::Filter));
        }
        let name = format!("{}Change", model.name());
        let rows = self.collected(&asked.sets, &name).into_iter().filter(|part| part.name == "row");
        let sets: Vec<_> = rows.flat_map(|part| part.sets).collect();
        self.row_refusals(model, &sets, Place::Changes, &mut refusals);
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let mut rows = self.viewer.rows(model);
        rows.retain(|row| filter.condition.holds(*row));
        rows.sort_by_key(|row| row.key());
        let changes = std::iter::once(None).chain(rows.into_iter().map(Some));
        let change = |row| self.change(&name, asked, row).unwrap_or_else(Shown::Refused);
        Ok(changes.map(change).collect())
    }

    fn change(self, name: &str, asked: &Asked<'o>, row: Option<Row<'o>>) -> Result<Shown, Refusals> {
        self.object(&asked.sets, name, |part| match (part.name, row) {
            ("kind", _) => Ok(Shown::Plain(json!(if row.is_some() { "UPSERT" } else { "RESET" }))),
            ("id", Some(row)) => Ok(row.id()),
            ("position", Some(_)) => Ok(Shown::Plain(json!(self.pools.head.to_string()))),
            ("row", Some(row)) => self.shown(row, &part.sets),
            ("id" | "position" | "row", None) => Ok(Shown::Plain(Json::Null)),
            (other, _) => panic!("`{name}` has a field `{other}`, of which nothing is known here"),
        })
    }

    fn events(self, kind: &str, asked: &Asked<'o>) -> Result<Vec<Shown>, Refusals> {
        let (of, place) = ((kind, asked.text("id").unwrap()), Place::Events);
        let (after, mut refusals) = (version(of, asked, "after"), Refusals::new());
        if !self.may_ask_for(kind) {
            refusals.insert(self.denied(place));
        }
        let Ok(after) = after else {
            refusals.insert(Refusal { code: "STALE_CURSOR", actual: None, place });
            return Err(refusals);
        };
        if !refusals.is_empty() {
            return Err(refusals);
        }
        self.happened_behind(of, after).iter().map(|event| self.event(of, event, asked)).collect()
    }
}
