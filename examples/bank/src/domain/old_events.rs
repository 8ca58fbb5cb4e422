//! Events as earlier programs wrote them; their payloads still load.

use cqrs_runtime::prelude::*;

use super::{Currency, Money, MoneyDeposited};

/// Minor units, all of them US cents: the bank had no other currency yet.
#[derive(Event, Serialize, Deserialize)]
#[event(name = "MoneyDeposited", version = 2, previous = MoneyDepositedV1)]
pub(super) struct MoneyDepositedV2 {
    cents: i64,
}

/// US dollars as a floating-point number.
#[derive(Event, Serialize, Deserialize)]
#[event(name = "MoneyDeposited", version = 1)]
pub(super) struct MoneyDepositedV1 {
    amount: f64,
}

impl From<MoneyDepositedV2> for MoneyDeposited {
    fn from(old: MoneyDepositedV2) -> Self {
        Self { amount: Money::new(old.cents, Currency::Usd), description: None }
    }
}

/// Why an amount of version 1 is none of whole cents.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(super) enum NotInCents {
    #[error("{0} is no amount of money")]
    NoAmount(f64),
    #[error("{0} is more than a floating-point number can tell in cents")]
    TooLarge(f64),
    #[error("{0} has a fraction of a cent")]
    Fraction(f64),
}

impl TryFrom<MoneyDepositedV1> for MoneyDepositedV2 {
    type Error = NotInCents;

    fn try_from(MoneyDepositedV1 { amount }: MoneyDepositedV1) -> Result<Self, NotInCents> {
        /// Beyond it, the next floating-point number is more than a cent away.
        const EXACT_CENTS: f64 = 9_007_199_254_740_992.0;
        /// What sums of floating-point dollars were off at most.
        const NOISE: f64 = 0.001;

        if !amount.is_finite() {
            return Err(NotInCents::NoAmount(amount));
        }
        let cents = (amount * 100.0).round();
        if cents.abs() > EXACT_CENTS {
            return Err(NotInCents::TooLarge(amount));
        }
        if (amount * 100.0 - cents).abs() > NOISE {
            return Err(NotInCents::Fraction(amount));
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within what an i64 holds")]
        Ok(Self { cents: cents as i64 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cents(amount: f64) -> Result<i64, NotInCents> {
        MoneyDepositedV2::try_from(MoneyDepositedV1 { amount }).map(|deposit| deposit.cents)
    }

    #[test]
    fn dollars_become_cents() {
        assert_eq!(cents(19.99), Ok(1999));
        assert_eq!(cents(0.1 + 0.2), Ok(30));
        assert_eq!(cents(-5.0), Ok(-500));
        assert_eq!(cents(90_071_992_547_409.92), Ok(9_007_199_254_740_992));
    }

    #[test]
    fn what_is_no_amount_is_an_error_and_not_a_zero() {
        assert!(matches!(cents(f64::NAN), Err(NotInCents::NoAmount(_))));
        assert_eq!(cents(f64::INFINITY), Err(NotInCents::NoAmount(f64::INFINITY)));
        assert_eq!(cents(12.345), Err(NotInCents::Fraction(12.345)));
        assert_eq!(cents(1e15), Err(NotInCents::TooLarge(1e15)));
    }
}
