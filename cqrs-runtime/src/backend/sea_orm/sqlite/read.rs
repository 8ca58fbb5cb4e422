//! Reading events, page by page: a cursor held open would keep the write-ahead log from being emptied.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, DbErr, QueryResult, Value};

use super::super::PAGE;
use super::super::filter::{self, Dialect, Filter, signed};
use super::super::statement::one;
use super::is_too_big;
use super::page::{self, Shown};
use crate::event::RawEvent;
use crate::store::{EventQuery, EventSink, StoreError};

/// The spellings of SQLite.
pub(super) struct Sqlite;

impl Dialect for Sqlite {
    fn time(time: DateTime<Utc>) -> Value {
        time.timestamp_micros().into()
    }

    fn list(texts: &[Cow<'static, str>]) -> Value {
        // Texts always are JSON.
        serde_json::to_string(texts).unwrap_or_default().into()
    }

    fn is_in(column: &str, number: usize) -> String {
        format!("{column} IN (SELECT value FROM json_each(${number}))")
    }

    fn unindexed(column: &'static str) -> Cow<'static, str> {
        Cow::Owned(format!("+{column}"))
    }
}

/// Hands the events of `query` to `sink`.
pub(super) async fn read(
    connection: &DatabaseConnection,
    query: &EventQuery,
    sink: EventSink<'_>,
) -> Result<(), StoreError> {
    let Some(query) = within_time(connection, query).await? else { return Ok(()) };
    let column = filter::order_column(&query);
    let key = |event: &RawEvent<'_>| if column == "version" { event.version } else { event.position };
    let (order, behind) = filter::order(query.direction);
    let (mut left, mut page_size, mut last) = (query.limit.unwrap_or(u64::MAX), PAGE, None);
    while left > 0 {
        let mut page = filter::conditions::<Sqlite>(&query);
        if let Some((version, position)) = last {
            let last = if column == "version" { version } else { position };
            page.and_number(&format!("{column} {behind} "), last);
        }
        let size = page_size.min(left);
        let row = match events(connection, page, column, order, size).await {
            Err(error) if is_too_big(&error) && page_size > 1 => {
                page_size /= 2;
                continue;
            }
            row => row?,
        };
        let shown = show(row.as_ref(), 0, |text| page::split(text, query.direction, key, &mut *sink))?;
        left -= shown.events;
        last = shown.last;
        if shown.ended || shown.events < size {
            break;
        }
    }
    Ok(())
}

async fn events(
    connection: &DatabaseConnection,
    mut page: Filter,
    column: &str,
    order: &str,
    size: u64,
) -> Result<Option<QueryResult>, DbErr> {
    page.values.push(signed(size).into());
    let (columns, conditions, limit) = (page::COLUMNS, page.sql, page.values.len());
    let sql = format!(
        "SELECT group_concat(event, char(30)) FROM (
            SELECT {columns} FROM cqrs_events WHERE {conditions} ORDER BY {column} {order} LIMIT ${limit})"
    );
    one(connection, &sql, page.values).await
}

/// Borrows the text in a column and hands it on.
pub(super) fn show(
    row: Option<&QueryResult>,
    column: usize,
    split: impl FnOnce(&str) -> Result<Shown, StoreError>,
) -> Result<Shown, StoreError> {
    use sea_orm::sqlx::Row;
    let corrupt = |_| StoreError::CorruptRow { table: "cqrs_events", what: "a page is no text" };
    let text: Option<&str> = match row.and_then(QueryResult::try_as_sqlite_row) {
        Some(row) => row.try_get(column).map_err(corrupt)?,
        None => None,
    };
    split(text.unwrap_or_default())
}

/// The query within the positions between which its times lie; `None` where it has no event.
///
/// Pages are read in the order of positions, so the index of times can't serve them: it serves this instead, once.
async fn within_time<'q>(
    connection: &DatabaseConnection,
    query: &'q EventQuery,
) -> Result<Option<Cow<'q, EventQuery>>, StoreError> {
    let (Some(tenant), None, true) =
        (&query.tenant, &query.stream, query.recorded_from.is_some() || query.recorded_before.is_some())
    else {
        return Ok(Some(Cow::Borrowed(query)));
    };
    let mut times = Filter::none();
    times.and("tenant = ", tenant.as_str());
    if let Some(from) = query.recorded_from {
        times.and("recorded_at >= ", Sqlite::time(from));
    }
    if let Some(end) = query.recorded_before {
        times.and("recorded_at < ", Sqlite::time(end));
    }
    let sql = format!(
        "SELECT min(position), max(position) FROM cqrs_events INDEXED BY cqrs_events_by_time WHERE {}",
        times.sql
    );
    let Some(row) = one(connection, &sql, times.values).await? else { return Ok(None) };
    let (first, last): (Option<i64>, Option<i64>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
    let position = |value: i64| u64::try_from(value).unwrap_or_default();
    let mut query = query.clone();
    query.after_position = query.after_position.max(Some(position(first - 1)));
    query.to_position = Some(query.to_position.map_or(position(last), |to| to.min(position(last))));
    Ok(Some(Cow::Owned(query)))
}
