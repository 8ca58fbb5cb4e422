use std::collections::BTreeMap;

use serde::Serialize;

use super::{EncodeError, document, encode};

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Newtype<T>(T);

#[derive(Serialize)]
enum Choice {
    Plain,
    Rate(f64),
    Pair(f32, f64),
    Rates { first: f64, others: BTreeMap<u8, Vec<f64>> },
}

#[derive(Serialize)]
struct Whole<T> {
    amount: i64,
    part: T,
}

/// What is said of a value that would be lost, as an event and as a command's document.
fn refused<T: Serialize>(part: T) -> String {
    let whole = Whole { amount: 1, part };
    let said = encode(&whole).expect_err("it would be lost").to_string();
    assert_eq!(document(&whole).expect_err("it would be lost").to_string(), said);
    said
}

#[test]
fn what_json_can_tell_is_written_as_serde_json_writes_it() {
    #[derive(Serialize)]
    struct All(Option<()>, (), Unit, Option<Newtype<Option<i8>>>, [Choice; 4], u128, i128, char, BTreeMap<bool, f32>);
    let rates = Choice::Rates { first: -0.0, others: BTreeMap::from([(3, vec![0.1])]) };
    let choices = [Choice::Plain, Choice::Rate(1.5), Choice::Pair(0.1, 1e300), rates];
    let keyed = BTreeMap::from([(true, f32::MIN_POSITIVE)]);
    let all = All(None, (), Unit, Some(Newtype(Some(-1))), choices, u128::MAX, i128::MIN, '\u{7f}', keyed);
    assert_eq!(encode(&all).expect("it can be told"), serde_json::to_string(&all).expect("it can be told"));
}

#[test]
fn a_float_without_a_form_is_refused_where_it_stands() {
    assert_eq!(encode(&f64::NAN).unwrap_err().to_string(), "the value is NaN, for which JSON has no form");
    assert_eq!(refused(f32::INFINITY), "`part` is inf, for which JSON has no form");
    assert_eq!(refused([0.0, f64::NEG_INFINITY]), "`part[1]` is -inf, for which JSON has no form");
    assert_eq!(refused(Some(Newtype(Choice::Rate(f64::NAN)))), "`part.Rate` is NaN, for which JSON has no form");
    assert_eq!(refused(Choice::Pair(1.0, f64::NAN)), "`part.Pair[1]` is NaN, for which JSON has no form");
    let others = BTreeMap::from([(1, vec![]), (7, vec![0.0, f64::NAN])]);
    let rates = Choice::Rates { first: 0.0, others };
    assert_eq!(refused(rates), "`part.Rates.others[7][1]` is NaN, for which JSON has no form");
}

#[test]
fn what_holds_nothing_is_refused_where_it_would_be_absent() {
    let said = "`part` is there but holds nothing, and would be read again as absent";
    assert_eq!(refused(Some(None::<i8>)), said);
    assert_eq!(refused(Some(())), said);
    assert_eq!(refused(Some(Unit)), said);
    assert_eq!(refused(Some(Newtype(None::<i8>))), said);
    assert_eq!(refused(Some(serde_json::Value::Null)), said);
    assert_eq!(refused(Newtype(Some(Box::new(None::<i8>)))), said);
}

#[test]
fn what_refuses_itself_is_refused_where_it_stands() {
    let error = encode(&Whole { amount: 1, part: BTreeMap::from([((1, 2), 3)]) }).expect_err("a pair is no key");
    assert!(matches!(error, EncodeError::Refused { .. }), "{error:?}");
    assert!(error.to_string().starts_with("`part"), "{error}");
}
