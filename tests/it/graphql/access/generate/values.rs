//! Random values of input types, and how they are written: as literals, or with variables in them.

use serde_json::{Map, Value as Json, json};

use super::Generator;
use crate::graphql::access::model::OWNERS;
use crate::graphql::access::request::Variable;
use crate::graphql::access::schema::{Argument, Kind, Ty};

impl Generator<'_> {
    /// A value of a type; `of` is the name of the field or the argument that it is for.
    pub(super) fn value(&mut self, ty: &Ty, of: &str, depth: u8) -> Json {
        if let Some(inner) = &ty.of {
            return (0..self.rng.u8(..4)).map(|_| self.value(inner, of, depth)).collect();
        }
        match self.offered.kind(&ty.base) {
            Kind::Input { fields, one_of: true } => self.one_of(&ty.base, fields),
            Kind::Input { fields, .. } => self.all_of(&ty.base, fields, of, depth),
            Kind::Enum(values) => json!(values[self.rng.usize(..values.len())]),
            Kind::Scalar => self.scalar(&ty.base, of),
            Kind::Object { .. } | Kind::Interface { .. } => panic!("`{}` is no input", ty.base),
        }
    }

    fn one_of(&mut self, name: &str, fields: &[Argument]) -> Json {
        let field = loop {
            let field = &fields[self.rng.usize(..fields.len())];
            if !self.passes_by(&format!("{name}.{}", field.name)) {
                break field;
            }
        };
        json!({ field.name.as_str(): self.value(&field.ty, &field.name, 0) })
    }

    fn all_of(&mut self, name: &str, fields: &[Argument], of: &str, depth: u8) -> Json {
        let mut given = Map::new();
        let count = [0, 1, 1, 1, 1, 1, 2, 2, 3][self.rng.usize(..9)];
        for _ in 0..count {
            let field = &fields[self.rng.usize(..fields.len())];
            let goes_on = field.ty.base == name;
            if (goes_on && depth == 0) || self.passes_by(&format!("{name}.{}", field.name)) {
                continue;
            }
            // What is compared is told by the field that stands around the comparison.
            let is_leaf = matches!(self.offered.kind(&field.ty.base), Kind::Scalar);
            let of = if is_leaf { of } else { &field.name };
            let value = match &*field.name {
                "eq" | "ne" if self.chance(16) => Json::Null,
                _ => self.value(&field.ty, of, depth.saturating_sub(1)),
            };
            given.insert(field.name.clone(), value);
        }
        Json::Object(given)
    }

    fn scalar(&mut self, ty: &str, of: &str) -> Json {
        match (ty, of) {
            ("Boolean", _) => json!(self.rng.bool()),
            ("BigInt", "team" | "level" | "place") => {
                let number = self.rng.i64(0..4);
                if self.chance(3) { json!(number) } else { json!(number.to_string()) }
            }
            ("BigInt", "version") => json!(self.rng.u8(..8).to_string()),
            ("BigInt", "position") => json!((self.pools.position(self.rng) + self.rng.u64(..2)).to_string()),
            ("BigInt", "minPosition") => json!(self.rng.u64(..=self.pools.head).to_string()),
            ("DateTime", "time") => json!(self.pools.time(self.rng)),
            ("String", "folder" | "id") => json!(self.id()),
            ("String", "owner") => json!(OWNERS[self.rng.usize(..OWNERS.len())]),
            ("String", "title" | "text" | "secret") => json!(self.text(of)),
            _ => panic!("the schema asks for `{of}` as a `{ty}`, of which nothing is known here"),
        }
    }

    /// Something that stands in a field, or a part of it.
    fn text(&mut self, of: &str) -> String {
        let folder = &self.viewer.world[self.rng.usize(..self.viewer.world.len())];
        let text = match of {
            "title" => folder.title.clone(),
            "secret" => folder.secret.clone(),
            _ if folder.notes.is_empty() => String::new(),
            _ => folder.notes[self.rng.usize(..folder.notes.len())].text.clone(),
        };
        let text = match self.rng.u8(..4) {
            0 => text,
            1 => text[..self.rng.usize(..=text.len())].to_owned(),
            // All texts end in digits, by which they differ.
            2 => text[text.len().saturating_sub(2)..].to_owned(),
            _ => self.rng.u8(..8).to_string(),
        };
        if self.chance(6) { text.to_ascii_uppercase() } else { text }
    }

    /// A value as it is written, or as a variable that holds it.
    pub(super) fn written(&mut self, value: &Json, ty: &Ty, must_be: bool) -> String {
        if !self.chance(6) {
            return self.literal(value, ty, true);
        }
        self.mark(value, ty);
        let declared = if must_be { ty.required() } else { ty.text.clone() };
        let variable = if self.chance(4) && !value.is_null() {
            let default = Some(self.literal(value, ty, false));
            Variable { ty: declared, default, value: None }
        } else {
            Variable { ty: declared, default: None, value: Some(value.clone()) }
        };
        format!("${}", self.variable(variable))
    }

    /// A value as it is written; with variables in it, where it may have some.
    fn literal(&mut self, value: &Json, ty: &Ty, with_variables: bool) -> String {
        match (value, &ty.of) {
            (Json::Array(items), Some(of)) => {
                let items: Vec<String> = items.iter().map(|item| self.part(item, of, true, with_variables)).collect();
                match items.as_slice() {
                    // As GraphQL has it: a single value is a list of one.
                    [only] if !only.starts_with('$') && self.chance(4) => only.clone(),
                    _ => format!("[{}]", items.join(", ")),
                }
            }
            (Json::Object(given), None) => {
                let Kind::Input { fields, one_of } = self.offered.kind(&ty.base) else { panic!("{value}") };
                let given = given.iter().map(|(name, value)| {
                    self.used.insert(format!("{}.{name}", ty.base));
                    let ty = &fields.iter().find(|field| field.name == *name).unwrap().ty;
                    let value = self.part(value, ty, *one_of, with_variables);
                    format!("{name}: {value}")
                });
                format!("{{{}}}", given.collect::<Vec<_>>().join(", "))
            }
            (Json::String(text), _) if matches!(self.offered.kind(&ty.base), Kind::Enum(_)) => text.clone(),
            _ => value.to_string(),
        }
    }

    fn part(&mut self, value: &Json, ty: &Ty, must_be: bool, with_variables: bool) -> String {
        if with_variables { self.written(value, ty, must_be) } else { self.literal(value, ty, false) }
    }

    /// Notes what is said in a value.
    fn mark(&mut self, value: &Json, ty: &Ty) {
        match (value, self.offered.kind(&ty.base)) {
            (Json::Array(items), _) => items.iter().for_each(|item| self.mark(item, ty)),
            (Json::Object(given), Kind::Input { fields, .. }) => {
                for (name, value) in given {
                    self.used.insert(format!("{}.{name}", ty.base));
                    let field = fields.iter().find(|field| field.name == *name).unwrap();
                    self.mark(value, &field.ty);
                }
            }
            _ => {}
        }
    }
}
