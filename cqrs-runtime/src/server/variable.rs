use async_graphql::parser::types::{Directive, Field, OperationDefinition};
use async_graphql::{Name, Number, Positioned, Variables};
use async_graphql_value::{ConstValue, Value};

/// The variables of a request, with the defaults of its operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'a> {
    variables: &'a Variables,
    operation: Option<&'a OperationDefinition>,
}

/// What is given as an argument. It is looked at where it is: a variable may hold a mebibyte.
enum Given<'a> {
    Literal(&'a Value),
    Variable(&'a ConstValue),
}

impl<'a> Scope<'a> {
    pub(super) fn new(variables: &'a Variables, operation: Option<&'a OperationDefinition>) -> Self {
        Self { variables, operation }
    }

    /// The operation that is run, where it is known.
    pub(super) fn operation(self) -> Option<&'a OperationDefinition> {
        self.operation
    }

    /// The number that a field is given as an argument.
    pub(super) fn number<'v>(self, field: &'v Field, name: &str) -> Option<&'v Number>
    where
        'a: 'v,
    {
        match self.given(&field.get_argument(name)?.node)? {
            Given::Literal(Value::Number(number)) | Given::Variable(ConstValue::Number(number)) => Some(number),
            _ => None,
        }
    }

    /// The length of the list that a field is given as an argument.
    pub(super) fn length(self, field: &Field, name: &str) -> Option<usize> {
        match self.given(&field.get_argument(name)?.node)? {
            Given::Literal(Value::List(items)) => Some(items.len()),
            Given::Variable(ConstValue::List(items)) => Some(items.len()),
            _ => None,
        }
    }

    /// Whether `@skip` or `@include` leaves something out.
    pub(super) fn skips(self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let leaves_out = match directive.node.name.node.as_str() {
                "skip" => true,
                "include" => false,
                _ => return false,
            };
            let condition = directive.node.get_argument("if").and_then(|value| self.given(&value.node));
            match condition {
                Some(Given::Literal(Value::Boolean(condition)) | Given::Variable(ConstValue::Boolean(condition))) => {
                    *condition == leaves_out
                }
                _ => false,
            }
        })
    }

    /// Nothing where it is a variable without a value.
    fn given<'v>(self, value: &'v Value) -> Option<Given<'v>>
    where
        'a: 'v,
    {
        match value {
            Value::Variable(name) => self.variable(name).map(Given::Variable),
            literal => Some(Given::Literal(literal)),
        }
    }

    fn variable(self, name: &Name) -> Option<&'a ConstValue> {
        if let Some(value) = self.variables.get(name) {
            return Some(value);
        }
        let mut definitions = self.operation?.variable_definitions.iter();
        let definition = definitions.find(|definition| definition.node.name.node == *name)?;
        definition.node.default_value.as_ref().map(|value| &value.node)
    }
}
