//! Random arguments: those that a field must have, and some of the others.

use serde_json::{Value as Json, json};

use super::Generator;
use crate::graphql::access::request::{Given, Variable};
use crate::graphql::access::schema::{Argument, Field};

/// Values that belong together: a page, and the question that its cursors are of.
#[derive(Default)]
struct Page {
    /// What is said, by the names of arguments; null for what is not said.
    said: Vec<(&'static str, Json)>,
}

impl Page {
    fn said(&self, name: &str) -> Option<&Json> {
        self.said.iter().find(|(said, _)| *said == name).map(|(_, value)| value)
    }
}

impl Generator<'_> {
    pub(super) fn arguments(&mut self, of: &str, field: &Field) -> Vec<Given> {
        let is_connection = field.arguments.iter().any(|argument| argument.name == "before");
        let page = if is_connection {
            self.page(of, field)
        } else if field.arguments.iter().any(|argument| argument.name == "after") {
            self.behind_an_event()
        } else {
            Page::default()
        };
        let mut given = Vec::new();
        for argument in &field.arguments {
            let value = match page.said(&argument.name) {
                Some(said) => said.clone(),
                None => self.argument(argument),
            };
            if !value.is_null() {
                self.used.insert(format!("{of}.{}({})", field.name, argument.name));
                let text = self.written(&value, &argument.ty, false);
                given.push(Given { name: argument.name.clone(), value: Some(value), text });
            } else if self.chance(20) {
                given.push(self.not_given(argument));
            }
        }
        given
    }

    /// A variable that is not given is as if nothing were said.
    fn not_given(&mut self, argument: &Argument) -> Given {
        let variable = self.variable(Variable { ty: argument.ty.text.clone(), default: None, value: None });
        Given { name: argument.name.clone(), value: None, text: format!("${variable}") }
    }

    /// A value of an argument; null where it is not said.
    fn argument(&mut self, Argument { name, ty }: &Argument) -> Json {
        match &**name {
            "id" if ty.base == "ID" => self.node(),
            "ids" => (0..self.rng.u8(..5)).map(|_| self.node()).collect(),
            "id" if ty.base == "BigInt" => json!(self.rng.u8(..4).to_string()),
            _ if ty.required => self.value(ty, name, 0),
            "filter" if self.rng.bool() => self.value(ty, name, 3),
            "orderBy" if self.chance(3) => self.value(ty, name, 0),
            "asOf" if self.rng.bool() => self.value(ty, name, 0),
            "minPosition" if self.chance(10) => self.value(ty, name, 0),
            "filter" | "orderBy" | "asOf" | "minPosition" | "first" | "last" | "after" | "before" => Json::Null,
            other => panic!("the schema has an argument `{other}`, of which nothing is known here"),
        }
    }

    fn page(&mut self, of: &str, field: &Field) -> Page {
        let mut page = Page::default();
        let bounds = match self.rng.u8(..40) {
            0..=5 => [Json::Null, Json::Null],
            6..=22 => [json!(self.rng.u8(..6)), Json::Null],
            23..=37 => [Json::Null, json!(self.rng.u8(..6))],
            38 => [json!(1), json!(1)],
            _ => [json!(if self.rng.bool() { 101 } else { -1 }), Json::Null],
        };
        page.said.extend(["first", "last"].into_iter().zip(bounds));
        if field.arguments.iter().any(|argument| argument.name == "orderBy") {
            self.among_rows(&format!("{of}.{}", field.name), &mut page);
        } else {
            let mut behind = self.behind_an_event();
            if self.chance(3)
                && let Some((name, _)) = behind.said.iter_mut().find(|(name, _)| *name == "after")
            {
                *name = "before";
            }
            page.said.append(&mut behind.said);
        }
        page
    }

    /// Behind a row or before one, by a cursor that somebody got.
    fn among_rows(&mut self, connection: &str, page: &mut Page) {
        if !self.chance(4) {
            return;
        }
        let name = if self.chance(3) { "before" } else { "after" };
        let one = self.pools.row(connection, self.parent.as_deref(), self.rng);
        let Some(one) = one.filter(|_| !self.chance(12)) else {
            page.said.push((name, json!("no cursor at all")));
            return;
        };
        page.said.push((name, json!(one.cursor)));
        // Of this very question; or of whichever one comes, where it leads nowhere.
        if !self.chance(8) {
            page.said.extend([("filter", one.filter.clone()), ("orderBy", one.order.clone())]);
            if self.chance(3) {
                let others = self.pools.rows_of_the_question(one);
                let other = others[self.rng.usize(..others.len())];
                page.said.push((if name == "after" { "before" } else { "after" }, json!(other.cursor)));
            }
        }
    }

    /// Behind an event, by a cursor that somebody got.
    fn behind_an_event(&mut self) -> Page {
        let mut page = Page::default();
        if self.chance(60) {
            page.said.push(("after", json!("no cursor at all")));
        } else if self.chance(4)
            && let Some((id, cursor)) = self.pools.event(self.rng)
        {
            page.said.push(("after", json!(cursor)));
            if !self.chance(8) {
                page.said.push(("id", json!(id)));
            }
        }
        page
    }
}
