use std::fs;

use super::entries::Subject;
use super::*;
use crate::schema::{Definition, EventSchema, Field, Shape};

fn event(name: &'static str, version: u32, fields: &[(&'static str, Shape)]) -> EventSchema {
    EventSchema { name, version, definition: record(fields) }
}

fn record(fields: &[(&'static str, Shape)]) -> Definition {
    Definition::Record(fields.iter().map(|(name, shape)| Field { name, shape: shape.clone() }).collect())
}

fn currencies(variants: &[&'static str]) -> Definition {
    Definition::Choice(variants.iter().map(|name| (*name, None)).collect())
}

fn bank(events: Vec<EventSchema>, state: (u32, Definition), currency: &Definition) -> SchemaLock {
    let mut lock = SchemaLock::default();
    lock.shapes.define("Currency", |_| currency.clone());
    let schema = AggregateSchema { stream_type: "Account", events, state: Some(state) };
    lock.aggregates.insert("Account", Added { aggregate: "bank::Account", schema });
    lock
}

fn deposited(version: u32, amount: &'static str) -> EventSchema {
    event("MoneyDeposited", version, &[("amount", Shape::Scalar(amount)), ("currency", Shape::Named("Currency"))])
}

fn balance(version: u32, shape: &'static str) -> (u32, Definition) {
    (version, record(&[("balance", Shape::Scalar(shape))]))
}

/// Records `before`, checks `after`, and gives what the check says, without the path.
fn said(before: &SchemaLock, after: &SchemaLock, update: bool) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("schema.lock");
    check(before, &path, true).expect("the first shapes are recorded");
    let recorded = fs::read_to_string(&path).expect("the file is written");
    let said = check(after, &path, update).map_or_else(|error| error.to_string(), |()| "fine".to_owned());
    if said != "fine" {
        assert_eq!(fs::read_to_string(&path).expect("the file is there"), recorded, "a failed check writes nothing");
    }
    said.replace(&path.display().to_string(), "schema.lock")
}

#[test]
fn the_same_shapes_are_fine() {
    let usd = currencies(&["USD", "EUR"]);
    let lock = bank(vec![deposited(1, "i64")], balance(1, "i64"), &usd);
    assert_eq!(said(&lock, &lock, false), "fine");
}

#[test]
fn a_changed_event_needs_a_new_version_even_when_updating() {
    let usd = currencies(&["USD", "EUR"]);
    let before = bank(vec![deposited(1, "i64")], balance(1, "i64"), &usd);
    let after = bank(vec![deposited(1, "text")], balance(1, "i64"), &usd);
    insta::assert_snapshot!(said(&before, &after, true));
    let versioned = bank(vec![deposited(1, "i64"), deposited(2, "text")], balance(1, "i64"), &usd);
    insta::assert_snapshot!(said(&before, &versioned, false));
    assert_eq!(said(&before, &versioned, true), "fine");
}

#[test]
fn a_changed_state_needs_a_new_version() {
    let usd = currencies(&["USD", "EUR"]);
    let before = bank(vec![deposited(1, "i64")], balance(1, "i64"), &usd);
    insta::assert_snapshot!(said(&before, &bank(vec![deposited(1, "i64")], balance(1, "text"), &usd), true));
    assert_eq!(said(&before, &bank(vec![deposited(1, "i64")], balance(2, "text"), &usd), true), "fine");
}

#[test]
fn a_changed_value_names_what_is_made_of_it_and_new_variants_are_recorded() {
    let before = bank(vec![deposited(1, "i64")], balance(1, "i64"), &currencies(&["USD", "EUR"]));
    let with = |variants: &[&'static str]| bank(vec![deposited(1, "i64")], balance(1, "i64"), &currencies(variants));
    insta::assert_snapshot!(said(&before, &with(&["USD"]), true));
    insta::assert_snapshot!(said(&before, &with(&["USD", "EUR", "JPY"]), false));
    assert_eq!(said(&before, &with(&["USD", "EUR", "JPY"]), true), "fine");
}

#[test]
fn a_vanished_event_is_an_error() {
    let usd = currencies(&["USD", "EUR"]);
    let before = bank(vec![deposited(1, "i64")], balance(1, "i64"), &usd);
    insta::assert_snapshot!(said(&before, &bank(Vec::new(), balance(1, "i64"), &usd), true));
}

#[test]
fn the_order_of_fields_and_variants_is_no_change() {
    let fields = |order: [usize; 2]| {
        let fields = [("amount", Shape::Scalar("i64")), ("currency", Shape::Named("Currency"))];
        order.map(|index| fields[index].clone())
    };
    let lock = |order, currencies: &[&'static str]| {
        let events = vec![event("MoneyDeposited", 1, &fields(order))];
        bank(events, (1, record(&fields(order))), &self::currencies(currencies))
    };
    assert_eq!(said(&lock([0, 1], &["USD", "EUR"]), &lock([1, 0], &["EUR", "USD"]), false), "fine");
}

#[test]
fn an_enum_of_one_variant_may_grow_and_another_value_may_not_become_one() {
    let lock = |value: &Definition| bank(vec![deposited(1, "i64")], balance(1, "i64"), value);
    let before = lock(&currencies(&["USD"]));
    insta::assert_snapshot!(said(&before, &lock(&currencies(&["EUR", "USD"])), false));
    assert_eq!(said(&before, &lock(&currencies(&["EUR", "USD"])), true), "fine");
    let text = lock(&Definition::Alias(Shape::Scalar("text")));
    let refused = said(&text, &lock(&currencies(&["text", "USD"])), true);
    assert!(refused.contains("value `Currency` has changed"), "{refused}");
}

#[test]
fn names_of_any_kind_are_read_back() {
    for name in ["Money Deposited", "=", "\"", "a \"b\" \\", "Money = 1", "#", "Größe", "bank.deposited/2", "a:b"] {
        let events = || vec![event(name, 1, &[(name, Shape::Scalar("i64"))])];
        let mut lock = bank(events(), balance(1, "i64"), &Definition::Choice(vec![(name, None), ("b", None)]));
        lock.shapes.define(name, |_| currencies(&["a", "b"]));
        lock.aggregates.insert(
            name,
            Added {
                aggregate: name,
                schema: AggregateSchema { stream_type: name, events: events(), state: Some(balance(1, "i64")) },
            },
        );
        assert_eq!(said(&lock, &lock, false), "fine", "{name}");
    }
}

#[test]
fn names_that_stood_without_quotes_are_still_read() {
    let entries = Entries::parse("event Bank:Account a:b 1 = {}\nvalue x\"y = text\n").expect("it is a lock file");
    let account = Subject::Event { aggregate: "Bank:Account".into(), name: "a:b".into(), version: 1 };
    assert!(entries.0.contains_key(&account) && entries.0.contains_key(&Subject::Value { name: "x\"y".into() }));
}

#[test]
fn a_file_that_is_not_a_lock_is_refused_at_its_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("schema.lock");
    fs::write(&path, "# fine\nevent Account\n").expect("the file can be written");
    let error = check(&SchemaLock::default(), &path, true).expect_err("the file is malformed");
    assert!(matches!(error, SchemaLockError::Malformed { line: 2, .. }), "{error}");
}
