//! Values that a request gives, with those of its variables put in.

use async_graphql::context::QueryEnvInner;
use async_graphql::{Name, Pos, Positioned, ServerError, ServerResult, Value};
use async_graphql_value::Value as Given;
use serde_json::{Map, Value as Json};

use super::Problem;

/// The variables of a request.
#[derive(Clone, Copy)]
pub(super) struct Variables<'q>(pub(super) &'q QueryEnvInner);

impl<'q> Variables<'q> {
    /// Checks that those are given that have to be; the engine looks at those alone that are.
    ///
    /// # Errors
    /// The first one that is not.
    pub(super) fn check(self) -> ServerResult<()> {
        for definition in &self.0.operation.node.variable_definitions {
            let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
            if !ty.nullable && self.value(name).is_none_or(|value| *value == Value::Null) {
                let message = format!("the variable `${name}` of the type `{ty}` must be given, and not be null");
                return Err(Problem::input(message).at(definition.pos));
            }
        }
        Ok(())
    }

    /// The value of a variable, or its default; none where there is neither.
    fn value(self, name: &Name) -> Option<&'q Value> {
        let given = self.0.variables.get(name);
        given.or_else(|| {
            let definitions = &self.0.operation.node.variable_definitions;
            let definition = definitions.iter().find(|definition| definition.node.name.node == *name);
            definition?.node.default_value.as_ref().map(|value| &value.node)
        })
    }

    /// A value as JSON; none for a variable that is not given. Left out of an object, and null in a list, as GraphQL has it.
    pub(super) fn json(self, given: &Positioned<Given>) -> ServerResult<Option<Json>> {
        self.within(&given.node, given.pos)
    }

    fn within(self, given: &Given, pos: Pos) -> ServerResult<Option<Json>> {
        let told = |value: Value| {
            let json = value.into_json().map_err(|error| ServerError::new(error.to_string(), Some(pos)));
            json.map(Some)
        };
        match given {
            Given::Variable(name) => self.value(name).cloned().map_or(Ok(None), told),
            Given::List(items) => {
                let items = items.iter().map(|item| Ok(self.within(item, pos)?.unwrap_or_default()));
                items.collect::<ServerResult<_>>().map(|items| Some(Json::Array(items)))
            }
            Given::Object(fields) => {
                let mut object = Map::new();
                for (name, value) in fields {
                    if let Some(value) = self.within(value, pos)? {
                        object.insert(name.to_string(), value);
                    }
                }
                Ok(Some(Json::Object(object)))
            }
            constant => constant.clone().into_const().map_or(Ok(None), told),
        }
    }
}
