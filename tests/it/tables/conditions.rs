//! Conditions, orders and pages against a model in memory.

use std::cmp::Ordering;

use cqrs_runtime::column::{ColumnError, Numbers, RowWriter};
use cqrs_runtime::store::{Comparison, Condition, Order, Select};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestCaseError, TestRunner};
use rust_decimal::Decimal;
use tokio::runtime::Runtime;

use super::wide::{DECIMAL, FLAG, INTEGER, TEXT, UNSIGNED, Wide, read};
use super::{Fixture, everything};

#[test]
fn sqlite_finds_what_the_model_finds() {
    finds_what_the_model_finds(Fixture::sqlite());
}

#[test]
fn postgres_finds_what_the_model_finds() {
    finds_what_the_model_finds(Fixture::postgres());
}

/// The value of a column; the other types are compared alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Flag(bool),
    Integer(i64),
    Unsigned(u64),
    Decimal(Decimal),
    Text(String),
}

impl Cell {
    fn of(row: &Wide, column: usize) -> Option<Self> {
        match column {
            FLAG => row.flag.map(Self::Flag),
            INTEGER => row.integer.map(Self::Integer),
            UNSIGNED => row.unsigned.map(Self::Unsigned),
            DECIMAL => row.decimal.map(Self::Decimal),
            TEXT => row.text.clone().map(Self::Text),
            _ => Some(Self::Text(row.id.clone())),
        }
    }

    fn column(&self) -> usize {
        match self {
            Self::Flag(_) => FLAG,
            Self::Integer(_) => INTEGER,
            Self::Unsigned(_) => UNSIGNED,
            Self::Decimal(_) => DECIMAL,
            Self::Text(_) => TEXT,
        }
    }

    fn write(&self, cells: &mut RowWriter) -> Result<(), ColumnError> {
        match self {
            Self::Flag(value) => cells.put(value),
            Self::Integer(value) => cells.put(value),
            Self::Unsigned(value) => cells.put(value),
            Self::Decimal(value) => cells.put(value),
            Self::Text(value) => cells.put(value),
        }
    }
}

/// A condition that can be asked of both.
#[derive(Clone, Debug)]
enum Asked {
    All(Vec<Asked>),
    Any(Vec<Asked>),
    Not(Box<Asked>),
    Compare(Comparison, Cell),
    In(usize, Vec<Cell>),
    Absent(usize),
    Contains(String, bool),
    StartsWith(String),
}

impl Asked {
    fn holds(&self, row: &Wide) -> bool {
        let text = row.text.as_deref();
        match self {
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(row)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(row)),
            Self::Not(condition) => !condition.holds(row),
            Self::Compare(comparison, cell) => Cell::of(row, cell.column()).is_some_and(|own| match comparison {
                Comparison::Equal => own == *cell,
                Comparison::Less => own < *cell,
                Comparison::LessOrEqual => own <= *cell,
                Comparison::Greater => own > *cell,
                Comparison::GreaterOrEqual => own >= *cell,
            }),
            Self::In(column, cells) => Cell::of(row, *column).is_some_and(|own| cells.contains(&own)),
            Self::Absent(column) => Cell::of(row, *column).is_none(),
            Self::Contains(part, true) => {
                text.is_some_and(|text| text.to_ascii_lowercase().contains(&part.to_ascii_lowercase()))
            }
            Self::Contains(part, false) => text.is_some_and(|text| text.contains(part)),
            Self::StartsWith(part) => text.is_some_and(|text| text.starts_with(part)),
        }
    }

    fn condition(&self, numbers: Numbers) -> Condition {
        let all = |conditions: &[Self]| conditions.iter().map(|condition| condition.condition(numbers)).collect();
        let cells = |cells: &[Cell]| {
            let mut writer = RowWriter::new(numbers);
            writer.row(|row| cells.iter().try_for_each(|cell| cell.write(row))).unwrap();
            let rows = writer.finish();
            rows[1..rows.len() - 1].to_owned()
        };
        match self {
            Self::All(conditions) => Condition::All(all(conditions)),
            Self::Any(conditions) => Condition::Any(all(conditions)),
            Self::Not(condition) => Condition::Not(Box::new(condition.condition(numbers))),
            Self::Compare(comparison, cell) => Condition::Compare {
                column: cell.column(),
                comparison: *comparison,
                cell: cells(std::slice::from_ref(cell)),
            },
            Self::In(column, values) => Condition::In { column: *column, cells: cells(values) },
            Self::Absent(column) => Condition::Absent { column: *column },
            Self::Contains(text, ignore_case) => {
                Condition::Contains { column: TEXT, text: text.clone(), ignore_case: *ignore_case }
            }
            Self::StartsWith(text) => Condition::StartsWith { column: TEXT, text: text.clone() },
        }
    }
}

