//! Connections: pages of rows by cursors, as Relay has it.
//!
//! A page is asked for by the values of a cursor, not by a number of rows to pass over: rows that come or go meanwhile neither
//! repeat nor hide others.

use serde_json::Value as Json;

use super::ReadError;
use super::cursor::Question;
use super::order::OrderedBy;
use super::permitted::Permitted;
use crate::api::ApiError;
use crate::projection::{AnyQuery, AnyReadModel, AnyRow, QueryError};
use crate::store::{Condition, Order};

/// Which page of which rows.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each asks for something else")]
pub(super) struct PageQuery<'a> {
    /// Whose rows.
    pub(super) tenant: &'a str,
    /// The fields that are wanted of each row.
    pub(super) fields: &'a [usize],
    /// Whether rows are wanted as a whole, too.
    pub(super) whole: bool,
    /// Which rows may be seen at all.
    pub(super) permitted: Permitted,
    /// Which of them.
    pub(super) condition: Condition,
    /// In which order.
    pub(super) order: &'a [OrderedBy],
    /// How many at most.
    pub(super) limit: u64,
    /// From the end, or from the beginning.
    pub(super) backwards: bool,
    /// Only rows behind this cursor.
    pub(super) after: Option<&'a str>,
    /// Only rows before this cursor.
    pub(super) before: Option<&'a str>,
    /// Whether all rows of all pages are counted.
    pub(super) count: bool,
    /// Whether anything is asked of the page itself.
    pub(super) rows: bool,
}

/// A page of rows.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// What was wanted of the rows, in the order that was asked for.
    pub(super) rows: Vec<AnyRow>,
    /// The cursor of each row.
    pub(super) cursors: Vec<String>,
    /// Whether there are rows behind the page.
    pub(super) has_next: bool,
    /// Whether there are rows before the page.
    pub(super) has_previous: bool,
    /// How many rows there are on all pages, where that was asked.
    pub(super) count: Option<u64>,
    /// What was projected up to this position is in the rows.
    pub(super) position: u64,
}

/// The page that is asked for.
///
/// # Errors
/// When a cursor belongs to another question, or the rows can't be read.
pub(super) async fn page(model: &AnyReadModel, query: &PageQuery<'_>) -> Result<Page, ReadError> {
    let question = Question::of(model.table(), &query.condition, query.order);
    let order = with_key(model, query.order);
    let bound = |cursor: Option<&str>, behind: bool| match cursor {
        Some(cursor) => beyond(model, &order, &question.read(cursor)?, behind).map(Some),
        None => Ok(None),
    };
    let bounds = [bound(query.after, true)?, bound(query.before, false)?];
    let (fields, places) = with_order(query.fields, &order);
    let columns: Vec<Order> =
        order.iter().flat_map(|by| model.order(by.field, by.descending != query.backwards)).collect();
    let conditions = std::iter::once(query.condition.clone()).chain(bounds.into_iter().flatten());
    let condition = query.permitted.clone().and(Condition::All(conditions.collect()));
    let read = AnyQuery {
        tenant: query.tenant,
        fields: &fields,
        condition: condition.into_condition(),
        order: &columns,
        // One more tells whether there are more.
        limit: if query.rows { query.limit + 1 } else { 0 },
        offset: 0,
        count: query.count && query.after.is_none() && query.before.is_none(),
        whole: query.whole,
    };
    let mut found = model.rows(&read).await?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let has_more = found.rows.len() > limit;
    found.rows.truncate(limit);
    if query.backwards {
        found.rows.reverse();
    }
    let cursor = |row: &AnyRow| {
        let values: Vec<Json> = places.iter().filter_map(|place| row.values.get(*place).cloned()).collect();
        question.cursor(&values)
    };
    let cursors = found.rows.iter().map(cursor).collect();
    found.rows.iter_mut().for_each(|row| row.values.truncate(query.fields.len()));
    let (has_next, has_previous) =
        if query.backwards { (query.before.is_some(), has_more) } else { (has_more, query.after.is_some()) };
    let count = match found.count {
        None if query.count => count(model, query).await?,
        counted => counted,
    };
    Ok(Page { rows: found.rows, cursors, has_next, has_previous, count, position: found.position })
}

/// How many rows there are on all pages.
async fn count(model: &AnyReadModel, query: &PageQuery<'_>) -> Result<Option<u64>, ReadError> {
    let all = AnyQuery {
        tenant: query.tenant,
        fields: &[],
        condition: query.permitted.clone().and(query.condition.clone()).into_condition(),
        order: &[],
        limit: 0,
        offset: 0,
        count: true,
        whole: false,
    };
    Ok(model.rows(&all).await?.count)
}

/// An order with the key behind it, in the direction of its last field: so no two rows have the same place.
fn with_key(model: &AnyReadModel, order: &[OrderedBy]) -> Vec<OrderedBy> {
    let descending = order.last().is_some_and(|by| by.descending);
    let key = model.table().key.iter().map(|field| OrderedBy { field: *field, descending });
    order.iter().copied().chain(key).collect()
}

/// The fields that are wanted, then those of the order that are not among them; and where those of the order stand.
fn with_order(wanted: &[usize], order: &[OrderedBy]) -> (Vec<usize>, Vec<usize>) {
    let mut fields = wanted.to_vec();
    let mut places = Vec::with_capacity(order.len());
    for by in order {
        let place = fields.iter().position(|field| *field == by.field);
        places.push(place.unwrap_or_else(|| {
            fields.push(by.field);
            fields.len() - 1
        }));
    }
    (fields, places)
}

/// Rows behind a place, or before it.
fn beyond(model: &AnyReadModel, order: &[OrderedBy], values: &[Json], behind: bool) -> Result<Condition, ReadError> {
    let place = order.iter().zip(values).map(|(by, value)| (by.field, by.descending != behind, value));
    model.beyond(place).map_err(stale)
}

/// A value that can't stand in its column was never a row's: the cursor is not one of ours.
fn stale(error: QueryError) -> ReadError {
    match error {
        QueryError::Value { .. } => ReadError::StaleCursor,
        other => ReadError::from(other),
    }
}

/// How many rows a page has, and from which end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) limit: u64,
    pub(super) backwards: bool,
}

impl Bounds {
    /// The bounds of `first` and `last`; the first `usual` ones where neither is said.
    ///
    /// # Errors
    /// When both are said, or one is negative or more than `most`.
    pub(super) fn of(first: Option<&Json>, last: Option<&Json>, usual: u64, most: u64) -> Result<Self, ReadError> {
        let given = |name: &str, count: Option<&Json>| match count.map(Json::as_u64) {
            None => Ok(None),
            Some(Some(count)) if count <= most => Ok(Some(count)),
            Some(_) => Err(ApiError::new(format!("a number from 0 to {most} is expected")).within(name)),
        };
        match (given("first", first)?, given("last", last)?) {
            (Some(_), Some(_)) => Err(ApiError::new("it can't be given together with `first`").within("last").into()),
            (None, Some(limit)) => Ok(Self { limit, backwards: true }),
            (first, None) => Ok(Self { limit: first.unwrap_or(usual), backwards: false }),
        }
    }
}
