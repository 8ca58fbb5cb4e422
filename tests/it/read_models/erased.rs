//! A read model whichever it is: its rows, conditions and changes in stored JSON.

use cqrs_runtime::api::{ApiScalar, ApiType, ApiTypes, IntegerRange};
use cqrs_runtime::column::ColumnError;
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{AnyChange, AnyQuery, AnyReadModel, AnyRow, AnyRows, QueryError, ReadModels};
use cqrs_runtime::store::{Comparison, Condition, EventStore};
use cqrs_tests::shelf::{self, Contents, ItemTaken, Kind, Price, ShelfItem};
use futures_util::StreamExt;
use serde_json::{Value as Json, json};

use crate::database::{Database, on_both};
use crate::projecting::killed::LONG;

on_both! {
    rows_have_the_fields_that_are_asked_for
    conditions_are_made_of_stored_values
    changes_are_told
}

const NOTE: usize = 3;
const STOCK: usize = 6;
const PRICE: usize = 8;
const OFFER: usize = 9;

fn price(cents: i64, currency: &str) -> Price {
    Price { amount: Decimal::new(cents, 2), currency: currency.to_owned() }
}

fn contents(shelf: i64, note: Option<&str>, stock: u64, price: Price, offer: Option<Price>) -> Contents {
    let note = note.map(str::to_owned);
    let (name, kind, sold, weight) = (format!("item {stock}"), Kind::Toy, None, None);
    Contents { shelf, name, note, kind, sold, stock, weight, price, offer, size: None }
}

async fn happens(read_models: &ReadModels, item: &str, happens: Result<&Contents, &ItemTaken>) {
    read_models.store().append(shelf::append("", item, happens).unwrap()).await.unwrap();
    read_models.catch_up(LONG).await.unwrap();
}

/// Three items on two shelves.
async fn filled(database: &Database) -> ReadModels {
    let read_models = shelf::read_models(EventStore::open(&database.url).await.unwrap());
    read_models.prepare().await.unwrap();
    happens(&read_models, "a", Ok(&contents(1, None, 7, price(1_50, "CHF"), None))).await;
    happens(
        &read_models,
        "b",
        Ok(&contents(1, Some("50 % off"), u64::MAX, price(1_50, "EUR"), Some(price(75, "EUR")))),
    )
    .await;
    happens(&read_models, "c", Ok(&contents(2, Some("new"), 0, price(9, "EUR"), None))).await;
    read_models
}

async fn rows(model: &AnyReadModel, condition: Condition, fields: &[usize]) -> AnyRows {
    let order: Vec<_> = model.order(STOCK, false).collect();
    let query =
        AnyQuery { tenant: "", fields, condition, order: &order, limit: 2, offset: 0, count: true, whole: false };
    model.rows(&query).await.unwrap()
}

fn values(rows: &[AnyRow]) -> Vec<Vec<Json>> {
    rows.iter().map(|row| row.values.clone()).collect()
}

async fn rows_have_the_fields_that_are_asked_for(database: Database) {
    let model = filled(&database).await.any::<ShelfItem>();
    let AnyRows { rows, count, position } = rows(&model, Condition::All(Vec::new()), &[STOCK, PRICE, 1, OFFER]).await;
    assert_eq!(
        values(&rows),
        [
            vec![json!(0), json!({"amount": "0.09", "currency": "EUR"}), json!("c"), Json::Null],
            vec![json!(7), json!({"amount": "1.5", "currency": "CHF"}), json!("a"), Json::Null],
        ]
    );
    assert_eq!((count, position), (Some(3), 3));
}

