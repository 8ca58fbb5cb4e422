//! The arguments of connections.

use async_graphql::registry::MetaField;

use super::super::engine::SchemaOptions;
use super::super::meta::FieldExt;

/// How many rows or events a page has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pages {
    usual: u64,
    most: u64,
}

impl Pages {
    pub(super) fn of(options: &SchemaOptions) -> Self {
        Self { usual: options.usual_page, most: options.most_of_page }
    }

    /// A field with the arguments of Relay's connections.
    pub(super) fn arguments(self, field: MetaField) -> MetaField {
        let Self { usual, most } = self;
        let first = format!("At most so many from the beginning, up to {most}; {usual} where nothing is said.");
        field
            .argument("first", "Int", &first)
            .argument("after", "String", "Only behind this cursor.")
            .argument("last", "Int", &format!("At most so many from the end, up to {most}."))
            .argument("before", "String", "Only before this cursor.")
    }
}
