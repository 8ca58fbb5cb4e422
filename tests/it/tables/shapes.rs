//! Tables of many columns, and of names that mean something else.

use cqrs_runtime::column::{ColumnType, RowWriter};
use cqrs_runtime::store::{TableShape, Wanted};
use serde_json::Value;

use super::{Fixture, column};
use crate::database::on_both;

on_both! {
    by(super::super::Fixture::of)
    a_row_of_very_many_columns_is_kept
    keys_of_several_columns
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

async fn a_row_of_very_many_columns_is_kept(fixture: Fixture) {
    let columns: Vec<_> = (0..250).map(|index| column(&format!("c{index}"), ColumnType::Text, false)).collect();
    let shape = TableShape { name: "many".to_owned(), columns, key: vec![0], indices: vec![vec![249]] };
    let mut filling = fixture.filling(&shape).await;
    let cells: Vec<_> = (0..250).map(|index| format!("\"v{index}\"")).collect();
    let upserts = format!("[[\"\",1,2,{}]]", cells.join(","));
    filling.write(3, upserts, "[]".to_owned()).await.unwrap();
    filling.serve().await;
    let selected = fixture.all(&shape).await;
    let found = json(&selected.rows);
    assert_eq!(found, json(&format!("[[{}]]", cells.join(","))));
    let loaded = Wanted { keys: Some(r#"[["","v0"]]"#.to_owned()), values: Vec::new() };
    let page = fixture.tables().load(&filling.shape, &loaded).await.unwrap();
    let found = json(&page);
    assert_eq!(found, json(&format!("[[\"\",1,2,{}]]", cells.join(","))));
}

/// Of a key with quotes in its names, too.
async fn keys_of_several_columns(fixture: Fixture) {
    let columns = vec![
        column("value", ColumnType::Integer, true),
        column("day", ColumnType::Date, false),
        column("it's \"r\"", ColumnType::Unsigned, false),
    ];
    let shape = TableShape { name: "order".to_owned(), columns, key: vec![2, 1], indices: vec![vec![0, 2]] };
    let mut filling = fixture.filling(&shape).await;
    let number = |number: u64| {
        let mut writer = RowWriter::new(fixture.tables().numbers());
        writer.row(|cells| cells.put(&number)).unwrap();
        let cells = writer.finish();
        cells[2..cells.len() - 2].to_owned()
    };
    let (one, ten) = (number(1), number(10));
    let row = |value: &str, day: &str, number: &str| format!("[\"\",1,2,{value},\"{day}\",{number}]");
    let rows = [row("5", "2026-01-02", &ten), row("null", "2026-01-01", &ten), row("7", "2026-01-03", &one)];
    filling.serve().await;
    filling.write(3, format!("[{}]", rows.join(",")), "[]".to_owned()).await.unwrap();
    filling.write(4, format!("[{}]", row("6", "2026-01-02", &ten)), "[]".to_owned()).await.unwrap();
    filling.write(5, "[]".to_owned(), format!("[[\"\",1,5,{ten},\"2026-01-01\"]]")).await.unwrap();
    let selected = fixture.all(&shape).await;
    let found = json(&selected.rows);
    let expected = format!("[[7,\"2026-01-03\",{one}],[6,\"2026-01-02\",{ten}]]");
    assert_eq!(found, json(&expected));
    let wanted = Wanted { keys: Some(format!("[[\"\",{ten},\"2026-01-02\"]]")), values: Vec::new() };
    let page = fixture.tables().load(&filling.shape, &wanted).await.unwrap();
    let found = json(&page);
    assert_eq!(found, json(&format!("[{}]", row("6", "2026-01-02", &ten))));
    let told = format!("cqrs_changes WHERE position = 5 AND keys = '[[\"\",{ten},\"2026-01-01\"]]'");
    assert_eq!(fixture.database.count(&told).await, 1);
}
