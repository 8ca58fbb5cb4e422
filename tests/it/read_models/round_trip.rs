//! What is written is read again as it was, but for what its column does not hold; that is taken off before.

use std::collections::BTreeMap;
use std::fmt::Debug;

use chrono::TimeDelta;
use cqrs_runtime::column::settle;
use cqrs_runtime::prelude::*;
use proptest::option;
use proptest::prelude::*;
use serde::de::DeserializeOwned;

use super::types::*;
use super::{NUMBERS, page, read, written};

#[expect(clippy::needless_pass_by_value, reason = "values are made where they are checked")]
#[expect(clippy::redundant_closure_for_method_calls, reason = "the lifetimes of the method are not general enough")]
fn check<T: Value + Serialize + DeserializeOwned + Clone + PartialEq + Debug + 'static>(value: T) {
    let mut settled = value.clone();
    settle(&mut settled).expect("it can be stored");
    let mut again = settled.clone();
    settle(&mut again).expect("it can be stored");
    assert_eq!(again, settled, "what has settled stays as it is");
    for numbers in NUMBERS {
        let page = written(&value, numbers).expect("it can be written");
        assert_eq!(read(&page, numbers, |row| row.take::<T>()), settled, "{page}");
        assert_eq!(
            written(&settled, numbers).expect("it can be written"),
            page,
            "what has settled is written the same"
        );
    }
}

macro_rules! round_trips {
    ($($name:ident: $strategy:expr;)+) => { proptest! { $(
        #[test]
        fn $name(value in $strategy, present in any::<bool>()) {
            check(present.then(|| value.clone()));
            check(vec![value.clone()]);
            check(value);
        }
    )+ } };
}

round_trips! {
    bools: any::<bool>();
    integers_of_8_bits: any::<i8>();
    integers_of_16_bits: any::<i16>();
    integers_of_32_bits: any::<i32>();
    integers_of_64_bits: any::<i64>();
    unsigned_integers_of_8_bits: any::<u8>();
    unsigned_integers_of_16_bits: any::<u16>();
    unsigned_integers_of_32_bits: any::<u32>();
    unsigned_integers_of_64_bits: any::<u64>();
    decimals: decimal();
    texts: text();
    uuids: uuid();
    times: time();
    dates: date();
    enums: status();
    ids_of_uuids: uuid().prop_map(RowId);
    ids_of_texts: code();
    ids_of_integers: any::<i32>().prop_map(Seat);
    ids_of_large_integers: any::<u64>().prop_map(Ticket);
    adapted_types: any::<i32>().prop_map(|seconds| Delay(TimeDelta::seconds(seconds.into())));
    structs_with_columns: money();
    structs_with_one_column: any::<u64>().prop_map(|stars| Rate { stars });
    structs_with_columns_that_hold_documents: noted();
    newtypes_of_structs_with_columns: money().prop_map(Price);
    boxes: decimal().prop_map(Box::new);
    documents: note();
    lists: proptest::collection::vec(decimal(), 0..4);
    maps: proptest::collection::btree_map(text(), any::<u64>(), 0..4);
    pairs: (any::<i64>(), text());
}

proptest! {
    #[test]
    fn newtypes_of_what_may_be_absent(label in option::of(text())) {
        check(Label(label));
    }

    #[test]
    fn rows(row in everything()) {
        let mut settled = row.clone();
        settled.settle().expect("it can be stored");
        for numbers in NUMBERS {
            let written = page(numbers, |cells| row.write(cells)).expect("it can be written");
            assert_eq!(read(&written, numbers, Everything::read), settled);
            let fields = page(numbers, |cells| {
                (0..Everything::TABLE.fields.len()).try_for_each(|field| row.write_field(field, cells))
            });
            assert_eq!(fields.expect("each field can be written"), written);
            let stored = page(numbers, |cells| {
                (0..Everything::TABLE.fields.len()).try_for_each(|field| {
                    Everything::write_value(field, &row.stored_field(field).expect("it can be told"), cells)
                })
            });
            assert_eq!(stored.expect("each stored value can be written"), written);
            let key = page(numbers, |cells| Everything::write_key(&row.key(), cells)).expect("it can be written");
            assert_eq!(read(&key, numbers, |cells| Ok((cells.take()?, cells.take()?))), settled.key());
        }
    }
}

/// A read model with a bit of everything, whose key does not stand first.
#[derive(ReadModel, Clone, Debug, PartialEq)]
struct Everything {
    money: Money,
    #[read_model(key)]
    seat: Seat,
    limit: Option<Money>,
    status: Option<Status>,
    #[read_model(key)]
    id: RowId,
    noted: Noted,
    map: BTreeMap<String, u64>,
    at: DateTime<Utc>,
    label: Label,
}

fn everything() -> impl Strategy<Value = Everything> {
    let ids = (any::<i32>().prop_map(Seat), uuid().prop_map(RowId));
    let values = (money(), option::of(money()), option::of(status()), noted(), time(), option::of(text()));
    (ids, values).prop_map(|((seat, id), (money, limit, status, noted, at, label))| Everything {
        money,
        seat,
        limit,
        status,
        id,
        noted,
        map: BTreeMap::from([("a".to_owned(), u64::MAX)]),
        at,
        label: Label(label),
    })
}
