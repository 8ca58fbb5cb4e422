use std::any;
use std::collections::BTreeMap;

use super::{Definition, Shape};

/// The definitions of the named types met while describing something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shapes {
    /// What stands under each name: the first type that claimed it, and others.
    types: BTreeMap<&'static str, Vec<Described>>,
    clashes: Vec<&'static str>,
}

/// A type under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Described {
    /// What tells it from other types of the name: the path of its description.
    path: &'static str,
    /// What it is stored as; `None` while it is described.
    outcome: Option<Outcome>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Defined(Definition),
    /// It has the shape of an earlier type of the name.
    Like(usize),
}

impl Shapes {
    /// Defines `name` unless it is known, and refers to it.
    ///
    /// `describe` may refer to `name` itself: recursive types are told by name. Types of one name and one shape are not
    /// told apart; another type of the name is a [clash](Self::clashes), and [`Shape::Clashing`].
    pub fn define<F: FnOnce(&mut Self) -> Definition>(&mut self, name: &'static str, describe: F) -> Shape {
        let path = any::type_name::<F>();
        let known = self.types.entry(name).or_default();
        let described = known.iter().position(|described| described.path == path);
        let index = described.unwrap_or(known.len());
        if described.is_none() {
            known.push(Described { path, outcome: None });
            let definition = describe(self);
            self.conclude(name, index, definition);
        }
        match self.types.get(name).and_then(|known| known.get(index)?.outcome.as_ref()) {
            Some(Outcome::Like(0)) => Shape::Named(name),
            Some(Outcome::Like(other)) => Shape::Clashing(name, *other),
            _ if index == 0 => Shape::Named(name),
            _ => Shape::Clashing(name, index),
        }
    }

    fn conclude(&mut self, name: &'static str, index: usize, definition: Definition) {
        let Some(known) = self.types.get_mut(name) else { return };
        let same = |described: &Described| described.outcome == Some(Outcome::Defined(definition.clone()));
        let like = known.iter().position(same);
        if like.is_none() && index > 0 && !self.clashes.contains(&name) {
            self.clashes.push(name);
        }
        if let Some(described) = known.get_mut(index) {
            described.outcome = Some(like.map_or(Outcome::Defined(definition), Outcome::Like));
        }
    }

    /// The definitions, by name.
    pub fn definitions(&self) -> impl Iterator<Item = (&'static str, &Definition)> {
        self.types.keys().filter_map(|name| Some((*name, self.get(name)?)))
    }

    /// The definition of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.get_nth(name, 0)
    }

    /// The definition of the first type of a name, or of another one that claims it.
    pub(super) fn get_nth(&self, name: &str, index: usize) -> Option<&Definition> {
        match self.types.get(name)?.get(index)?.outcome.as_ref()? {
            Outcome::Defined(definition) => Some(definition),
            Outcome::Like(_) => None,
        }
    }

    /// Names that two different types claim.
    #[must_use]
    pub fn clashes(&self) -> &[&'static str] {
        &self.clashes
    }
}
