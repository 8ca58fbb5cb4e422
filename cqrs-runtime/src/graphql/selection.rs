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

    /// A field of a root, with all that is asked of it anywhere; none where it is not asked for.
    ///
    /// The engine goes through a root as it is written, and would answer a field twice that is mentioned twice: where this is not
    /// the first mention, what is returned stands elsewhere.
    pub(super) fn root(self, field: &'q Positioned<Field>, root: &str) -> ServerResult<Option<Selected<'q>>> {
        Variables(self.query).check()?;
        let fields = self.of_type(&[&self.query.operation.node.selection_set.node], root)?;
        let key = &field.node.response_key().node;
        Ok(fields.into_iter().find(|known| known.key == *key))
    }

    /// The fields that are asked of an object of a type, in the order of their first mention.
    pub(super) fn of_type(self, sets: &[&'q SelectionSet], type_name: &str) -> ServerResult<Vec<Selected<'q>>> {
        let mut fields = Vec::new();
        for set in sets {
            self.collect(set, type_name, &mut fields)?;
        }
        Ok(fields)
    }

    fn collect(self, set: &'q SelectionSet, type_name: &str, fields: &mut Vec<Selected<'q>>) -> ServerResult<()> {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    if self.is_left_out(&field.node.directives)? {
                        continue;
                    }
                    let field = self.selected(field)?;
                    match fields.iter_mut().find(|known| known.key == field.key) {
                        // Validation lets through what stands in fragments on different types.
                        Some(known) if known.name != field.name || known.arguments != field.arguments => {
                            let message = format!("`{}` is asked for in two ways: name one otherwise", field.key);
                            return Err(Problem::input(message).at(field.pos));
                        }
                        Some(known) => known.sets.extend(field.sets),
                        None => fields.push(field),
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if self.is_left_out(&spread.node.directives)? {
                        continue;
                    }
                    if let Some(fragment) = self.query.fragments.get(&spread.node.fragment_name.node)
                        && self.applies(&fragment.node.type_condition.node.on.node, type_name)
                    {
                        self.collect(&fragment.node.selection_set.node, type_name, fields)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    if !self.is_left_out(&fragment.node.directives)?
                        && condition.is_none_or(|condition| self.applies(condition, type_name))
                    {
                        self.collect(&fragment.node.selection_set.node, type_name, fields)?;
                    }
                }
            }
        }
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
        let mut arguments = Map::new();
        for (name, value) in &field.node.arguments {
            let json = Variables(self.query).json(value)?;
            if let Some(json) = json.filter(|json| !json.is_null()) {
                arguments.insert(name.node.to_string(), json);
            }
        }
        Ok(Selected {
            key: field.node.response_key().node.clone(),
            name: field.node.name.node.as_str(),
            arguments,
            sets: vec![&field.node.selection_set.node],
            pos: field.pos,
        })
    }
}