/// Short texts of few characters, so that they meet.
fn text() -> impl Strategy<Value = String> {
    let character =
        prop::sample::select(vec!['a', 'A', 'b', '%', '_', '\\', '\'', 'ä', 'Ä', '😀', '\u{d7ff}', '\u{10ffff}']);
    prop::collection::vec(character, 0..4).prop_map(String::from_iter)
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (-30_i64..30, 0_u32..3).prop_map(|(number, scale)| Decimal::new(number, scale).normalize())
}

fn cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        any::<bool>().prop_map(Cell::Flag),
        integer().prop_map(Cell::Integer),
        unsigned().prop_map(Cell::Unsigned),
        decimal().prop_map(Cell::Decimal),
        text().prop_map(Cell::Text),
    ]
}

fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![-3_i64..4, Just(i64::MIN), Just(i64::MAX)]
}

fn unsigned() -> impl Strategy<Value = u64> {
    prop_oneof![0_u64..4, Just(10), Just(u64::MAX)]
}

fn row() -> impl Strategy<Value = Wide> {
    let optional = prop::option::of::<BoxedStrategy<_>>;
    (
        optional(any::<bool>().boxed()),
        prop::option::of(integer()),
        prop::option::of(unsigned()),
        prop::option::of(decimal()),
        prop::option::of(text()),
    )
        .prop_map(|(flag, integer, unsigned, decimal, text)| Wide {
            flag,
            integer,
            unsigned,
            decimal,
            text,
            ..Wide::default()
        })
}

fn asked() -> impl Strategy<Value = Asked> {
    let comparison = prop::sample::select(vec![
        Comparison::Equal,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ]);
    let simple = prop_oneof![
        (comparison, cell()).prop_map(|(comparison, cell)| Asked::Compare(comparison, cell)),
        prop::collection::vec(cell(), 0..5).prop_map(|cells| {
            let column = cells.first().map_or(TEXT, Cell::column);
            Asked::In(column, cells.into_iter().filter(|cell| cell.column() == column).collect())
        }),
        (FLAG..=TEXT).prop_map(Asked::Absent),
        (prop_oneof![text(), Just("a\0".to_owned())], any::<bool>())
            .prop_map(|(text, ignore)| Asked::Contains(text, ignore)),
        prop_oneof![text(), Just("\0".to_owned())].prop_map(Asked::StartsWith),
    ];
    simple.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Asked::All),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Asked::Any),
            inner.prop_map(|condition| Asked::Not(Box::new(condition))),
        ]
    })
}

fn orders() -> impl Strategy<Value = Vec<Order>> {
    let order = (0..=TEXT, any::<bool>()).prop_map(|(column, descending)| Order { column, descending });
    prop::collection::vec(order, 0..3)
}

/// The rows in the order, and behind it in that of the key in the direction of the last.
fn sorted<'r>(rows: impl Iterator<Item = &'r Wide>, orders: &[Order]) -> Vec<&'r Wide> {
    let key = Order { column: 0, descending: orders.last().is_some_and(|order| order.descending) };
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by(|one, other| {
        let compared = orders.iter().chain([&key]).map(|order| {
            let compared = Cell::of(one, order.column).cmp(&Cell::of(other, order.column));
            if order.descending { compared.reverse() } else { compared }
        });
        compared.fold(Ordering::Equal, Ordering::then)
    });
    rows
}

fn finds_what_the_model_finds(fixture: impl Future<Output = Fixture>) {
    let runtime = Runtime::new().unwrap();
    let (fixture, shape) = (runtime.block_on(fixture), Wide::shape());
    let mut runner = TestRunner::default();
    let mut rows: Vec<_> = Vec::new();
    let some = prop::collection::vec(row(), 60).new_tree(&mut runner).unwrap().current();
    rows.extend(some.into_iter().enumerate().map(|(index, row)| Wide { id: format!("{index:02}"), ..row }));
    runtime.block_on(async {
        let mut filling = fixture.filling(&shape).await;
        filling.put(1, &rows).await;
        filling.serve().await;
    });
    let numbers = fixture.tables().numbers();
    let asked = (asked(), orders(), prop_oneof![0_u64..70, Just(u64::MAX)], prop_oneof![0_u64..70, Just(u64::MAX)]);
    let outcome = runner.run(&asked, |(asked, orders, limit, offset)| {
        let select = Select {
            condition: asked.condition(numbers),
            order: &orders,
            limit,
            offset,
            count: true,
            ..everything(&shape)
        };
        let selected = runtime.block_on(fixture.tables().select(&select));
        let selected = selected.map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
        let expected = sorted(rows.iter().filter(|row| asked.holds(row)), &orders);
        prop_assert_eq!(selected.count, Some(expected.len() as u64));
        let at = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let expected: Vec<_> = expected.into_iter().skip(at(offset)).take(at(limit)).cloned().collect();
        prop_assert_eq!(read(&selected.rows, numbers), expected);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}\nof {rows:#?}"));
    runtime.block_on(fixture.backend.close());
}
