//! What clients are told of values: types that they know, names in their spelling, descriptions.
//!
//! Nothing here depends on how it is told: the GraphQL schema is made of it.

mod convert;
mod describe;
mod error;
mod integers;
mod types;

#[cfg(feature = "graphql")]
pub(crate) use self::convert::accept_scalar;
pub use self::convert::{accept, accept_fields, present};
pub use self::error::ApiError;
pub use self::integers::IntegerRange;
pub use self::types::ApiTypes;

use serde_json::Value as Json;

/// How a value looks to clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiType {
    /// A value without parts.
    Scalar(ApiScalar),
    /// A value that may be absent.
    Optional(Box<ApiType>),
    /// Any number of values.
    List(Box<ApiType>),
    /// A type that [`ApiTypes`] defines under this name.
    Named(&'static str),
    /// A value that clients see in another form than the stored one.
    Adapted(Box<ApiType>, Conversion),
}

/// A type without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiScalar {
    /// True or false.
    Boolean,
    /// An integer of up to 32 bits, with a sign.
    Int(IntegerRange),
    /// An integer of up to 64 bits: a text of decimal digits, for a client's number may hold 53 bits only.
    BigInt(IntegerRange),
    /// A floating-point number.
    Float,
    /// An exact decimal number: a text.
    Decimal,
    /// A text.
    String,
    /// A UUID: a text of RFC 9562.
    Uuid,
    /// A moment: a text of RFC 3339.
    DateTime,
    /// A day: a text, such as `2026-03-01`.
    Date,
    /// Anything else: a JSON document, as it is stored.
    Json,
}

/// How the stored JSON of a value becomes what clients see, and back.
#[derive(Clone, Copy, Debug)]
pub struct Conversion {
    /// The stored form, as another stored form that clients can be told.
    pub present: fn(Json) -> Result<Json, ApiError>,
    /// The way back; what no value has as its form is refused.
    pub accept: fn(Json) -> Result<Json, ApiError>,
}

impl PartialEq for Conversion {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::fn_addr_eq(self.present, other.present) && std::ptr::fn_addr_eq(self.accept, other.accept)
    }
}

impl Eq for Conversion {}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiDefinition {
    /// What the type's documentation says.
    pub description: &'static str,
    /// What it is made of.
    pub kind: ApiKind,
}

/// What a named type is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiKind {
    /// One of several words.
    Enum(Vec<ApiVariant>),
    /// Several fields.
    Record(Vec<ApiField>),
}

/// One word of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiVariant {
    /// What clients call it: `SUSPENDED`.
    pub name: String,
    /// What is stored.
    pub stored: &'static str,
    /// What its documentation says.
    pub description: &'static str,
    /// Why it should not be used any more.
    pub deprecated: Option<&'static str>,
}

/// A field of a record, a command, an event or a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiField {
    /// What clients call it: `accountId`.
    pub name: String,
    /// What is stored.
    pub stored: &'static str,
    /// How its value looks.
    pub ty: ApiType,
    /// What its documentation says.
    pub description: &'static str,
    /// Why it should not be used any more.
    pub deprecated: Option<&'static str>,
    /// Whether it may be left out of an input though its type is not optional, as it has a default.
    pub defaulted: bool,
}

/// A command, an event or a state: a record that has no type of its own among values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiRecord {
    /// What clients call it: the name of the Rust type.
    pub name: &'static str,
    /// What its documentation says.
    pub description: &'static str,
    /// Its fields: those that clients may see, or give.
    pub fields: Vec<ApiField>,
}

/// The name that clients know a field by: `account_id` is `accountId`.
#[must_use]
pub fn field_name(rust: &str) -> String {
    let mut name = String::with_capacity(rust.len());
    for (index, part) in rust.split('_').filter(|part| !part.is_empty()).enumerate() {
        let mut characters = part.chars();
        match characters.next() {
            Some(first) if index > 0 => name.extend(first.to_uppercase()),
            Some(first) => name.extend(first.to_lowercase()),
            None => {}
        }
        name.push_str(characters.as_str());
    }
    name
}

/// The name that clients know a variant by: `HighRisk` is `HIGH_RISK`.
#[must_use]
pub fn variant_name(rust: &str) -> String {
    let mut name = String::with_capacity(rust.len() + 2);
    let mut before: Option<char> = None;
    let mut characters = rust.chars().peekable();
    while let Some(character) = characters.next() {
        let begins_word = character.is_uppercase()
            && before.is_some_and(|before| {
                let ends_acronym = before.is_uppercase() && characters.peek().is_some_and(|next| next.is_lowercase());
                before.is_lowercase() || before.is_ascii_digit() || ends_acronym
            });
        if begins_word {
            name.push('_');
        }
        name.extend(character.to_uppercase());
        before = Some(character);
    }
    name
}

/// The name of a list of what a name stands for: `AccountSummary` is `AccountSummaries`.
#[must_use]
pub fn plural(name: &str) -> String {
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    match name.strip_suffix('y') {
        Some(stem) if !ends(&["ay", "ey", "iy", "oy", "uy"]) => format!("{stem}ies"),
        _ if ends(&["ss", "x", "ch", "sh", "z"]) => format!("{name}es"),
        _ if name.ends_with('s') => name.to_owned(),
        _ => format!("{name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::{field_name, plural, variant_name};

    #[test]
    fn names_are_spelled_as_clients_expect() {
        for (rust, client) in [("account_id", "accountId"), ("at", "at"), ("_x_y2", "xY2"), ("HTTP_code", "hTTPCode")] {
            assert_eq!(field_name(rust), client);
        }
        for (rust, client) in [("Active", "ACTIVE"), ("HighRisk", "HIGH_RISK"), ("HTTPError2Go", "HTTP_ERROR2_GO")] {
            assert_eq!(variant_name(rust), client);
        }
        for (one, several) in [("accountSummary", "accountSummaries"), ("day", "days"), ("dailyTotals", "dailyTotals")]
        {
            assert_eq!(plural(one), several);
        }
        assert_eq!([plural("box"), plural("order")], ["boxes", "orders"]);
    }
}
