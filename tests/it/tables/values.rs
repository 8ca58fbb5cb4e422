//! Values come back as they went, and are ordered and compared as in Rust.

use chrono::{DateTime, NaiveDate, Utc};
use cqrs_runtime::column::{ColumnError, Numbers, RowWriter};
use cqrs_runtime::store::{Comparison, Condition, Order, Wanted};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::wide::{DATE, DECIMAL, FLAG, INTEGER, TEXT, TIME, UNSIGNED, UUID, Wide, read};
use super::{Fixture, PROJECTION};
use crate::database::{Database, on_both};

on_both! {
    by(super::super::Fixture::of)
    every_value_comes_back
    values_are_ordered_as_in_rust
    values_are_compared_as_in_rust
    rows_are_found_by_their_values
    tenants_are_kept_apart
    a_view_shows_what_people_read
}

fn texts() -> Vec<&'static str> {
    vec![
        "",
        " ",
        "a",
        "A",
        "ab",
        "b",
        "ä",
        "é",
        "e\u{301}",
        "z",
        "\u{7f}",
        "\u{80}",
        "\u{d7ff}",
        "\u{e000}",
        "\u{ffff}",
        "😀",
        "\u{10ffff}",
        "\u{1}\t\n\r\u{1f}\"\\/'%_",
        "null",
        "0",
        "日本語",
        "a\u{10ffff}b",
        "\u{feff}x",
        "{}",
    ]
}

