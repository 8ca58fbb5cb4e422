//! Two generations are held against each other.

use chrono::{DateTime, NaiveDate};
use cqrs_runtime::column::ColumnType;
use cqrs_runtime::store::{Compare, CompareRows, Compared, GenerationKey, TableShape};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use super::wide::Wide;
use super::{Fixture, column, on_both};

on_both! {
    what_is_the_same_is_not_told
    each_cell_is_compared
    rows_of_one_side_alone_are_told
    rows_of_keys_are_told_whether_they_differ_or_not
    keys_of_several_columns_are_gone_through_in_order
}

fn full(id: &str) -> Wide {
    Wide {
        sequence: 9,
        flag: Some(true),
        integer: Some(i64::MIN),
        unsigned: Some(u64::MAX),
        decimal: Some(Decimal::new(-10_50, 2)),
        text: Some("a\"ä\n".to_owned()),
        uuid: Some(Uuid::from_u128(7)),
        time: DateTime::from_timestamp_micros(-1),
        date: NaiveDate::from_ymd_opt(2024, 2, 29),
        document: Some(vec!["x".to_owned()]),
        ..Wide::of(id)
    }
}

async fn compare(fixture: &Fixture, shape: &TableShape, rows: CompareRows) -> Compared {
    let key = |number| GenerationKey { projection: shape.name.clone(), number };
    let (serving, verifying) = (&key(1), &key(2));
    fixture.tables().compare(&Compare { serving, verifying, table: shape, rows }).await.unwrap()
}

/// All pairs that differ, and how many rows were looked at.
async fn differing(fixture: &Fixture, shape: &TableShape) -> (Vec<Value>, u64) {
    let (mut pairs, mut rows, mut first) = (Vec::new(), 0, None);
    loop {
        let compared = compare(fixture, shape, CompareRows::Behind(first)).await;
        rows += compared.rows;
        pairs.extend(serde_json::from_str::<Vec<Value>>(&compared.pairs).unwrap());
        first = compared.last;
        if first.is_none() {
            return (pairs, rows);
        }
    }
}

/// The same rows on both sides, one of them at other positions.
async fn both(fixture: &Fixture, rows: &[Wide]) -> TableShape {
    let shape = Wide::shape();
    let mut served = fixture.filling(&shape).await;
    served.put(3, rows).await;
    served.serve().await;
    let mut made = fixture.filling(&shape).await;
    made.put(5, rows).await;
    shape
}

async fn what_is_the_same_is_not_told(fixture: Fixture) {
    let rows = [full("a"), Wide::of("b"), Wide { tenant: "t".to_owned(), ..full("a") }];
    let shape = both(&fixture, &rows).await;
    assert_eq!(differing(&fixture, &shape).await, (Vec::new(), 3));
    let compared = compare(&fixture, &shape, CompareRows::Behind(None)).await;
    assert_eq!((compared.serves, compared.last), (true, None));
    let mut positions = compared.positions;
    positions.sort_unstable();
    assert_eq!(positions, [(0, 3), (1, 3), (2, 3), (3, 3)]);
    let key = |number| GenerationKey { projection: shape.name.clone(), number };
    let turned = Compare { serving: &key(2), verifying: &key(1), table: &shape, rows: CompareRows::Behind(None) };
    assert!(!fixture.tables().compare(&turned).await.unwrap().serves, "the second one does not serve");
}

async fn each_cell_is_compared(fixture: Fixture) {
    let shape = both(&fixture, &[full("a"), Wide::of("b")]).await;
    let columns = ["flag", "integer", "unsigned", "decimal", "text", "uuid", "time", "date", "select"];
    for column in columns.iter().copied().chain(["cqrs_sequence", "cqrs_partition"]) {
        let (name, of) = (format!("\"{column}\""), if column.starts_with("cqrs") { "0" } else { "NULL" });
        fixture.database.execute("CREATE TABLE saved AS SELECT * FROM wide_g1").await;
        fixture.database.execute(&format!("UPDATE wide_g1 SET {name} = {of} WHERE id = 'a'")).await;
        let (pairs, rows) = differing(&fixture, &shape).await;
        assert_eq!((pairs.len(), rows), (1, 2), "{column}: {pairs:?}");
        assert_eq!(pairs[0][0], json!(["", "a"]), "{column}");
        let back = format!("UPDATE wide_g1 SET {name} = (SELECT {name} FROM saved s WHERE s.id = wide_g1.id)");
        fixture.database.execute(&back).await;
        fixture.database.execute("DROP TABLE saved").await;
        assert_eq!(differing(&fixture, &shape).await.0, Vec::<Value>::new(), "{column}");
    }
    fixture.database.execute("UPDATE wide_g1 SET cqrs_position = 1, text = 'b' WHERE id = 'b'").await;
    let (pairs, _) = differing(&fixture, &shape).await;
    assert_eq!(pairs.len(), 1);
    let (stored, expected) = (&pairs[0][1], &pairs[0][2]);
    assert_eq!((&stored[2], &stored[8], &expected[2], &expected[8]), (&json!(1), &json!("b"), &json!(5), &Value::Null));
}

