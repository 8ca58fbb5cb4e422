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
    page: Filter,
    column: &str,
    order: &str,
    size: u64,
) -> Result<Option<QueryResult>, DbErr> {
    let page = page_of(page, column, order, size);
    one(connection, &page.sql, page.values).await
}

/// The statement for a page.
fn page_of(mut page: Filter, column: &str, order: &str, size: u64) -> Filter {
    page.values.push(signed(size).into());
    let (columns, conditions, limit) = (page::COLUMNS, page.sql, page.values.len());
    let sql = format!(
        "SELECT group_concat(event, char(30)) FROM (
            SELECT {columns} FROM cqrs_events WHERE {conditions} ORDER BY {column} {order} LIMIT ${limit})"
    );
    Filter { sql, values: page.values }
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

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectOptions, ConnectionTrait, Database};

    use super::super::super::statement::all;
    use super::*;
    use crate::store::StreamKey;

    fn queries() -> Vec<EventQuery> {
        let bases = [EventQuery::log(), EventQuery::log().tenant("a"), EventQuery::stream(StreamKey::new("b", "c"))];
        let conditions: [fn(EventQuery) -> EventQuery; 7] = [
            |query| query,
            |query| query.named(["d"]),
            |query| query.named(["d", "e"]),
            |query| query.of_types(["f"]),
            |query| query.after_position(7).to_position(9),
            |query| query.recorded_from(DateTime::UNIX_EPOCH).recorded_before(DateTime::UNIX_EPOCH),
            |query| query.named(["d"]).recorded_from(DateTime::UNIX_EPOCH).after_position(7),
        ];
        let forwards = bases.iter().flat_map(|base| conditions.iter().map(|add| add(base.clone())));
        forwards.flat_map(|query| [query.clone(), query.backwards()]).collect()
    }

    /// A page that sorted would visit all events of the query, and so would the next one.
    #[tokio::test]
    async fn no_page_sorts() {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1);
        let connection = Database::connect(options).await.unwrap();
        connection.execute_unprepared(include_str!("0001_event_store.sql")).await.unwrap();
        for query in queries() {
            let column = filter::order_column(&query);
            let page = page_of(filter::conditions::<Sqlite>(&query), column, filter::order(query.direction).0, 10);
            let plan = all(&connection, &format!("EXPLAIN QUERY PLAN {}", page.sql), page.values).await.unwrap();
            for step in plan {
                let step: String = step.try_get_by_index(3).unwrap();
                assert!(!step.contains("TEMP B-TREE"), "{query:?}: {step}");
            }
        }
    }
}
