//! What is shown to clients comes back as it was, whatever it is.

use std::time::Duration;

use cqrs_runtime::prelude::*;
use proptest::prelude::*;

use super::domain::{AccountId, Delay, Everything, Isbn, Label, Money, Node, Shape, Status};
use super::{given, shown};

fn decimal() -> impl Strategy<Value = Decimal> {
    const MANTISSA: i128 = (1 << 96) - 1;
    (-MANTISSA..=MANTISSA, 0_u32..=28).prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale))
}

fn time() -> impl Strategy<Value = DateTime<Utc>> {
    (-62_135_596_800_i64..=253_402_300_799, 0_u32..1_000_000_000)
        .prop_filter_map("within its years", |(second, nanos)| DateTime::from_timestamp(second, nanos))
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![Just(Status::Active), Just(Status::HighRisk), Just(Status::Closed)]
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![Just(Shape::Point), any::<i64>().prop_map(|radius| Shape::Circle { radius })]
}

fn money() -> impl Strategy<Value = Money> {
    any::<i64>().prop_map(|cents| Money { cents })
}

fn tree() -> impl Strategy<Value = Node> {
    let leaf = any::<String>().prop_map(|name| Node { name, children: Vec::new() });
    leaf.prop_recursive(3, 8, 3, |inner| {
        let parts = (any::<String>(), proptest::collection::vec(inner, 0..3));
        parts.prop_map(|(name, children)| Node { name, children })
    })
}

fn everything() -> impl Strategy<Value = Everything> {
    use proptest::collection::{btree_map, btree_set, vec};
    use proptest::option::of;
    let named = (any::<u128>(), "[^\\p{Cc}]{1,20}", status(), of(status()), shape(), tree(), of(any::<String>()));
    let amounts = (money(), vec(of(money()), 0..3), any::<u64>(), of(decimal()));
    let float = any::<f64>().prop_filter("JSON has no other numbers", |float| float.is_finite());
    let numbers = (any::<bool>(), any::<i32>(), any::<u8>(), any::<i64>(), any::<u64>(), any::<u32>(), float);
    let times = (time(), vec(time().prop_map(|time| time.date_naive()), 0..3));
    let lists = (
        btree_set(status(), 0..3),
        (any::<i64>(), any::<String>()),
        btree_map(any::<String>(), any::<i64>(), 0..3),
        vec(vec(any::<u64>(), 0..3), 0..3),
        vec(any::<String>(), 0..3),
    );
    let all = (named, amounts, numbers, times, lists, any::<String>());
    all.prop_filter_map("a text is an id", |(named, amounts, numbers, times, lists, r#type)| {
        let (id, isbn, status, earlier_status, shape, tree, label) = named;
        let (balance, limits, delay, exact) = amounts;
        let (flag, small, byte, large, unsigned, word, float) = numbers;
        let ((at, days), (statuses, pair, totals, nested, notes)) = (times, lists);
        Some(Everything {
            account_id: AccountId(Uuid::from_u128(id)),
            isbn: Isbn::try_from(isbn).ok()?,
            delay: Delay(Duration::from_secs(delay)),
            label: Label(label),
            tree: Box::new(tree),
            status,
            earlier_status,
            shape,
            balance,
            limits,
            flag,
            small,
            byte,
            large,
            unsigned,
            word,
            float,
            exact,
            r#type,
            at,
            days,
            statuses,
            pair,
            totals,
            nested,
            notes,
        })
    })
}

proptest! {
    #[test]
    fn what_was_shown_is_accepted_as_it_was(value in everything()) {
        prop_assert_eq!(given::<Everything>(shown(&value)), Ok(value));
    }
}
