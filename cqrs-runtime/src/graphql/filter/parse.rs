//! From what a client gives to a condition.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::{FilterField, Filters, Operator};
use crate::api::{ApiError, ApiType, ApiTypes, accept};
use crate::graphql::ReadError;
use crate::projection::AnyReadModel;
use crate::store::{Comparison, Condition};

/// How large a filter may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterLimits {
    /// How many comparisons and combinations it may have.
    pub nodes: usize,
    /// How many values a list may have that a value is to be one of.
    pub list: usize,
}

impl Default for FilterLimits {
    fn default() -> Self {
        Self { nodes: 100, list: 100 }
    }
}

pub(super) struct Parser<'a> {
    filters: &'a Filters,
    model: &'a AnyReadModel,
    types: &'a ApiTypes,
    limits: FilterLimits,
    nodes: usize,
    fields: BTreeSet<usize>,
}

/// A filter, read.
#[derive(Clone, Debug)]
pub(in crate::graphql) struct Parsed {
    /// Which rows.
    pub(in crate::graphql) condition: Condition,
    /// By which fields, by their places in the table.
    pub(in crate::graphql) fields: BTreeSet<usize>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(
        filters: &'a Filters,
        model: &'a AnyReadModel,
        types: &'a ApiTypes,
        limits: FilterLimits,
    ) -> Self {
        Self { filters, model, types, limits, nodes: 0, fields: BTreeSet::new() }
    }

    /// A filter, with the fields by which it chooses.
    pub(super) fn whole(mut self, given: &Json) -> Result<Parsed, ReadError> {
        let condition = self.parse(given)?;
        Ok(Parsed { condition, fields: self.fields })
    }

    /// A filter: all that is said in it holds. What is null is not said.
    ///
    /// It calls itself for what stands within; the limit of nodes keeps it from going deep.
    fn parse(&mut self, given: &Json) -> Result<Condition, ReadError> {
        if given.is_null() {
            return Ok(Condition::All(Vec::new()));
        }
        let mut conditions = Vec::new();
        for (name, value) in object(given)?.iter().filter(|(_, value)| !value.is_null()) {
            let condition = match name.as_str() {
                "and" => self.each(value).map(Condition::All),
                "or" => self.each(value).map(Condition::Any),
                "not" => self.node().and_then(|()| Ok(Condition::Not(Box::new(self.parse(value)?)))),
                _ => self.field(name, value),
            };
            conditions.push(condition.map_err(|error| error.within(name))?);
        }
        Ok(Condition::All(conditions))
    }

    /// Filters in a list; as GraphQL has it, a single one is a list of one.
    fn each(&mut self, given: &Json) -> Result<Vec<Condition>, ReadError> {
        let list = given.as_array().map_or(std::slice::from_ref(given), Vec::as_slice);
        let mut conditions = Vec::new();
        for (index, filter) in list.iter().enumerate() {
            self.node()?;
            conditions.push(self.parse(filter).map_err(|error| error.within(&index.to_string()))?);
        }
        Ok(conditions)
    }

    fn field(&mut self, name: &str, given: &Json) -> Result<Condition, ReadError> {
        let filters = self.filters;
        let field = filters.fields.iter().find(|field| field.name == name);
        let field = field.ok_or_else(|| ApiError::new("there is no such field"))?;
        self.fields.insert(field.index);
        let mut conditions = Vec::new();
        for (name, value) in object(given)? {
            self.node()?;
            let operator = field.comparisons.operators.iter().find(|operator| operator.name() == name);
            let compared = match operator {
                Some(operator) => self.compared(field, *operator, value),
                None => Err(ApiError::new("there is no such comparison").into()),
            };
            conditions.push(compared.map_err(|error| error.within(name))?);
        }
        Ok(Condition::All(conditions))
    }

    fn compared(&self, field: &FilterField, operator: Operator, given: &Json) -> Result<Condition, ReadError> {
        let (model, index) = (self.model, field.index);
        let compare = |comparison| Ok(model.compare(index, comparison, &self.stored(field, given)?)?);
        match operator {
            Operator::Eq => self.equal(field, given),
            Operator::Ne => Ok(not(self.equal(field, given)?)),
            Operator::In => self.is_in(field, given),
            Operator::NotIn => Ok(not(self.is_in(field, given)?)),
            Operator::Lt => compare(Comparison::Less),
            Operator::Lte => compare(Comparison::LessOrEqual),
            Operator::Gt => compare(Comparison::Greater),
            Operator::Gte => compare(Comparison::GreaterOrEqual),
            Operator::IsNull => match given.as_bool() {
                Some(true) => Ok(model.absent(index)),
                Some(false) => Ok(not(model.absent(index))),
                None => Err(ApiError::new("true or false is expected").into()),
            },
            Operator::Contains => Ok(model.contains(index, text(given)?, false)),
            Operator::ContainsIgnoringCase => Ok(model.contains(index, text(given)?, true)),
            Operator::StartsWith => Ok(model.starts_with(index, text(given)?)),
        }
    }

    fn equal(&self, field: &FilterField, given: &Json) -> Result<Condition, ReadError> {
        // A field that always has a value is never without one, which is no mistake to ask.
        if given.is_null() {
            return Ok(self.model.absent(field.index));
        }
        Ok(self.model.equal(field.index, &self.stored(field, given)?)?)
    }

    fn is_in(&self, field: &FilterField, given: &Json) -> Result<Condition, ReadError> {
        let list = given.as_array().map_or(std::slice::from_ref(given), Vec::as_slice);
        if list.len() > self.limits.list {
            return Err(ReadError::TooMany { what: "values of a list", most: self.limits.list });
        }
        let stored = list
            .iter()
            .enumerate()
            .map(|(index, given)| self.stored(field, given).map_err(|error| error.within(&index.to_string())));
        Ok(self.model.is_in(field.index, &stored.collect::<Result<Vec<_>, _>>()?)?)
    }

    /// The stored form of a value that is there.
    fn stored(&self, field: &FilterField, given: &Json) -> Result<Json, ReadError> {
        if given.is_null() {
            return Err(ApiError::new("a value is expected").into());
        }
        let ty = match &field.ty {
            ApiType::Optional(inner) => inner,
            other => other,
        };
        Ok(accept(given.clone(), ty, self.types)?)
    }

    /// Counts what stands in the filter.
    fn node(&mut self) -> Result<(), ReadError> {
        self.nodes += 1;
        let most = self.limits.nodes;
        if self.nodes > most { Err(ReadError::TooMany { what: "conditions in a filter", most }) } else { Ok(()) }
    }
}

fn object(given: &Json) -> Result<&Map<String, Json>, ReadError> {
    given.as_object().ok_or_else(|| ApiError::new("an object is expected").into())
}

fn text(given: &Json) -> Result<String, ReadError> {
    given.as_str().map(str::to_owned).ok_or_else(|| ApiError::new("a text is expected").into())
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}
