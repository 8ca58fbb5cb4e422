use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Value, Variables};

use super::variable::Scope;

/// The keys of an answer as the operation selects them: async-graphql answers in the order in which fields get done, while
/// the specification asks for that of the selection.
#[derive(Debug, Default)]
pub(super) struct Order {
    keys: IndexMap<Name, Order>,
}

impl Order {
    /// The order of an operation's keys; its document is known to be within the limits, so that fragments end.
    pub(super) fn of(document: &ExecutableDocument, operation: &OperationDefinition, variables: &Variables) -> Self {
        let mut order = Self::default();
        let scope = Scope::new(variables, Some(operation));
        order.select(document, &operation.selection_set.node, scope);
        order
    }

    fn select(&mut self, document: &ExecutableDocument, set: &SelectionSet, scope: Scope<'_>) {
        for selection in set.items.iter().filter(|selection| !scope.skips(selection.node.directives())) {
            match &selection.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.clone();
                    let below = self.keys.entry(key).or_default();
                    below.select(document, &field.node.selection_set.node, scope);
                }
                Selection::InlineFragment(inline) => self.select(document, &inline.node.selection_set.node, scope),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        self.select(document, &fragment.node.selection_set.node, scope);
                    }
                }
            }
        }
    }

    /// Gives fields at the root that have failed their `null`, which async-graphql leaves out.
    pub(super) fn complete(&self, value: &mut Value) {
        if let Value::Object(fields) = value {
            for name in self.keys.keys().filter(|name| !fields.contains_key(*name)).cloned().collect::<Vec<_>>() {
                fields.insert(name, Value::Null);
            }
        }
    }

    /// Puts an answer's keys into this order. A JSON scalar, below which nothing is selected, stays as it is.
    pub(super) fn apply(&self, value: &mut Value) {
        match value {
            Value::Object(fields) if !self.keys.is_empty() => {
                let place = |name: &Name| self.keys.get_index_of(name).unwrap_or(usize::MAX);
                if !fields.keys().is_sorted_by_key(place) {
                    fields.sort_by_cached_key(|name, _| place(name));
                }
                for (name, value) in fields {
                    if let Some(below) = self.keys.get(name) {
                        below.apply(value);
                    }
                }
            }
            Value::List(items) if !self.keys.is_empty() => items.iter_mut().for_each(|item| self.apply(item)),
            _ => {}
        }
    }
}
