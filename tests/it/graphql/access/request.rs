//! A request: what is asked, with values that are known; and as a document with variables.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

/// A request.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    /// `query`, `mutation` or `subscription`.
    pub(super) root: &'static str,
    pub(super) items: Vec<Item>,
    pub(super) fragments: Vec<Fragment>,
    pub(super) variables: Vec<Variable>,
}

/// Something that is asked of an object.
#[derive(Clone, Debug)]
pub(super) enum Item {
    Field(Field),
    /// `... on NAME { .. }`, or without a name.
    Inline(Option<String>, Directive, Vec<Item>),
    /// `...NAME`, by its place among the fragments.
    Spread(usize, Directive),
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Under which name it stands in the answer, if it is another one.
    pub(super) alias: Option<String>,
    pub(super) name: String,
    pub(super) arguments: Vec<Given>,
    pub(super) directive: Directive,
    pub(super) items: Vec<Item>,
}

/// A value of an argument.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) name: String,
    /// What it comes to; none where it is a variable that is not given.
    pub(super) value: Option<Json>,
    /// As it is written, variables in it.
    pub(super) text: String,
}

/// `@skip` or `@include`, if there is one.
#[derive(Clone, Debug, Default)]
pub(super) struct Directive {
    pub(super) text: String,
    pub(super) leaves_out: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Fragment {
    pub(super) on: String,
    pub(super) items: Vec<Item>,
}

#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) ty: String,
    /// Its default, as it is written.
    pub(super) default: Option<String>,
    /// What is given, if anything is.
    pub(super) value: Option<Json>,
}

impl Field {
    pub(super) fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

impl Request {
    pub(super) fn document(&self) -> String {
        let mut text = self.root.to_owned();
        for (number, Variable { ty, default, .. }) in self.variables.iter().enumerate() {
            text.push_str(if number == 0 { "(" } else { ", " });
            write!(text, "$v{number}: {ty}").unwrap();
            if let Some(default) = default {
                write!(text, " = {default}").unwrap();
            }
        }
        text.push_str(if self.variables.is_empty() { " " } else { ") " });
        print(&self.items, &mut text);
        for (number, Fragment { on, items }) in self.fragments.iter().enumerate() {
            write!(text, "\nfragment F{number} on {on} ").unwrap();
            print(items, &mut text);
        }
        text
    }

    pub(super) fn variables(&self) -> Json {
        let variables = self.variables.iter().enumerate();
        let given = variables.filter_map(|(number, variable)| Some((format!("v{number}"), variable.value.clone()?)));
        Json::Object(given.collect::<Map<_, _>>())
    }
}

fn print(items: &[Item], text: &mut String) {
    text.push('{');
    for item in items {
        text.push(' ');
        match item {
            Item::Field(Field { alias, name, arguments, directive, items }) => {
                if let Some(alias) = alias {
                    write!(text, "{alias}: ").unwrap();
                }
                text.push_str(name);
                for (number, Given { name, text: value, .. }) in arguments.iter().enumerate() {
                    write!(text, "{}{name}: {value}", if number == 0 { "(" } else { ", " }).unwrap();
                }
                text.push_str(if arguments.is_empty() { "" } else { ")" });
                text.push_str(&directive.text);
                if !items.is_empty() {
                    text.push(' ');
                    print(items, text);
                }
            }
            Item::Inline(on, directive, items) => {
                text.push_str("...");
                if let Some(on) = on {
                    write!(text, " on {on}").unwrap();
                }
                write!(text, "{} ", directive.text).unwrap();
                print(items, text);
            }
            Item::Spread(fragment, directive) => write!(text, "...F{fragment}{}", directive.text).unwrap(),
        }
    }
    text.push_str(" }");
}