async fn conditions_are_made_of_stored_values(database: Database) {
    let model = filled(&database).await.any::<ShelfItem>();
    let found = async |condition: Result<Condition, QueryError>| {
        let found = rows(&model, condition.unwrap(), &[1]).await.rows;
        values(&found).concat().iter().map(|item| item.as_str().unwrap()).collect::<String>()
    };
    let chf = json!({"currency": "CHF", "amount": "1.50"});
    assert_eq!(found(model.equal(PRICE, &chf)).await, "a");
    assert_eq!(found(model.compare(PRICE, Comparison::Greater, &chf)).await, "b");
    assert_eq!(found(model.compare(PRICE, Comparison::LessOrEqual, &chf)).await, "ca");
    assert_eq!(found(model.is_in(PRICE, &[chf, json!({"amount": "0.09", "currency": "CHF"})])).await, "a");
    assert_eq!(found(model.is_in(NOTE, &[json!("new"), Json::Null])).await, "ca");
    assert_eq!(found(model.is_in(STOCK, &[json!(u64::MAX), json!(1)])).await, "b");
    assert_eq!(found(model.is_in(STOCK, &[])).await, "");
    assert_eq!(found(model.equal(OFFER, &Json::Null)).await, "ca");
    assert_eq!(found(Ok(model.absent(NOTE))).await, "a");
    assert_eq!(found(Ok(model.contains(NOTE, "% OFF".into(), true))).await, "b");
    assert_eq!(found(Ok(model.starts_with(NOTE, "n".into()))).await, "c");
    assert_eq!(found(model.of_key(&[json!(2), json!("c")])).await, "c");
    for refused in [
        model.equal(STOCK, &json!(-1)),
        model.equal(STOCK, &Json::Null),
        model.is_in(PRICE, &[json!({"amount": "1"})]),
        model.equal(NOTE, &json!("\0")),
        model.of_key(&[json!(2)]),
        model.equal(99, &json!(1)),
    ] {
        assert!(matches!(refused, Err(QueryError::Value { .. })), "{refused:?}");
    }
    let Err(QueryError::Value { field, source }) = model.equal(STOCK, &json!("7")) else { panic!("it is refused") };
    assert!(field == "stock" && matches!(source, ColumnError::NoValue(_)));
}

async fn changes_are_told(database: Database) {
    let read_models = filled(&database).await;
    let model = read_models.any::<ShelfItem>();
    let mut cheap = model.changes(
        "",
        model.compare(PRICE, Comparison::Less, &json!({"amount": "1", "currency": ""})).unwrap(),
        (&[STOCK], true),
    );
    assert!(matches!(cheap.next().await.unwrap().unwrap(), AnyChange::Reset));
    let key = |shelf: i64, item: &str| vec![json!(shelf), json!(item)];
    let AnyChange::Upsert { key: own, row, .. } = cheap.next().await.unwrap().unwrap() else { panic!("a row") };
    assert_eq!((own, row.values), (key(2, "c"), vec![json!(0)]));
    let whole = row.whole.unwrap();
    assert_eq!(whole.get::<ShelfItem>().map(|item| item.shelf), Some(2));
    assert!(whole.get::<String>().is_none());
    happens(&read_models, "c", Err(&ItemTaken { shelf: 2 })).await;
    let change = cheap.next().await.unwrap().unwrap();
    let AnyChange::Removed { key: left, position: 4 } = change else { panic!("{change:?}") };
    assert_eq!(left, key(2, "c"));
    let mut all = model.changes("", Condition::All(Vec::new()), (&[], false));
    assert!(matches!(all.next().await.unwrap().unwrap(), AnyChange::Reset));
    let another = shelf::read_models(EventStore::open(&database.url).await.unwrap());
    let unlisted = ReadModels::new(another.store().clone()).any::<ShelfItem>();
    let refused = unlisted.changes("", Condition::All(Vec::new()), (&[], false)).next().await.unwrap();
    assert!(matches!(refused, Err(QueryError::NotListed { table: "shelf_item" })), "{refused:?}");
}

/// What clients are told is no reason to build a read model anew.
mod told {
    use super::*;

    #[derive(ReadModel, Clone, Debug, PartialEq)]
    #[read_model(table = "one", plural = "many")]
    #[deprecated]
    struct One {
        #[read_model(key)]
        id: i64,
        #[deprecated(note = "ask for `id`")]
        text: Option<String>,
    }

    #[derive(ReadModel, Clone, Debug, PartialEq)]
    struct Other {
        #[read_model(key)]
        id: i64,
        text: Option<String>,
    }

    #[test]
    #[expect(deprecated, reason = "that is what is tested")]
    fn names_and_deprecations_are_told_and_change_no_fingerprint() {
        let (one, other) = (One::TABLE, Other::TABLE);
        assert_eq!((one.type_name, one.plural, one.deprecated), ("One", Some("many"), Some("")));
        assert_eq!((other.type_name, other.plural, other.deprecated), ("Other", None, None));
        assert_eq!(one.fields.iter().map(|field| field.deprecated).collect::<Vec<_>>(), [None, Some("ask for `id`")]);
        assert_eq!(one.fingerprint(), other.fingerprint());
        let mut types = ApiTypes::default();
        let told = one.fields.iter().map(|field| (field.api)(&mut types));
        let text = ApiType::Optional(Box::new(ApiType::Scalar(ApiScalar::String)));
        assert_eq!(told.collect::<Vec<_>>(), [ApiType::Scalar(ApiScalar::BigInt(IntegerRange::I64)), text]);
    }
}
