//! What no row is, is an error that names the column, and never taken for absent.

use cqrs_runtime::backend::sea_orm::ViewRow;
use cqrs_runtime::column::ColumnType;
use cqrs_runtime::prelude::*;
use sea_orm::{DbBackend, DbErr, RuntimeErr, SqlxError};

use super::Fixture;
use super::model::Shown;
use crate::database::{Database, on_both};

on_both! {
    by(super::super::Fixture::of)
    a_column_that_is_missing_is_named
    a_column_that_must_not_be_null_is_named
    a_column_of_another_type_is_named
    a_field_whose_value_is_none_is_named
}

/// Row 2, in which some columns are others, if they are anything.
async fn with(fixture: &Fixture, others: &[(&str, Option<&str>)]) -> Result<(), DbErr> {
    let columns =
        Shown::TABLE.columns().filter_map(|(name, ..)| match others.iter().find(|(other, _)| *other == name) {
            Some((_, Some(value))) => Some(format!("{value} AS \"{name}\"")),
            Some((_, None)) => None,
            None => Some(format!("\"{name}\"")),
        });
    let columns: Vec<_> = columns.collect();
    let sql = format!("SELECT {} FROM shown", columns.join(", "));
    let one = fixture.read::<ViewRow<Shown>>(&sql).await.map(|rows| assert_eq!(rows.len(), 1));
    let optional = fixture.read::<Option<ViewRow<Shown>>>(&sql).await.map(|rows| assert!(rows[0].is_some()));
    assert_eq!(one, optional);
    one
}

async fn filled(fixture: &Fixture) {
    fixture.open("", "2").await;
    fixture.projected::<Shown>().await;
    with(fixture, &[]).await.unwrap();
}

async fn a_column_that_is_missing_is_named(fixture: Fixture) {
    filled(&fixture).await;
    for (name, ..) in Shown::TABLE.columns() {
        match with(&fixture, &[(&name, None)]).await.unwrap_err() {
            DbErr::Query(RuntimeErr::SqlxError(error)) => {
                assert!(matches!(&*error, SqlxError::ColumnNotFound(column) if *column == name), "{error}");
            }
            error => panic!("{error:?}"),
        }
    }
}

async fn a_column_that_must_not_be_null_is_named(fixture: Fixture) {
    filled(&fixture).await;
    for (name, _, optional) in Shown::TABLE.columns() {
        let read = with(&fixture, &[(&name, Some("NULL"))]).await;
        // What may be absent as a whole is not absent in part.
        if optional && !matches!(&*name, "limit_amount" | "price_amount") {
            read.unwrap();
        } else if let Err(error) = &read {
            assert!(matches!(error, DbErr::Type(_)) && error.to_string().contains(&format!("`{name}`")), "{error}");
        } else {
            panic!("`{name}` is NULL, and the row is read");
        }
    }
}

async fn a_column_of_another_type_is_named(fixture: Fixture) {
    filled(&fixture).await;
    for (name, ty, _) in Shown::TABLE.columns() {
        let other = match ty {
            ColumnType::Text => "CAST(7 AS bigint)",
            _ => "CAST('seven' AS text)",
        };
        let error = with(&fixture, &[(&name, Some(other))]).await.unwrap_err();
        assert!(matches!(error, DbErr::Query(_) | DbErr::Type(_)) && error.to_string().contains(&name), "{error}");
    }
}

async fn a_field_whose_value_is_none_is_named(fixture: Fixture) {
    filled(&fixture).await;
    let cast = |text: &str, ty: ColumnType| match (fixture.orm.get_database_backend(), ty) {
        (DbBackend::Sqlite, _) => format!("'{text}'"),
        (_, ColumnType::Document) => format!("CAST('{text}' AS json)"),
        _ => format!("CAST('{text}' AS text)"),
    };
    for (column, wrong) in [
        ("small", "CAST(128 AS bigint)".to_owned()),
        ("status", cast("NONE", ColumnType::Text)),
        ("code", cast("", ColumnType::Text)),
        ("note", cast("{\"Text\":7}", ColumnType::Document)),
        ("noted_notes", cast("7", ColumnType::Document)),
    ] {
        let error = with(&fixture, &[(column, Some(&wrong))]).await.unwrap_err();
        let named = matches!(&error, DbErr::Type(text) if text.contains(&format!("`{column}`")));
        assert!(named && error.to_string().contains("a cell can't be read"), "{error}");
    }
}

/// The server can hold them, and no program can have given them.
#[tokio::test]
async fn what_is_not_finite_is_named() {
    let fixture = Fixture::of(Database::postgres().await).await;
    filled(&fixture).await;
    for (column, ty, texts) in [
        ("decimal", "numeric", &["NaN", "infinity", "-infinity"][..]),
        ("unsigned", "numeric", &["NaN", "-1", "18446744073709551616", "0.5"]),
        ("time", "timestamptz", &["infinity", "-infinity", "294276-12-31"]),
        ("day", "date", &["infinity", "-infinity", "5874897-12-31"]),
    ] {
        for text in texts {
            let value = format!("CAST('{text}' AS {ty})");
            let error = with(&fixture, &[(column, Some(&value))]).await.unwrap_err();
            assert!(error.to_string().contains(column), "{text}: {error}");
        }
    }
}

/// SeaORM's own reading of a time takes seconds for one.
#[tokio::test]
async fn a_time_that_is_a_number_is_none() {
    let fixture = Fixture::of(Database::sqlite()).await;
    filled(&fixture).await;
    let error = with(&fixture, &[("time", Some("7"))]).await.unwrap_err();
    assert!(error.to_string().contains("\"time\""), "{error}");
}
