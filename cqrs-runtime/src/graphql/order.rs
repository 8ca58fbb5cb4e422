//! Orders: by which fields a client has rows ordered.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::ReadError;
use super::input_type::{InputField, InputType};
use crate::api::ApiError;
use crate::read_model::Table;

/// The order of a read model: `AccountSummaryOrder`.
#[derive(Clone, Debug)]
pub(super) struct Orders {
    name: String,
    fields: Vec<OrderField>,
}

#[derive(Clone, Debug)]
struct OrderField {
    index: usize,
    name: String,
    description: &'static str,
    deprecated: Option<&'static str>,
}

/// A field by which rows are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OrderedBy {
    /// Its place in the table.
    pub field: usize,
    /// Whether the greatest comes first.
    pub descending: bool,
}

impl Orders {
    /// The order of a read model.
    #[must_use]
    pub(super) fn of(table: &'static Table) -> Self {
        let fields = table.fields.iter().enumerate().filter(|(_, field)| field.order);
        let fields = fields.map(|(index, field)| OrderField {
            index,
            name: field.client_name(),
            description: field.description,
            deprecated: field.deprecated,
        });
        Self { name: format!("{}Order", table.type_name), fields: fields.collect() }
    }

    /// What it is called.
    #[must_use]
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether rows can't be ordered by anything: there is no such input type then.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Adds the input type that it is.
    pub(super) fn input_types(&self, found: &mut BTreeMap<String, InputType>) {
        if self.is_empty() {
            return;
        }
        let fields = self.fields.iter().map(|field| InputField {
            name: field.name.clone(),
            ty: "OrderDirection".to_owned(),
            description: field.description.to_owned(),
            deprecated: field.deprecated,
        });
        let description = "By which field rows are ordered, and in which direction: one of them.".to_owned();
        let own = InputType { name: self.name.clone(), description, one_of: true, fields: fields.collect() };
        found.insert(own.name.clone(), own);
    }

    /// The fields of a client's list, in its order; of one that is said twice, the first counts.
    ///
    /// # Errors
    /// When it is no such list: the error says where.
    pub(super) fn parse(&self, given: &Json) -> Result<Vec<OrderedBy>, ReadError> {
        let one = std::slice::from_ref(given);
        let items = match given {
            Json::Null => &[],
            Json::Array(items) => items.as_slice(),
            // As GraphQL has it: a single value is a list of one.
            _ => one,
        };
        let mut order: Vec<OrderedBy> = Vec::new();
        for (place, item) in items.iter().enumerate() {
            let by = self.one(item).map_err(|error| error.within(place.to_string()))?;
            if !order.iter().any(|known| known.field == by.field) {
                order.push(by);
            }
        }
        Ok(order)
    }

    fn one(&self, item: &Json) -> Result<OrderedBy, ApiError> {
        let fields = item.as_object().ok_or_else(|| ApiError::new("an object is expected"))?;
        let mut given = fields.iter().filter(|(_, direction)| !direction.is_null());
        let (Some((name, direction)), None) = (given.next(), given.next()) else {
            return Err(ApiError::new("exactly one field is expected"));
        };
        let field = self.fields.iter().find(|field| field.name == *name);
        let field = field.ok_or_else(|| ApiError::new("there is no such field").within(name))?;
        let descending = match direction.as_str() {
            Some("ASC") => false,
            Some("DESC") => true,
            _ => return Err(ApiError::new("ASC or DESC is expected").within(name)),
        };
        Ok(OrderedBy { field: field.index, descending })
    }
}
