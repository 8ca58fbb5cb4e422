//! What a request asks for of an object: fields with their arguments, fragments and directives resolved.

use async_graphql::parser::types::{Directive, Field, Selection, SelectionSet};
use async_graphql::{Name, Pos, Positioned};
use async_graphql::{ServerError, ServerResult, context::QueryEnvInner};
use serde_json::{Map, Value as Json};

use async_graphql::registry::Registry;

use super::Problem;
use super::variables::Variables;

/// A field that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Selected<'q> {
    /// Under which name it stands in the answer.
    pub(super) key: Name,
    /// Its own name.
    pub(super) name: &'q str,
    /// The arguments, with the values of variables; those that are null are left out.
    pub(super) arguments: Map<String, Json>,
    /// What is asked of its value: one set, or several where it was asked for more than once.
    pub(super) sets: Vec<&'q SelectionSet>,
    /// Where in the document.
    pub(super) pos: Pos,
}

impl Selected<'_> {
    /// An argument, unless it is absent.
    pub(super) fn argument(&self, name: &str) -> Option<&Json> {
        self.arguments.get(name)
    }
}

/// The fields that have been collected, in the order of their first mention.
#[derive(Default)]
struct Collected<'q> {
    /// The only one that is wanted, by its name in the answer.
    only: Option<&'q Name>,
    fields: Vec<Selected<'q>>,
    /// Their first mentions.
    first: Vec<&'q Field>,
}

/// A request while it is answered.
#[derive(Clone, Copy)]
pub(super) struct Asked<'q> {
    pub(super) query: &'q QueryEnvInner,
    pub(super) registry: &'q Registry,
}

impl<'q> Asked<'q> {
    /// Adds an error beside what is answered.
    pub(super) fn add_error(self, error: ServerError) {
        // A poisoned lock holds errors as well.
        let mut errors = self.query.errors.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        errors.push(error);
    }

    /// A field of a root, with all that is asked of it anywhere; none where it is left out.
    pub(super) fn root(self, field: &'q Positioned<Field>, root: &str) -> ServerResult<Option<Selected<'q>>> {
        Variables(self.query).check()?;
        let mut collected = Collected { only: Some(&field.node.response_key().node), ..Collected::default() };
        self.collect(&self.query.operation.node.selection_set.node, root, &mut collected)?;
        Ok(collected.fields.pop())
    }

    /// The fields that are asked of an object of a type, in the order of their first mention.
    pub(super) fn of_type(self, sets: &[&'q SelectionSet], type_name: &str) -> ServerResult<Vec<Selected<'q>>> {
        let mut collected = Collected::default();
        for set in sets {
            self.collect(set, type_name, &mut collected)?;
        }
        Ok(collected.fields)
    }

    fn collect(self, set: &'q SelectionSet, type_name: &str, collected: &mut Collected<'q>) -> ServerResult<()> {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    if !self.is_left_out(&field.node.directives)? {
                        self.add(field, collected)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if self.is_left_out(&spread.node.directives)? {
                        continue;
                    }
                    if let Some(fragment) = self.query.fragments.get(&spread.node.fragment_name.node)
                        && self.applies(&fragment.node.type_condition.node.on.node, type_name)
                    {
                        self.collect(&fragment.node.selection_set.node, type_name, collected)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    if !self.is_left_out(&fragment.node.directives)?
                        && condition.is_none_or(|condition| self.applies(condition, type_name))
                    {
                        self.collect(&fragment.node.selection_set.node, type_name, collected)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn add(self, field: &'q Positioned<Field>, collected: &mut Collected<'q>) -> ServerResult<()> {
        let key = &field.node.response_key().node;
        if collected.only.is_some_and(|only| only != key) {
            return Ok(());
        }
        let Some(place) = collected.fields.iter().position(|known| known.key == *key) else {
            collected.fields.push(self.selected(field)?);
            collected.first.push(&field.node);
            return Ok(());
        };
        let (Some(known), Some(first)) = (collected.fields.get_mut(place), collected.first.get(place)) else {
            return Ok(());
        };
        // What is written in the same way is the same; what a variable has is large, perhaps, and mentioned often.
        let is_same = known.name == field.node.name.node.as_str()
            && (first.arguments == field.node.arguments || known.arguments == self.arguments(field)?);
        if !is_same {
            // Validation lets through what stands in fragments on different types.
            let message = format!("`{key}` is asked for in two ways: name one otherwise");
            return Err(Problem::input(message).at(field.pos));
        }
        known.sets.push(&field.node.selection_set.node);
        Ok(())
    }

    fn applies(self, condition: &str, type_name: &str) -> bool {
        condition == type_name
            || self.registry.types.get(condition).is_some_and(|condition| condition.is_possible_type(type_name))
    }

    fn is_left_out(self, directives: &[Positioned<Directive>]) -> ServerResult<bool> {
        for directive in directives {
            let leaves_out_if = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => continue,
            };
            let condition = directive.node.get_argument("if").map(|given| Variables(self.query).json(given));
            if condition.transpose()?.flatten() == Some(Json::Bool(leaves_out_if)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn selected(self, field: &'q Positioned<Field>) -> ServerResult<Selected<'q>> {
        Ok(Selected {
            key: field.node.response_key().node.clone(),
            name: field.node.name.node.as_str(),
            arguments: self.arguments(field)?,
            sets: vec![&field.node.selection_set.node],
            pos: field.pos,
        })
    }

    fn arguments(self, field: &Positioned<Field>) -> ServerResult<Map<String, Json>> {
        let mut arguments = Map::new();
        for (name, value) in &field.node.arguments {
            let json = Variables(self.query).json(value)?;
            if let Some(json) = json.filter(|json| !json.is_null()) {
                arguments.insert(name.node.to_string(), json);
            }
        }
        Ok(arguments)
    }
}
