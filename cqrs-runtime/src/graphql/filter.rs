//! Filters: which rows a client asks for.

mod operator;
mod parse;

use std::collections::BTreeMap;

use self::operator::{Comparisons, Operator};
pub use self::parse::FilterLimits;
pub(super) use self::parse::Parsed;

use self::parse::Parser;
use super::ReadError;
use super::input_type::{InputField, InputType, records};
use crate::api::{ApiType, ApiTypes};
use crate::projection::AnyReadModel;
use crate::read_model::Table;

/// The filter of a read model: `AccountSummaryFilter`.
#[derive(Clone, Debug)]
pub(super) struct Filters {
    name: String,
    fields: Vec<FilterField>,
}

/// A field by which rows can be chosen.
#[derive(Clone, Debug)]
struct FilterField {
    index: usize,
    name: String,
    ty: ApiType,
    comparisons: Comparisons,
    description: &'static str,
    deprecated: Option<&'static str>,
}

impl Filters {
    /// The filter of a read model; the types of its fields are defined in `types`.
    #[must_use]
    pub(super) fn of(table: &'static Table, types: &mut ApiTypes) -> Self {
        let mut fields = Vec::new();
        for (index, field) in table.fields.iter().enumerate().filter(|(_, field)| field.filter) {
            let ty = (field.api)(types);
            fields.push(FilterField {
                index,
                name: field.client_name(),
                comparisons: Comparisons::of(&ty, field.column, types),
                ty,
                description: field.description,
                deprecated: field.deprecated,
            });
        }
        Self { name: format!("{}Filter", table.type_name), fields }
    }

    /// What it is called.
    #[must_use]
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether rows can't be chosen by anything: there is no such input type then.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Adds the input types that it is made of, itself among them.
    pub(super) fn input_types(&self, types: &ApiTypes, found: &mut BTreeMap<String, InputType>) {
        if self.is_empty() {
            return;
        }
        let combining = [
            ("and", format!("[{}!]", self.name), "All of these hold."),
            ("or", format!("[{}!]", self.name), "One of these holds."),
            ("not", self.name.clone(), "This does not hold."),
        ];
        let input = |name: &str, ty: String, description: &str, deprecated| InputField {
            name: name.to_owned(),
            ty,
            description: description.to_owned(),
            deprecated,
        };
        let combining = combining.into_iter().map(|(name, ty, description)| input(name, ty, description, None));
        let fields = self.fields.iter();
        let fields =
            fields.map(|field| input(&field.name, field.comparisons.name.clone(), field.description, field.deprecated));
        let description = "What rows must be like; all that is said holds.".to_owned();
        let own = InputType {
            name: self.name.clone(),
            description,
            one_of: false,
            fields: combining.chain(fields).collect(),
        };
        found.insert(own.name.clone(), own);
        for FilterField { ty, comparisons: Comparisons { name, operators }, .. } in &self.fields {
            records(ty, types, found);
            let fields = operators
                .iter()
                .map(|operator| input(operator.name(), operator.input(ty, types), operator.description(), None));
            let description = "What a value must be like; all that is said holds.".to_owned();
            let comparisons = InputType { name: name.clone(), description, one_of: false, fields: fields.collect() };
            found.insert(name.clone(), comparisons);
        }
    }

    /// The condition that a client's filter is, and by which fields it chooses; null and an empty one hold for all rows.
    ///
    /// # Errors
    /// When it is no such filter: the error says where. When it is larger than the limits.
    pub(super) fn parse(
        &self,
        given: &serde_json::Value,
        model: &AnyReadModel,
        types: &ApiTypes,
        limits: FilterLimits,
    ) -> Result<Parsed, ReadError> {
        Parser::new(self, model, types, limits).whole(given)
    }
}
