//! How values of a field can be compared, by its type.

use crate::api::{ApiKind, ApiScalar, ApiType, ApiTypes};
use crate::column::{Column, ColumnType};
use crate::graphql::input_type::{nullable, scalar};

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operator {
    /// It is the value; null for rows without one.
    Eq,
    /// It is another value, or none.
    Ne,
    /// It is one of a list.
    In,
    /// It is none of a list.
    NotIn,
    /// It is smaller.
    Lt,
    /// It is smaller or the same.
    Lte,
    /// It is greater.
    Gt,
    /// It is greater or the same.
    Gte,
    /// There is none.
    IsNull,
    /// The text contains another.
    Contains,
    /// The text contains another, whatever the case of ASCII letters.
    ContainsIgnoringCase,
    /// The text begins with another.
    StartsWith,
}

/// Those of every type.
const EQUALITY: [Operator; 5] = [Operator::Eq, Operator::Ne, Operator::In, Operator::NotIn, Operator::IsNull];
const ORDER: [Operator; 4] = [Operator::Lt, Operator::Lte, Operator::Gt, Operator::Gte];
const TEXT: [Operator; 3] = [Operator::Contains, Operator::ContainsIgnoringCase, Operator::StartsWith];

/// How the values of a type are compared, and what the input type for it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comparisons {
    /// The name of the input type: `StringFilter`.
    pub(super) name: String,
    /// What can be asked.
    pub(super) operators: Vec<Operator>,
}

impl Comparisons {
    /// Those of a type that stands in a column.
    ///
    /// Enums, as true and false, have no order: it would be that of their stored names. What clients see in another form than
    /// the stored one is no text to them, even if it is one in the database.
    #[must_use]
    pub(super) fn of(ty: &ApiType, column: Column, types: &ApiTypes) -> Self {
        let (seen, is_adapted) = seen(ty);
        let has_order = match seen {
            ApiType::Scalar(scalar) => *scalar != ApiScalar::Boolean,
            ApiType::Named(name) => {
                !matches!(types.get(name).map(|definition| &definition.kind), Some(ApiKind::Enum(_)))
            }
            _ => false,
        };
        let is_string = *seen == ApiType::Scalar(ApiScalar::String);
        let is_text = is_string && !is_adapted && column.ty() == Some(ColumnType::Text);
        let order = ORDER.iter().filter(|_| has_order && column.is_ordered());
        let text = TEXT.iter().filter(|_| is_text);
        let name = match seen {
            ApiType::Scalar(ApiScalar::String) if !is_text => "StringValue",
            ApiType::Scalar(known) => scalar(*known),
            ApiType::Named(name) => name,
            _ => "",
        };
        Self { name: format!("{name}Filter"), operators: EQUALITY.iter().chain(order).chain(text).copied().collect() }
    }
}

/// What clients see of a type, and whether that is another form than the stored one.
fn seen(ty: &ApiType) -> (&ApiType, bool) {
    match ty {
        ApiType::Optional(inner) => seen(inner),
        ApiType::Adapted(inner, _) => (seen(inner).0, true),
        other => (other, false),
    }
}

impl Operator {
    /// What clients call it.
    #[must_use]
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::In => "in",
            Self::NotIn => "notIn",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::IsNull => "isNull",
            Self::Contains => "contains",
            Self::ContainsIgnoringCase => "containsIgnoringCase",
            Self::StartsWith => "startsWith",
        }
    }

    /// What is said of it in the schema.
    #[must_use]
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Eq => "It is this value; null: it has none.",
            Self::Ne => "It is another value, or has none; null: it has one.",
            Self::In => "It is one of these.",
            Self::NotIn => "It is none of these.",
            Self::Lt => "It is smaller.",
            Self::Lte => "It is smaller or the same.",
            Self::Gt => "It is greater.",
            Self::Gte => "It is greater or the same.",
            Self::IsNull => "Whether it has no value.",
            Self::Contains => "It contains this text, letter by letter.",
            Self::ContainsIgnoringCase => "It contains this text, whatever the case of the letters `a` to `z`.",
            Self::StartsWith => "It begins with this text.",
        }
    }

    /// What GraphQL calls the type of what is given.
    #[must_use]
    pub(super) fn input(self, of: &ApiType, types: &ApiTypes) -> String {
        match self {
            Self::In | Self::NotIn => format!("[{}!]", nullable(of, types)),
            Self::IsNull => "Boolean".to_owned(),
            Self::Eq
            | Self::Ne
            | Self::Lt
            | Self::Lte
            | Self::Gt
            | Self::Gte
            | Self::Contains
            | Self::ContainsIgnoringCase
            | Self::StartsWith => nullable(of, types),
        }
    }
}
