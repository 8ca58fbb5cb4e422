//! What is ordered in Rust is ordered the same in the database: integers by their value, texts by their bytes.

use std::cmp::Ordering;

use cqrs_runtime::column::{Numbers, settle};
use cqrs_runtime::prelude::*;
use proptest::prelude::*;
use serde::de::DeserializeOwned;

use super::types::*;
use super::{NUMBERS, written};

/// The cells of a value.
fn cells<T: Value + Serialize>(value: &T, numbers: Numbers) -> Vec<serde_json::Value> {
    let page = written(value, numbers).expect("it can be written");
    let [row] = serde_json::from_str(&page).expect("a page is JSON");
    row
}

/// Compares as the databases do.
fn compare(left: &serde_json::Value, right: &serde_json::Value) -> Ordering {
    use serde_json::Value::{Bool, Null, Number, String};
    match (left, right) {
        (Null, other) | (other, Null) if other.is_null() => Ordering::Equal,
        (Null, _) => Ordering::Less,
        (_, Null) => Ordering::Greater,
        (Bool(left), Bool(right)) => left.cmp(right),
        (Number(left), Number(right)) => left.as_i64().expect("an integer").cmp(&right.as_i64().expect("an integer")),
        (String(left), String(right)) => left.as_bytes().cmp(right.as_bytes()),
        other => panic!("cells of one column are of one type: {other:?}"),
    }
}

fn check<T: Value + Serialize + DeserializeOwned + Ord + 'static>(mut left: T, mut right: T, numbers: &[Numbers]) {
    settle(&mut left).expect("it can be stored");
    settle(&mut right).expect("it can be stored");
    for numbers in numbers {
        let (a, b) = (cells(&left, *numbers), cells(&right, *numbers));
        let ordering = a.iter().zip(&b).map(|(a, b)| compare(a, b)).find(|ordering| ordering.is_ne());
        assert_eq!(ordering.unwrap_or(Ordering::Equal), left.cmp(&right), "{a:?} {b:?}");
    }
}

macro_rules! sorts {
    ($($name:ident: $strategy:expr, $numbers:expr;)+) => { proptest! { $(
        #[test]
        fn $name(left in $strategy, right in $strategy) {
            check(Some(left.clone()), None, &$numbers);
            check(Some(left.clone()), Some(right.clone()), &$numbers);
            check(left.clone(), left.clone(), &$numbers);
            check(left, right, &$numbers);
        }
    )+ } };
}

// Where the database has exact numbers, it makes numbers of what is a text on its way there.
const AS_TEXTS: [Numbers; 1] = [Numbers::AsTexts];

sorts! {
    bools: any::<bool>(), NUMBERS;
    integers_of_8_bits: any::<i8>(), NUMBERS;
    integers_of_64_bits: any::<i64>(), NUMBERS;
    unsigned_integers_of_32_bits: any::<u32>(), NUMBERS;
    unsigned_integers_of_64_bits: prop_oneof![any::<u64>(), 0_u64..200], AS_TEXTS;
    decimals: decimal(), AS_TEXTS;
    texts: text(), NUMBERS;
    uuids: prop_oneof![uuid(), (0_u128..1000).prop_map(Uuid::from_u128)], NUMBERS;
    times: time(), NUMBERS;
    dates: date(), NUMBERS;
    ids_of_uuids: uuid().prop_map(RowId), NUMBERS;
    ids_of_texts: code(), NUMBERS;
    ids_of_integers: any::<i32>().prop_map(Seat), NUMBERS;
    ids_of_large_integers: any::<u64>().prop_map(Ticket), AS_TEXTS;
    structs_with_columns: (money(), any::<bool>()).prop_map(|(money, same)| InOrder::of(money, same)), AS_TEXTS;
}

/// A struct that is ordered in Rust field by field.
#[derive(Value, Eq, PartialOrd, Ord)]
#[value(columns)]
struct InOrder {
    amount: Decimal,
    currency: Option<String>,
    at: Option<DateTime<Utc>>,
}

impl InOrder {
    /// Many of them with the same amount, so that what is behind it counts.
    fn of(Money { amount, currency, at }: Money, same: bool) -> Self {
        Self { amount: if same { Decimal::ONE } else { amount }, currency, at }
    }
}

#[test]
fn decimals_that_begin_alike() {
    let texts = ["-100", "-10.01", "-10", "-9.99", "-1.5", "-1.25", "-1.2", "-1", "-0.5", "-0.05", "0", "0.05", "0.5"];
    let texts = texts.into_iter().chain(["1", "1.2", "1.25", "1.5", "9.99", "10", "10.01", "100"]);
    let decimals: Vec<Decimal> = texts.map(|text| text.parse().expect("a decimal")).collect();
    for (left, right) in decimals.iter().flat_map(|left| decimals.iter().map(move |right| (*left, *right))) {
        check(left, right, &AS_TEXTS);
    }
}
