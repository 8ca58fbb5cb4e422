//! Queries: rows of the generation that serves at the very moment at which they are read.

mod condition;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sea_orm::{QueryResult, Value};

use self::condition::Conditions;
use super::super::filter::signed;
use super::super::statement::{Run, one};
use super::corrupt;
use super::spelling::{Spelling, column, is_of_key, quoted, shown_cells};
use crate::store::{GenerationKey, Keys, Select, Selected, StoreError, TableShape};

/// The first parameters of each query are the projection, the fingerprint, and the name of the generation.
pub(super) const SERVES: &str =
    "SELECT number FROM cqrs_generations WHERE projection = $1 AND fingerprint = $2 AND state = 'serving'";
const POSITION: &str = "SELECT coalesce(min(position), 0) FROM cqrs_checkpoints WHERE name = $3";
const PARAMETERS: usize = 3;

/// Which generation served when it was last asked for, of each projection and fingerprint.
#[derive(Debug, Default)]
pub(in super::super) struct Serving {
    known: Mutex<HashMap<(String, String), u32>>,
}

impl Serving {
    fn of(&self, select: &Select<'_>) -> Option<u32> {
        self.known().get(&(select.projection.to_owned(), select.fingerprint.to_owned())).copied()
    }

    fn learn(&self, select: &Select<'_>, number: u32) {
        self.known().insert((select.projection.to_owned(), select.fingerprint.to_owned()), number);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(String, String), u32>> {
        // Nothing panics while it is held.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rows that a query wants.
///
/// Each try reads a table and, in the same snapshot, whether it is the one that serves; so another try is only made when
/// another generation has begun to serve meanwhile.
pub(in super::super) async fn select<S: Spelling>(
    connection: &impl Run,
    serving: &Serving,
    select: &Select<'_>,
) -> Result<Selected, StoreError> {
    let mut number = match serving.of(select) {
        Some(number) => number,
        None => serves(connection, select).await?,
    };
    loop {
        let now = match rows::<S>(connection, select, number).await {
            Ok((now, selected)) if now == Some(number) => {
                serving.learn(select, number);
                return Ok(selected);
            }
            Ok((Some(now), _)) => now,
            Ok((None, _)) => return Err(not_served(select)),
            Err(missing @ StoreError::Missing(_)) => match serves(connection, select).await? {
                now if now == number => return Err(missing),
                now => now,
            },
            Err(error) => return Err(error),
        };
        number = now;
    }
}

fn not_served(select: &Select<'_>) -> StoreError {
    StoreError::NotServed { projection: select.projection.to_owned() }
}

/// The number of the generation that serves.
async fn serves(connection: &impl Run, select: &Select<'_>) -> Result<u32, StoreError> {
    let row = one(connection, SERVES, [select.projection.into(), select.fingerprint.into()]).await?;
    let number = row.as_ref().map(|row| number(row, 0)).transpose()?.flatten();
    number.ok_or_else(|| not_served(select))
}

/// Rows of one generation, and which one serves.
async fn rows<S: Spelling>(
    connection: &impl Run,
    select: &Select<'_>,
    of: u32,
) -> Result<(Option<u32>, Selected), StoreError> {
    let key = GenerationKey { projection: select.projection.to_owned(), number: of };
    let start: [Value; PARAMETERS] = [select.projection.into(), select.fingerprint.into(), key.to_string().into()];
    let mut conditions = Conditions::<S>::new(select.table, start.into());
    let table = TableShape { name: key.table(&select.table.name), ..select.table.clone() };
    let sql = sql::<S>(select, &table, &mut conditions);
    let row = one(connection, &sql, conditions.values).await?;
    let row = row.ok_or_else(|| corrupt("cqrs_generations", "there is no answer"))?;
    let position: i64 = row.try_get_by_index(1)?;
    let count: Option<i64> = if select.count { Some(row.try_get_by_index(3)?) } else { None };
    let unsigned = |number: i64| u64::try_from(number).unwrap_or_default();
    let selected = Selected {
        generation: of,
        rows: row.try_get_by_index(2)?,
        count: count.map(unsigned),
        position: unsigned(position),
    };
    Ok((number(&row, 0)?, selected))
}

fn sql<S: Spelling>(select: &Select<'_>, table: &TableShape, conditions: &mut Conditions<'_, S>) -> String {
    let tenant = conditions.parameter(select.tenant);
    let condition = conditions.sql(&select.condition);
    let (limit, offset) = (conditions.parameter(signed(select.limit)), conditions.parameter(signed(select.offset)));
    let order = order::<S>(select);
    let condition = format!("t.tenant = ${tenant} AND {condition}");
    let from = from::<S>(select, table, &condition, conditions);
    let page = S::page(&S::row(&shown_cells::<S>(select.table)));
    // In the order of the query within: rows are put together as they come.
    let rows = format!("SELECT {page} FROM (SELECT t.* {from} ORDER BY {order} LIMIT ${limit} OFFSET ${offset}) AS t");
    let count = if select.count { format!(", (SELECT count(*) {from})") } else { String::new() };
    format!("SELECT ({SERVES}), ({POSITION}), ({rows}){count}")
}

/// The rows `t` of a table that have the keys and satisfy the condition.
fn from<S: Spelling>(
    select: &Select<'_>,
    table: &TableShape,
    condition: &str,
    conditions: &mut Conditions<'_, S>,
) -> String {
    match &select.keys {
        Keys::Any => format!("FROM {} AS t WHERE {condition}", quoted(&table.name)),
        Keys::Of(keys) => {
            let keys = S::rows(conditions.parameter(keys.as_str()));
            format!("FROM {keys} {}", S::joined(table, &format!("{} AND {condition}", is_of_key::<S>(table, 1))))
        }
        Keys::Behind(key) => {
            let key = S::json(conditions.parameter(key.as_str()));
            let columns: Vec<_> = table.key.iter().map(|index| column(table, *index)).collect();
            let cells = table.key.iter().enumerate();
            let cells: Vec<_> = cells.map(|(place, index)| S::cell(&key, place, table.columns[*index].ty)).collect();
            let behind = format!("({}) > ({})", columns.join(", "), cells.join(", "));
            format!("FROM {} AS t WHERE {condition} AND {behind}", quoted(&table.name))
        }
    }
}

/// The columns of the order, and behind them the key in the direction of the last: so an index that has both can be read
/// from either end.
fn order<S: Spelling>(select: &Select<'_>) -> String {
    let table = select.table;
    let descending = select.order.last().is_some_and(|order| order.descending);
    let keys = table.key.iter().map(|index| (*index, descending));
    let mut columns = Vec::new();
    for (index, descending) in select.order.iter().map(|order| (order.column, order.descending)).chain(keys) {
        if !columns.iter().any(|(known, _)| *known == index) {
            columns.push((index, descending));
        }
    }
    let columns = columns.into_iter().map(|(index, descending)| {
        let absent = match (table.columns[index].optional, descending) {
            (false, _) => "",
            (true, false) => S::ABSENT_FIRST,
            (true, true) => S::ABSENT_LAST,
        };
        format!("{} {}{absent}", column(table, index), if descending { "DESC" } else { "ASC" })
    });
    columns.collect::<Vec<_>>().join(", ")
}

pub(super) fn number(row: &QueryResult, index: usize) -> Result<Option<u32>, StoreError> {
    let number: Option<i64> = row.try_get_by_index(index)?;
    number.map(u32::try_from).transpose().map_err(|_| corrupt("cqrs_generations", "number"))
}
