//! The conditions of a query as SQL.

use std::borrow::Cow;
use std::fmt::Write;

use chrono::{DateTime, Utc};
use sea_orm::Value;

use crate::store::{Direction, EventQuery, StreamKey};

/// Where the databases' spellings differ.
pub(super) trait Dialect {
    /// A time as a column holds it.
    fn time(time: DateTime<Utc>) -> Value;

    /// The texts of a list, as one parameter.
    fn list(texts: &[Cow<'static, str>]) -> Value;

    /// Whether a column is among the texts of parameter `number`.
    fn is_in(column: &str, number: usize) -> String;

    /// A column of which the planner must not use the index, since the order of another one is wanted.
    fn unindexed(column: &'static str) -> Cow<'static, str>;
}

/// Conditions, added up, and their parameters.
pub(super) struct Filter {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl Filter {
    pub(super) fn none() -> Self {
        Self { sql: String::from("true"), values: Vec::new() }
    }

    /// Adds `condition`, which ends where the parameter's number comes.
    pub(super) fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        // Writing to a string can't fail.
        let _ = write!(self.sql, " AND {condition}${}", self.values.len());
    }

    pub(super) fn and_number(&mut self, condition: &str, number: u64) {
        self.and(condition, signed(number));
    }

    pub(super) fn and_stream(&mut self, stream: &StreamKey) {
        self.and("tenant = ", stream.tenant.as_str());
        self.and("stream_type = ", stream.stream_type.as_ref());
        self.and("stream_id = ", stream.id.as_str());
    }

    fn and_in<D: Dialect>(&mut self, column: &str, texts: &[Cow<'static, str>]) {
        self.values.push(D::list(texts));
        let _ = write!(self.sql, " AND {}", D::is_in(column, self.values.len()));
    }
}

/// All conditions of `query`; the caller adds where the page begins, by [`order_column`].
pub(super) fn conditions<D: Dialect>(query: &EventQuery) -> Filter {
    let mut filter = Filter::none();
    if let Some(stream) = &query.stream {
        filter.and_stream(stream);
    }
    if let Some(tenant) = &query.tenant {
        // With one name, an index has the order that is wanted.
        let indexed = query.stream.is_some() || query.names.len() == 1;
        let column = if indexed { Cow::Borrowed("tenant") } else { D::unindexed("tenant") };
        filter.and(&format!("{column} = "), tenant.as_str());
    }
    match query.names.as_slice() {
        [] => {}
        [name] if query.stream.is_none() => filter.and("name = ", name.as_ref()),
        names => filter.and_in::<D>(&D::unindexed("name"), names),
    }
    if !query.stream_types.is_empty() {
        filter.and_in::<D>(&D::unindexed("stream_type"), &query.stream_types);
    }
    let numbers = [
        ("version >= ", query.from_version),
        ("version <= ", query.to_version),
        (if query.stream.is_some() { "position + 0 > " } else { "position > " }, query.after_position),
        (if query.stream.is_some() { "position + 0 <= " } else { "position <= " }, query.to_position),
    ];
    for (condition, number) in numbers {
        if let Some(number) = number {
            filter.and_number(condition, number);
        }
    }
    let recorded_at = D::unindexed("recorded_at");
    if let Some(from) = query.recorded_from {
        filter.and(&format!("{recorded_at} >= "), D::time(from));
    }
    if let Some(end) = query.recorded_before {
        filter.and(&format!("{recorded_at} < "), D::time(end));
    }
    filter
}

/// The column by which a query's events are ordered, and where its next page begins.
pub(super) fn order_column(query: &EventQuery) -> &'static str {
    if query.stream.is_some() { "version" } else { "position" }
}

/// The SQL word for a direction, and the sign by which a page begins behind the last event of the one before.
pub(super) fn order(direction: Direction) -> (&'static str, &'static str) {
    match direction {
        Direction::Forwards => ("ASC", ">"),
        Direction::Backwards => ("DESC", "<"),
    }
}

/// A number as the databases hold it; one beyond their range is as good as the greatest.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
