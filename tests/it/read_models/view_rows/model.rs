//! A read model with a column of every kind, whose rows are made of the numbers in its events.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cqrs_runtime::prelude::*;
use cqrs_tests::account::{Account, AccountOpened};
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::super::types::*;

/// A row; its key does not stand first.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Account(AccountOpened)))]
pub(super) struct Shown {
    pub(super) money: Money,
    #[read_model(key)]
    pub(super) number: u64,
    pub(super) limit: Option<Money>,
    pub(super) flag: bool,
    pub(super) small: i8,
    pub(super) large: i64,
    pub(super) unsigned: Option<u64>,
    pub(super) decimal: Decimal,
    pub(super) text: String,
    #[read_model(key)]
    pub(super) id: RowId,
    pub(super) uuid: Option<Uuid>,
    pub(super) time: DateTime<Utc>,
    pub(super) day: NaiveDate,
    pub(super) status: Status,
    pub(super) code: Option<Code>,
    pub(super) ticket: Ticket,
    pub(super) noted: Noted,
    pub(super) price: Option<Price>,
    pub(super) rate: Rate,
    pub(super) label: Label,
    pub(super) note: Option<Note>,
    pub(super) r#type: BTreeMap<String, u64>,
}

impl Project<AccountOpened> for Shown {
    fn project(row: &mut Row<Self>, event: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        let made = of_number(event.owner.parse().expect("the owner is a number"));
        row.at(made.key()).insert(|| made)
    }
}

/// What an event with this number makes: first the rows of the ends of all values, then random ones.
pub(super) fn of_number(number: u64) -> Shown {
    let extreme = usize::try_from(number).ok().and_then(|index| EXTREMES.get(index).cloned());
    Shown { number, ..extreme.unwrap_or_else(|| random(number)) }
}

fn random(seed: u64) -> Shown {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let tree = SHOWN.new_tree(&mut TestRunner::new_with_rng(Config::default(), rng));
    tree.expect("values are only made").current()
}

/// Made once, for that takes long.
static SHOWN: LazyLock<SBoxedStrategy<Shown>> = LazyLock::new(|| shown().sboxed());

/// The rows of the ends of all values, and of those near which something changes.
pub(super) static EXTREMES: LazyLock<Vec<Shown>> = LazyLock::new(extremes);

fn shown() -> impl Strategy<Value = Shown> {
    let composite = (money(), option::of(money()), noted(), option::of(money()), any::<u64>());
    let numbers = (any::<bool>(), any::<i8>(), any::<i64>(), option::of(any::<u64>()), decimal(), any::<u64>());
    let others = (text(), uuid(), option::of(uuid()), time(), date(), status(), option::of(code()));
    let documents =
        (option::of(text()), option::of(note()), proptest::collection::btree_map(text(), any::<u64>(), 0..3));
    (composite, numbers, others, documents).prop_map(|(composite, numbers, others, documents)| {
        let (money, limit, noted, price, stars) = composite;
        let (flag, small, large, unsigned, decimal, ticket) = numbers;
        let (text, id, uuid, time, day, status, code) = others;
        let (label, note, r#type) = documents;
        Shown {
            money,
            number: 0,
            limit,
            flag,
            small,
            large,
            unsigned,
            decimal,
            text,
            id: RowId(id),
            uuid,
            time,
            day,
            status,
            code,
            ticket: Ticket(ticket),
            noted,
            price: price.map(Price),
            rate: Rate { stars },
            label: Label(label),
            note,
            r#type,
        }
    })
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

fn extremes() -> Vec<Shown> {
    let decimals = [
        "0",
        "1",
        "-1",
        "9999",
        "10000",
        "10001",
        "99999999",
        "-100000000",
        "0.1",
        "-0.05",
        "0.0001",
        "0.00001",
        "12.5",
        "10000.0001",
        "-1234567890.00012",
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "7.9228162514264337593543950335",
        "79.228162514264337593543950335",
        "-792281625142643375935439503.35",
        "0.0000000000000000000000000001",
        "-0.0000000000000000000000000001",
        "1.0000000000000000000000000001",
    ];
    let times = [
        "0001-01-01T00:00:00Z",
        "1582-10-10T00:00:00.000001Z",
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.000001Z",
        "1999-12-31T23:59:59.999999Z",
        "2000-01-01T00:00:00Z",
        "2024-02-29T23:59:59.5Z",
        "9999-12-31T23:59:59.999999Z",
    ];
    let large = [i64::MIN, i64::MAX, 0, -1, 1 << 53, (1 << 53) + 1, -(1 << 53) - 1];
    let unsigned = [0, 1, 9, 10, 10_000, (1 << 53) + 1, u64::MAX / 2, u64::MAX / 2 + 1, u64::MAX - 1, u64::MAX];
    let texts = ["", " ", "null", "0", "\u{1}\t\n\r\u{1f}\"\\/'%_", "e\u{301}😀\u{10ffff}\u{feff}", "2026-01-01", "{}"];
    let rows = (0..decimals.len()).map(|index| {
        let (decimal, time): (Decimal, _) = (decimals[index].parse().unwrap(), at(times[index % times.len()]));
        let text = texts[index % texts.len()].to_owned();
        let money = Money { amount: -decimal, currency: Some(text.clone()), at: Some(time) };
        let unsigned = unsigned[index % unsigned.len()];
        Shown {
            money: money.clone(),
            price: (index % 2 == 0).then(|| Price(money.clone())),
            limit: (index % 2 == 0).then(|| Money { currency: None, ..money.clone() }),
            flag: index % 2 == 0,
            small: [i8::MIN, i8::MAX, 0][index % 3],
            large: large[index % large.len()],
            unsigned: (index % 3 > 0).then_some(unsigned),
            decimal,
            text: text.clone(),
            id: RowId(Uuid::from_u128(u128::MAX * (index as u128 % 2))),
            uuid: (index % 3 > 0).then(|| Uuid::from_u128(index as u128)),
            time,
            day: time.date_naive(),
            code: None,
            ticket: Ticket(unsigned),
            label: Label((index % 3 > 1).then_some(text)),
            note: (index % 4 > 0).then_some(Note::Empty),
            ..random(index as u64)
        }
    });
    rows.collect()
}