async fn rows_of_one_side_alone_are_told(fixture: Fixture) {
    let shape = both(&fixture, &[full("a"), full("b"), full("c")]).await;
    fixture.database.execute("DELETE FROM wide_g1 WHERE id = 'a'").await;
    fixture.database.execute("DELETE FROM wide_g2 WHERE id = 'c'").await;
    let (mut pairs, rows) = differing(&fixture, &shape).await;
    pairs.sort_by_key(|pair| pair[0][1].to_string());
    assert_eq!((pairs.len(), rows), (2, 2));
    assert_eq!((&pairs[0][0][1], pairs[0][1][2].is_null(), pairs[0][2][2].is_null()), (&json!("a"), true, false));
    assert_eq!((&pairs[1][0][1], pairs[1][1][2].is_null(), pairs[1][2][2].is_null()), (&json!("c"), false, true));
    fixture.database.execute("DELETE FROM wide_g2").await;
    assert_eq!(differing(&fixture, &shape).await.0.len(), 2);
    fixture.database.execute("DELETE FROM wide_g1").await;
    assert_eq!(differing(&fixture, &shape).await, (Vec::new(), 0));
}

async fn rows_of_keys_are_told_whether_they_differ_or_not(fixture: Fixture) {
    let shape = both(&fixture, &[full("a"), full("b"), full("c")]).await;
    fixture.database.execute("DELETE FROM wide_g2 WHERE id = 'b'").await;
    let keys = json!([["", "a"], ["", "b"], ["", "z"], ["t", "c"]]).to_string();
    let compared = compare(&fixture, &shape, CompareRows::Keys(keys)).await;
    let mut pairs: Vec<Value> = serde_json::from_str(&compared.pairs).unwrap();
    pairs.sort_by_key(|pair| pair[0][1].to_string());
    assert_eq!(pairs.iter().map(|pair| &pair[0][1]).collect::<Vec<_>>(), [&json!("a"), &json!("b")]);
    assert_eq!((&pairs[0][1][3], &pairs[0][2][3], &pairs[1][2][3]), (&json!("a"), &json!("a"), &Value::Null));
    assert_eq!((compared.last, pairs[0][2].as_array().unwrap().len()), (None, 13));
}

/// More rows than are compared at once, on one side or both.
async fn keys_of_several_columns_are_gone_through_in_order(fixture: Fixture) {
    let key = [("text", ColumnType::Text), ("number", ColumnType::Integer), ("amount", ColumnType::Decimal)];
    let mut columns: Vec<_> = key.iter().map(|(name, ty)| column(name, *ty, false)).collect();
    columns.push(column("value", ColumnType::Integer, true));
    let shape = TableShape { name: "several".to_owned(), columns, key: vec![0, 1, 2], indices: Vec::new() };
    for side in 0..2 {
        let mut filling = fixture.fill(&shape, &fixture.create(&shape).await, side + 1).await;
        let amount = |number: u16| match fixture.tables().numbers() {
            cqrs_runtime::column::Numbers::Exact => json!("0.5"),
            cqrs_runtime::column::Numbers::AsTexts => json!(format!("101.{number:05}")),
        };
        let row = |number: u16| {
            let (tenant, text) =
                (["", "t"][usize::from(number.is_multiple_of(2))], ["ä", "\"", "z"][usize::from(number % 3)]);
            json!([tenant, 4, 1, text, i32::from(number) - 3_000, amount(number), number])
        };
        let all: Vec<_> = (0..5_000).map(row).collect();
        filling.write(1, Value::from(all).to_string(), "[]".to_owned()).await.unwrap();
        if side == 0 {
            filling.serve().await;
        }
    }
    assert_eq!(differing(&fixture, &shape).await, (Vec::new(), 5_000));
    fixture.database.execute("UPDATE several_g1 SET value = -1 WHERE number = 500").await;
    fixture.database.execute("DELETE FROM several_g1 WHERE number > 1900 OR number = -7").await;
    fixture.database.execute("DELETE FROM several_g2 WHERE number < -2000 OR number = -9").await;
    let (pairs, rows) = differing(&fixture, &shape).await;
    assert_eq!((pairs.len(), rows), (1 + 99 + 1 + 1_000 + 1, 5_000 - 100));
    let told: Vec<_> = pairs.iter().map(|pair| pair[0].to_string()).collect();
    assert_eq!(told.iter().collect::<std::collections::HashSet<_>>().len(), told.len(), "each once");
}
