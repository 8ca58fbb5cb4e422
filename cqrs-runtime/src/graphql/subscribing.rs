//! What a request for a subscription has to be like, beyond what the engine looks at.

use std::collections::BTreeSet;

use async_graphql::parser::types::{DocumentOperations, OperationType, Selection};
use async_graphql::{Name, Request, ServerError};

use super::Problem;

/// Checks that a subscription asks for one field of its root, and says so itself.
///
/// The engine would follow each of several fields, and none that stands in a fragment.
///
/// # Errors
/// Where it does not; and what the document is no document for.
pub(super) fn check(request: &mut Request) -> Result<(), ServerError> {
    let name = request.operation_name.clone();
    let operation = match &request.parsed_query()?.operations {
        DocumentOperations::Single(operation) => Some(operation),
        DocumentOperations::Multiple(operations) => name.and_then(|name| operations.get(&Name::new(name))),
    };
    // Of one that is not there, the engine tells.
    let Some(operation) = operation.filter(|operation| operation.node.ty == OperationType::Subscription) else {
        return Ok(());
    };
    let mut keys = BTreeSet::new();
    for item in &operation.node.selection_set.node.items {
        let problem = match &item.node {
            Selection::Field(field) => {
                keys.insert(&field.node.response_key().node);
                (keys.len() > 1).then_some("a subscription asks for one field: make one for each")
            }
            Selection::FragmentSpread(_) | Selection::InlineFragment(_) => {
                Some("a subscription names its field itself, and not in a fragment")
            }
        };
        if let Some(problem) = problem {
            return Err(Problem::input(problem).at(item.pos));
        }
    }
    Ok(())
}
