//! Reading events, page by page: a cursor held open would keep the write-ahead log from being emptied.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, Value};

use super::super::PAGE;
use super::super::filter::{self, Dialect, Filter, signed};
use super::super::statement::{all, one};
use super::page::{self, COLUMNS, PAGE_OF, Reading};
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
    let key: fn(&RawEvent<'_>) -> u64 =
        if column == "version" { |event| event.version } else { |event| event.position };
    let (order, behind) = filter::order(query.direction);
    let limit = query.limit.unwrap_or(u64::MAX);
    let mut reading = Reading::new(connection, query.direction, key, sink);
    while reading.events < limit && !reading.ended {
        let size = PAGE.min(limit - reading.events);
        let full = reading.events + size;
        let mut page = filter::conditions::<Sqlite>(&query);
        if let Some(last) = reading.last {
            page.and_number(&format!("{column} {behind} "), last);
        }
        page.values.push(signed(size).into());
        let events = format!("{} ORDER BY {column} {order} LIMIT ${}", page.sql, page.values.len());
        show(connection, &events, page.values, &mut reading).await?;
        if reading.events < full {
            break;
        }
    }
    Ok(())
}

/// Hands on the page of the events that a condition, an order and a limit choose.
async fn show(
    connection: &DatabaseConnection,
    events: &str,
    values: Vec<Value>,
    reading: &mut Reading<'_>,
) -> Result<(), StoreError> {
    let row = one(connection, &page_of(events), values.clone()).await?;
    match row.as_ref().map(|row| page::text(row, 0)) {
        None => {}
        Some(Some(text)) => reading.page(text).await?,
        Some(None) => {
            let positions = format!("SELECT position FROM cqrs_events WHERE {events}");
            for row in all(connection, &positions, values).await? {
                if !reading.ended {
                    reading.by_itself(row.try_get_by_index(0)?).await?;
                }
            }
        }
    }
    Ok(())
}

fn page_of(events: &str) -> String {
    format!("SELECT {PAGE_OF} FROM (SELECT {COLUMNS} FROM cqrs_events WHERE {events})")
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
    query.after_position = query.after_position.max(Some(position(first.saturating_sub(1))));
    query.to_position = Some(query.to_position.map_or(position(last), |to| to.min(position(last))));
    Ok(Some(Cow::Owned(query)))
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectOptions, ConnectionTrait, Database};

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
            let page = filter::conditions::<Sqlite>(&query);
            let events = format!("{} ORDER BY {column} {} LIMIT 10", page.sql, filter::order(query.direction).0);
            let plan = format!("EXPLAIN QUERY PLAN {}", page_of(&events));
            let plan = all(&connection, &plan, page.values).await.unwrap();
            for step in plan {
                let step: String = step.try_get_by_index(3).unwrap();
                assert!(!step.contains("TEMP B-TREE"), "{query:?}: {step}");
            }
        }
    }

    /// However long the payloads are, a page is not.
    #[tokio::test]
    async fn a_page_is_bounded() {
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1);
        let connection = Database::connect(options).await.unwrap();
        connection.execute_unprepared(include_str!("0001_event_store.sql")).await.unwrap();
        let insert = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
            INSERT INTO cqrs_events SELECT n, '', 'a', 'b', n, randomblob(16), printf('%.*c', iif(n > 900, 20000, 1), 'n'), 1,
                printf('%.*c', iif(n > 500, 100000, 15000), 'x'), zeroblob(16), zeroblob(16), '', '', 0 FROM n";
        connection.execute_unprepared(insert).await.unwrap();
        let row = one(&connection, &page_of("true ORDER BY position LIMIT 1000"), []).await.unwrap().unwrap();
        let text = page::text(&row, 0).unwrap();
        assert!((500 * 15_000..1_000 * 16_384).contains(&text.len()), "{}", text.len());
        let mut read = 0;
        let sink = &mut |event: RawEvent<'_>| {
            read += event.payload.len();
            std::ops::ControlFlow::Continue(())
        };
        super::read(&connection, &EventQuery::log(), sink).await.unwrap();
        assert_eq!(read, 500 * 100_000 + 500 * 15_000);
    }
}
