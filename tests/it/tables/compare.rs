//! Two generations are held against each other.

use chrono::{DateTime, NaiveDate};
use cqrs_runtime::column::ColumnType;
use cqrs_runtime::store::{Compare, CompareRows, Compared, GenerationKey, TableShape};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use super::wide::Wide;
use super::{Fixture, column};
use crate::database::on_both;

on_both! {
    by(super::super::Fixture::of)
    what_is_the_same_is_not_told
    each_cell_is_compared
    rows_of_one_side_alone_are_told
    rows_of_keys_are_told_whether_they_differ_or_not
    keys_of_several_columns_are_gone_through_in_order
    long_rows_are_told_few_at_once
    what_is_parked_on_one_side_alone_is_told
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
    let at_once = Compare::ROWS;
    fixture.tables().compare(&Compare { serving, verifying, table: shape, rows, at_once }).await.unwrap()
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
    let id = Uuid::from_u128(3);
    assert_eq!(positions, [(0, 3, id), (1, 3, id), (2, 3, id), (3, 3, id)]);
    let key = |number| GenerationKey { projection: shape.name.clone(), number };
    let (serving, verifying, rows, at_once) = (&key(2), &key(1), CompareRows::Behind(None), Compare::ROWS);
    let turned = Compare { serving, verifying, table: &shape, rows, at_once };
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

/// Each of them differs, and one of them is longer than what is told at once.
async fn long_rows_are_told_few_at_once(fixture: Fixture) {
    const MOST: usize = 8 << 20;
    let long = |id: usize, letter: &str| {
        let length = if id == 20 { MOST } else { 1 << 20 };
        Wide { text: Some(letter.repeat(length / 2)), ..Wide::of(format!("{id:02}")) }
    };
    let shape = TableShape { indices: Vec::new(), ..Wide::shape() };
    for (position, letter) in [(3, "ä"), (5, "ö")] {
        let mut filling = fixture.filling(&shape).await;
        for step in 0..6_u8 {
            let rows: Vec<_> = (step * 5..step * 5 + 5).map(|id| long(id.into(), letter)).collect();
            filling.put(position + 10 * u64::from(step), &rows).await;
        }
        if position == 3 {
            filling.serve().await;
        }
    }
    let key = |number| GenerationKey { projection: shape.name.clone(), number };
    let (serving, verifying, mut at_once, mut first) = (&key(1), &key(2), Compare::ROWS, None);
    let (mut told, mut rows) = (Vec::new(), 0);
    loop {
        let compare = Compare { serving, verifying, table: &shape, rows: CompareRows::Behind(first), at_once };
        let compared = fixture.tables().compare(&compare).await.unwrap();
        let pairs: Vec<Value> = serde_json::from_str(&compared.pairs).unwrap();
        assert!(compared.pairs.len() <= MOST || pairs.len() == 1, "{} bytes", compared.pairs.len());
        told.extend(pairs.iter().map(|pair| pair[0][1].as_str().unwrap().to_owned()));
        rows += compared.rows;
        (first, at_once) = (compared.last, compared.at_once * 2);
        if first.is_none() {
            break;
        }
    }
    assert_eq!((told, rows), ((0..30).map(|id| format!("{id:02}")).collect(), 30));
}

async fn what_is_parked_on_one_side_alone_is_told(fixture: Fixture) {
    let shape = both(&fixture, &[full("a")]).await;
    let compared = compare(&fixture, &shape, CompareRows::Behind(None)).await;
    assert_eq!(compared.letters, []);
    for (name, position, sequence) in
        [("wide@1", 1, 8), ("wide@1", 2, 8), ("wide@1", 4, 8), ("wide@2", 4, 8), ("wide@2", 2, 9), ("wide@3", 3, 8)]
    {
        let letter = format!(
            "INSERT INTO cqrs_dead_letters (name, position, sequence, sequence_key, tenant, stream_type, stream_id, version,
                event_name, schema_version, error, attempts, parked_at)
            SELECT '{name}', {position}, {sequence}, 'a', '', 'b', 'c', 1, 'd', 1, '', 0, created_at
            FROM cqrs_generations WHERE number = 1"
        );
        fixture.database.execute(&letter).await;
    }
    let mut compared = compare(&fixture, &shape, CompareRows::Keys("[]".to_owned())).await;
    compared.letters.sort_unstable_by_key(|letter| (letter.position, letter.sequence));
    let told: Vec<_> =
        compared.letters.iter().map(|letter| (letter.position, letter.sequence, letter.is_served)).collect();
    assert_eq!(told, [(1, 8, true), (2, 8, true), (2, 9, false)], "the second is parked in two sequences");
}
