//! Values of all kinds.

use std::collections::{BTreeMap, BTreeSet};

use cqrs_runtime::prelude::*;

#[derive(Id)]
pub(super) struct AccountId(pub(super) Uuid);

#[derive(Id)]
pub(super) struct Isbn(String);

/// What can be done.
#[derive(Value, Copy, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    /// Everything.
    Active,
    HighRisk,
    #[serde(rename = "gone")]
    Closed,
}

#[derive(Value)]
pub(super) enum Shape {
    Point,
    Circle { radius: i64 },
}

/// So much of a currency.
#[derive(Value, Copy, Eq)]
#[value(api = InMajorUnits)]
pub(super) struct Money {
    pub(super) cents: i64,
}

/// An amount, as clients write it.
#[derive(Value)]
#[value(name = "Money")]
pub(super) struct MoneyAmount {
    /// In major units.
    pub(super) amount: Decimal,
}

pub(super) struct InMajorUnits;

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no amount of whole cents")]
pub(super) struct NotInCents(Decimal);

impl Adapter<Money> for InMajorUnits {
    type Stored = MoneyAmount;
    type Error = NotInCents;

    fn store(value: &Money) -> MoneyAmount {
        MoneyAmount { amount: Decimal::new(value.cents, 2) }
    }

    fn restore(stored: MoneyAmount) -> Result<Money, NotInCents> {
        let refused = || NotInCents(stored.amount);
        let cents = stored.amount.checked_mul(Decimal::ONE_HUNDRED).ok_or_else(refused)?;
        if !cents.fract().is_zero() {
            return Err(refused());
        }
        Ok(Money { cents: i64::try_from(cents).map_err(|_| refused())? })
    }
}

pub(super) struct Seconds;

impl Adapter<std::time::Duration> for Seconds {
    type Stored = u64;
    type Error = std::convert::Infallible;

    fn store(value: &std::time::Duration) -> u64 {
        value.as_secs()
    }

    fn restore(stored: u64) -> Result<std::time::Duration, Self::Error> {
        Ok(std::time::Duration::from_secs(stored))
    }
}

#[derive(Value)]
#[value(with = Seconds)]
pub(super) struct Delay(pub(super) std::time::Duration);

#[derive(Value)]
pub(super) struct Label(pub(super) Option<String>);

/// It holds others of its kind.
#[derive(Value)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) children: Vec<Node>,
}

/// A value of all kinds.
#[derive(Value)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Everything {
    /// Its number.
    pub(super) account_id: AccountId,
    pub(super) isbn: Isbn,
    pub(super) status: Status,
    #[serde(rename = "previous")]
    pub(super) earlier_status: Option<Status>,
    pub(super) shape: Shape,
    pub(super) balance: Money,
    pub(super) limits: Vec<Option<Money>>,
    pub(super) delay: Delay,
    pub(super) label: Label,
    pub(super) tree: Box<Node>,
    pub(super) flag: bool,
    pub(super) small: i32,
    pub(super) byte: u8,
    pub(super) large: i64,
    pub(super) unsigned: u64,
    pub(super) word: u32,
    pub(super) float: f64,
    pub(super) exact: Option<Decimal>,
    pub(super) r#type: String,
    pub(super) at: DateTime<Utc>,
    pub(super) days: Vec<NaiveDate>,
    pub(super) statuses: BTreeSet<Status>,
    pub(super) pair: (i64, String),
    pub(super) totals: BTreeMap<String, i64>,
    pub(super) nested: Vec<Vec<u64>>,
    #[serde(default)]
    pub(super) notes: Vec<String>,
}
