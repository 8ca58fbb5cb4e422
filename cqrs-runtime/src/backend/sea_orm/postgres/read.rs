//! Reading events, page by page.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use sea_orm::Value;

use super::super::filter::{self, Dialect, signed};
use super::super::statement::all;
use super::super::{PAGE, PAGE_BYTES};
use super::pool::Pool;
use super::row::{self, COLUMNS};
use crate::store::{EventQuery, EventSink, StoreError};

/// The spellings of PostgreSQL.
struct Postgres;

impl Dialect for Postgres {
    fn time(time: DateTime<Utc>) -> Value {
        time.into()
    }

    fn list(texts: &[Cow<'static, str>]) -> Value {
        texts.iter().map(ToString::to_string).collect::<Vec<_>>().into()
    }

    fn is_in(column: &str, number: usize) -> String {
        format!("{column} = ANY(${number})")
    }

    fn unindexed(column: &'static str) -> Cow<'static, str> {
        // Its planner knows how many rows there are, and chooses well.
        Cow::Borrowed(column)
    }
}

/// Where the bytes of the payloads stand up to an event.
const BYTES: usize = 14;

/// The events of a page, as long as their payloads leave room: those that are stored apart are not looked at for that.
fn bounded(events: &str, column: &str, order: &str) -> String {
    format!(
        "SELECT * FROM (
            SELECT {COLUMNS}, sum(octet_length(payload)) OVER (ORDER BY {column} {order} ROWS UNBOUNDED PRECEDING) AS bytes
            FROM ({events}) AS page) AS page
        WHERE bytes - octet_length(payload) < {PAGE_BYTES} ORDER BY {column} {order}"
    )
}

/// Hands the events of `query` to `sink`.
pub(super) async fn read(connection: &Pool, query: &EventQuery, sink: EventSink<'_>) -> Result<(), StoreError> {
    let column = filter::order_column(query);
    let (order, behind) = filter::order(query.direction);
    let (mut left, mut last) = (query.limit.unwrap_or(u64::MAX), None);
    while left > 0 {
        let mut page = filter::conditions::<Postgres>(query);
        if let Some(last) = last {
            page.and_number(&format!("{column} {behind} "), last);
        }
        let size = PAGE.min(left);
        page.values.push(signed(size).into());
        let (conditions, limit) = (page.sql, page.values.len());
        let events =
            format!("SELECT {COLUMNS} FROM cqrs_events WHERE {conditions} ORDER BY {column} {order} LIMIT ${limit}");
        let rows = all(connection, &bounded(&events, column, order), page.values).await?;
        for row in &rows {
            let event = row::event(row::postgres(row)?)?;
            last = Some(if column == "version" { event.version } else { event.position });
            if sink(event).is_break() {
                return Ok(());
            }
        }
        let shown = rows.len() as u64;
        let bytes: i64 = rows.last().map_or(Ok(0), |row| row.try_get_by_index(BYTES))?;
        if shown < size && bytes < PAGE_BYTES {
            break;
        }
        left -= shown;
    }
    Ok(())
}
