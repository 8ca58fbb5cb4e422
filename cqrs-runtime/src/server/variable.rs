use async_graphql::parser::types::{Directive, Field, OperationDefinition};
use async_graphql::{Name, Positioned, Value, Variables};

/// The variables of a request, with the defaults of its operation.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    variables: &'a Variables,
    operation: Option<&'a OperationDefinition>,
}

/// A variable has no value.
struct Absent;

impl<'a> Scope<'a> {
    pub(super) fn new(variables: &'a Variables, operation: Option<&'a OperationDefinition>) -> Self {
        Self { variables, operation }
    }

    /// What a field is given as an argument; absent where nothing is, or a variable without a value.
    pub(super) fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        field.get_argument(name)?.node.clone().into_const_with(|name| self.variable(&name)).ok()
    }

    fn variable(&self, name: &Name) -> Result<Value, Absent> {
        if let Some(value) = self.variables.get(name) {
            return Ok(value.clone());
        }
        let mut definitions = self.operation.iter().flat_map(|operation| &operation.variable_definitions);
        let definition = definitions.find(|definition| definition.node.name.node == *name).ok_or(Absent)?;
        definition.node.default_value.as_ref().map(|value| value.node.clone()).ok_or(Absent)
    }

    /// Whether `@skip` or `@include` leaves something out.
    pub(super) fn skips(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let leaves_out = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => return false,
            };
            let condition = directive.node.get_argument("if").map(|value| value.node.clone());
            let condition = condition.and_then(|value| value.into_const_with(|name| self.variable(&name)).ok());
            condition == Some(Value::Boolean(leaves_out))
        })
    }
}
