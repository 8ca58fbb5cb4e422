//! What clients see of money: a decimal number in whole units, not the minor units that are stored.

use cqrs_runtime::prelude::*;

use super::{Currency, Money, ParseMoneyError};

/// An amount of money.
#[derive(Value)]
#[value(name = "Money")]
pub struct ToldMoney {
    /// How much: `12.50` is twelve and a half.
    amount: Decimal,
    /// Of what.
    currency: Currency,
}

/// Tells money in whole units.
pub struct WholeUnits;

impl Adapter<Money> for WholeUnits {
    type Stored = ToldMoney;
    type Error = ParseMoneyError;

    fn store(money: &Money) -> ToldMoney {
        let currency = money.currency();
        ToldMoney { amount: Decimal::new(money.minor(), u32::from(currency.minor_digits())), currency }
    }

    fn restore(told: ToldMoney) -> Result<Money, ParseMoneyError> {
        Money::parse(&told.amount.to_string(), told.currency)
    }
}