fn decimals() -> Vec<Decimal> {
    let texts = [
        "-79228162514264337593543950335",
        "-1000",
        "-999.999",
        "-100",
        "-12.5",
        "-12.49",
        "-1",
        "-0.1",
        "-0.05",
        "-0.0000000000000000000000000001",
        "0",
        "0.0000000000000000000000000001",
        "0.05",
        "0.1",
        "0.11",
        "1",
        "1.5",
        "2",
        "9.99",
        "10",
        "12.5",
        "99",
        "100",
        "1000000",
        "79228162514264337593543950335",
        "7.9228162514264337593543950335",
    ];
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn times() -> Vec<DateTime<Utc>> {
    let texts = [
        "0001-01-01T00:00:00Z",
        "1582-10-10T00:00:00.000001Z",
        "1883-11-18T12:03:58Z",
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.000001Z",
        "2024-02-29T23:59:59.999999Z",
        "2026-03-29T01:30:00Z",
        "2255-06-05T23:47:34.740993Z",
        "5138-11-16T09:46:39.999999Z",
        "9999-12-31T23:59:59.999999Z",
    ];
    texts.iter().map(|text| time(text)).collect()
}

fn dates() -> Vec<NaiveDate> {
    let texts = ["0001-01-01", "0999-12-31", "1582-10-10", "1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31"];
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

const INTEGERS: [i64; 9] = [i64::MIN, i64::MIN + 1, -(1 << 53) - 1, -1, 0, 1, (1 << 53) + 1, i64::MAX - 1, i64::MAX];
const UNSIGNED_ONES: [u64; 8] =
    [0, 1, 9, 10, (1 << 53) + 1, 9_223_372_036_854_775_807, 9_223_372_036_854_775_808, u64::MAX];

/// Rows of each value of each type, with all other columns absent; and one with none.
fn rows() -> Vec<Wide> {
    let mut rows = vec![Wide::default()];
    rows.extend([false, true].map(|value| Wide { flag: Some(value), ..Wide::default() }));
    rows.extend(INTEGERS.map(|value| Wide { integer: Some(value), ..Wide::default() }));
    rows.extend(UNSIGNED_ONES.map(|value| Wide { unsigned: Some(value), ..Wide::default() }));
    rows.extend(decimals().into_iter().map(|value| Wide { decimal: Some(value), ..Wide::default() }));
    rows.extend(texts().into_iter().map(|value| Wide { text: Some(value.to_owned()), ..Wide::default() }));
    rows.extend(
        [0, 1, u128::MAX, u128::MAX / 3].map(|value| Wide { uuid: Some(Uuid::from_u128(value)), ..Wide::default() }),
    );
    rows.extend(times().into_iter().map(|value| Wide { time: Some(value), ..Wide::default() }));
    rows.extend(dates().into_iter().map(|value| Wide { date: Some(value), ..Wide::default() }));
    rows.extend(
        [vec![], vec![texts().concat()], texts().iter().map(ToString::to_string).collect()]
            .map(|value| Wide { document: Some(value), ..Wide::default() }),
    );
    for (index, row) in rows.iter_mut().enumerate() {
        row.id = format!("{index:03}");
        row.sequence = [i64::MIN, -1, 0, 1, i64::MAX][index % 5];
    }
    rows
}

async fn every_value_comes_back(fixture: Fixture) {
    let shape = Wide::shape();
    let mut filling = fixture.filling(&shape).await;
    let rows = rows();
    filling.put(7, &rows).await;
    let keys: Vec<_> = rows.iter().map(|row| ("", row.id.as_str())).collect();
    let expected: Vec<_> = rows.iter().map(|row| (row.clone(), 7)).collect();
    assert_eq!(filling.load(&keys).await, expected);
    // Replaced by themselves, they stay as they are.
    filling.put(i64::MAX as u64, &rows).await;
    let expected: Vec<_> = rows.iter().map(|row| (row.clone(), i64::MAX)).collect();
    assert_eq!(filling.load(&keys).await, expected);
    filling.serve().await;
    let selected = fixture.all(&shape).await;
    let expected: Vec<_> = rows.into_iter().map(|row| Wide { sequence: 0, ..row }).collect();
    assert_eq!(read(&selected.rows, fixture.tables().numbers()), expected);
    assert_eq!(selected.position, i64::MAX as u64);
}

/// Whatever the database takes for the order of texts.
#[tokio::test]
async fn a_language_does_not_change_the_order() {
    let german = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C.UTF-8'";
    let fixture = async || Fixture::of(Database::postgres_with(german).await).await;
    values_are_ordered_as_in_rust(fixture().await).await;
    values_are_compared_as_in_rust(fixture().await).await;
}

/// The rows in the order that a query gives them.
async fn ordered(fixture: &Fixture, order: &[Order]) -> Vec<String> {
    let select = Wide::shape();
    let mut asked = super::everything(&select);
    asked.order = order;
    let selected = fixture.tables().select(&asked).await.unwrap();
    read(&selected.rows, fixture.tables().numbers()).into_iter().map(|row| row.id).collect()
}

async fn values_are_ordered_as_in_rust(fixture: Fixture) {
    let mut filling = fixture.filling(&Wide::shape()).await;
    let rows = rows();
    filling.put(7, &rows).await;
    filling.serve().await;
    assert_order(&fixture, &rows, FLAG, |row| row.flag).await;
    assert_order(&fixture, &rows, INTEGER, |row| row.integer).await;
    assert_order(&fixture, &rows, UNSIGNED, |row| row.unsigned).await;
    assert_order(&fixture, &rows, DECIMAL, |row| row.decimal).await;
    assert_order(&fixture, &rows, TEXT, |row| row.text.clone()).await;
    assert_order(&fixture, &rows, UUID, |row| row.uuid).await;
    assert_order(&fixture, &rows, TIME, |row| row.time).await;
    assert_order(&fixture, &rows, DATE, |row| row.date).await;
}

async fn assert_order<K: Ord>(fixture: &Fixture, rows: &[Wide], column: usize, key: impl Fn(&Wide) -> K) {
    let mut expected: Vec<_> = rows.iter().collect();
    expected.sort_by_key(|row| (key(row), &row.id));
    let mut expected: Vec<_> = expected.into_iter().map(|row| row.id.clone()).collect();
    assert_eq!(ordered(fixture, &[Order { column, descending: false }]).await, expected, "column {column}");
    expected.reverse();
    assert_eq!(ordered(fixture, &[Order { column, descending: true }]).await, expected, "column {column}");
}

async fn values_are_compared_as_in_rust(fixture: Fixture) {
    let mut filling = fixture.filling(&Wide::shape()).await;
    let rows = rows();
    filling.put(7, &rows).await;
    filling.serve().await;
    assert_comparisons(&fixture, &rows, FLAG, |row| row.flag, |value, cells| cells.put(value)).await;
    assert_comparisons(&fixture, &rows, INTEGER, |row| row.integer, |value, cells| cells.put(value)).await;
    assert_comparisons(&fixture, &rows, UNSIGNED, |row| row.unsigned, |value, cells| cells.put(value)).await;
    assert_comparisons(&fixture, &rows, DECIMAL, |row| row.decimal, |value, cells| cells.put(value)).await;
    assert_comparisons(&fixture, &rows, TEXT, |row| row.text.clone(), |value, cells| cells.put(value)).await;
    assert_comparisons(&fixture, &rows, UUID, |row| row.uuid, |value, cells| cells.put(value)).await;
    assert_comparisons(&fixture, &rows, TIME, |row| row.time, |value, cells| cells.put(value)).await;
    assert_comparisons(&fixture, &rows, DATE, |row| row.date, |value, cells| cells.put(value)).await;
}

type Cells<V> = fn(&V, &mut RowWriter) -> Result<(), ColumnError>;

async fn assert_comparisons<V: Ord + std::fmt::Debug>(
    fixture: &Fixture,
    rows: &[Wide],
    column: usize,
    value: impl Fn(&Wide) -> Option<V>,
    write: Cells<V>,
) {
    let shape = Wide::shape();
    let numbers = fixture.tables().numbers();
    for other in rows.iter().filter_map(&value) {
        let mut writer = RowWriter::new(numbers);
        writer.row(|cells| write(&other, cells)).unwrap();
        let cells = writer.finish();
        let cell = &cells[1..cells.len() - 1];
        for (comparison, holds) in [
            (Comparison::Equal, V::eq as fn(&V, &V) -> bool),
            (Comparison::Less, V::lt),
            (Comparison::LessOrEqual, V::le),
            (Comparison::Greater, V::gt),
            (Comparison::GreaterOrEqual, V::ge),
        ] {
            let condition = Condition::Compare { column, comparison, cell: cell.to_owned() };
            let selected = fixture.select(&shape, |select| select.condition = condition).await.unwrap();
            let found: Vec<_> = read(&selected.rows, numbers).into_iter().map(|row| row.id).collect();
            let expected = rows.iter().filter(|row| value(row).is_some_and(|value| holds(&value, &other)));
            let expected: Vec<_> = expected.map(|row| row.id.clone()).collect();
            assert_eq!(found, expected, "{comparison:?} {other:?}");
        }
        let cells = format!("[{}]", &cell[1..cell.len() - 1]);
        let selected = fixture.select(&shape, |select| select.condition = Condition::In { column, cells }).await;
        let found = read(&selected.unwrap().rows, numbers).len();
        assert_eq!(found, rows.iter().filter(|row| value(row).as_ref() == Some(&other)).count(), "{other:?}");
    }
}

async fn rows_are_found_by_their_values(fixture: Fixture) {
    let mut filling = fixture.filling(&Wide::shape()).await;
    let row = |id: &str, tenant: &str, integer, text: Option<&str>| Wide {
        tenant: tenant.to_owned(),
        integer,
        text: text.map(str::to_owned),
        ..Wide::of(id)
    };
    let rows = [
        row("a", "", Some(1), Some("x")),
        row("b", "", Some(1), None),
        row("c", "", None, Some("x")),
        row("d", "t", Some(1), Some("x")),
        row("e", "", Some(2), Some("x")),
    ];
    filling.put(7, &rows).await;
    let found = async |values: &[(usize, usize, &str)], keys: Option<&str>| {
        let values = values.iter().map(|(first, count, cells)| (*first, *count, (*cells).to_owned())).collect();
        let wanted = Wanted { keys: keys.map(str::to_owned), values };
        filling.loaded(&wanted).await.into_iter().map(|(row, _)| row.id).collect::<Vec<_>>().concat()
    };
    assert_eq!(found(&[(INTEGER, 1, r#"[["",1]]"#)], None).await, "ab");
    assert_eq!(found(&[(INTEGER, 1, r#"[["",null]]"#)], None).await, "c");
    assert_eq!(found(&[(INTEGER, 1, r#"[["",2],["t",1]]"#)], None).await, "ed");
    assert_eq!(found(&[(TEXT, 1, r#"[["","x"]]"#)], None).await, "ace");
    assert_eq!(found(&[(TEXT, 1, r#"[["","y"]]"#)], None).await, "");
    assert_eq!(found(&[(TEXT, 1, r#"[["t","x"]]"#), (INTEGER, 1, r#"[["",2]]"#)], Some(r#"[["","c"]]"#)).await, "ced");
    // As the columns of one value.
    assert_eq!(found(&[(TEXT, 2, r#"[["","x",null]]"#)], None).await, "ace");
    assert_eq!(found(&[], None).await, "");
}

async fn tenants_are_kept_apart(fixture: Fixture) {
    let shape = Wide::shape();
    let mut filling = fixture.filling(&shape).await;
    let of = |tenant: &str, integer| Wide { tenant: tenant.to_owned(), integer: Some(integer), ..Wide::of("a") };
    filling.put(1, &[of("", 0), of("t", 1), of("t'\"", 2)]).await;
    filling.serve().await;
    for (tenant, integer) in [("", Some(0)), ("t", Some(1)), ("t'\"", Some(2)), ("u", None)] {
        let mut select = super::everything(&shape);
        select.tenant = tenant;
        select.count = true;
        let selected = fixture.tables().select(&select).await.unwrap();
        let found: Vec<_> = read(&selected.rows, fixture.tables().numbers()).iter().map(|row| row.integer).collect();
        assert_eq!(found, Vec::from_iter(integer.map(Some)), "of {tenant}");
        assert_eq!(selected.count, Some(u64::from(integer.is_some())));
        assert_eq!(filling.load(&[(tenant, "a")]).await.len(), usize::from(integer.is_some()));
    }
    let deletes = filling.deletes(2, &[of("t", 1)]);
    filling.write(2, "[]".to_owned(), deletes).await.unwrap();
    let left = filling.load(&[("", "a"), ("t", "a"), ("t'\"", "a")]).await;
    assert_eq!(left, [(of("", 0), 1), (of("t'\"", 2), 1)]);
}

/// A person asks the database itself.
async fn a_view_shows_what_people_read(fixture: Fixture) {
    let mut filling = fixture.filling(&Wide::shape()).await;
    let (numbers, times) = (decimals(), times());
    let rows = numbers.iter().enumerate().map(|(index, decimal)| Wide {
        decimal: Some(*decimal),
        unsigned: UNSIGNED_ONES.get(index).copied(),
        time: times.get(index).copied(),
        ..Wide::of(format!("{index:02}"))
    });
    let rows = rows.collect::<Vec<_>>();
    filling.put(1, &rows).await;
    filling.serve().await;
    for row in &rows {
        let decimal = row.decimal.unwrap();
        let unsigned = row.unsigned.map_or("IS NULL".to_owned(), |unsigned| format!("= '{unsigned}'"));
        let time =
            row.time.map_or("IS NULL".to_owned(), |time| format!("= '{}'", time.format("%Y-%m-%d %H:%M:%S%.6f")));
        let as_text = |column: &str| match fixture.tables().numbers() {
            Numbers::AsTexts => column.to_owned(),
            Numbers::Exact if column == "time" => {
                "to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')".to_owned()
            }
            Numbers::Exact => format!("{column}::text"),
        };
        let found = format!(
            "{PROJECTION} WHERE id = '{}' AND {} = '{decimal}' AND {} {unsigned} AND {} {time}",
            row.id,
            as_text("decimal"),
            as_text("unsigned"),
            as_text("time"),
        );
        assert_eq!(fixture.database.count(&found).await, 1, "{found}");
    }
}
