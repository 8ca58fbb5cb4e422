//! What the bank allows: configured, not coded.

use std::collections::BTreeMap;

use cqrs_runtime::prelude::*;

use super::{Currency, Money};

/// What the bank allows, by currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankLimits {
    /// What holds for a currency that has no limits of its own.
    pub standard: Limits,
    /// What holds for the others.
    #[serde(default)]
    pub by_currency: BTreeMap<Currency, Limits>,
}

/// What the bank allows in one currency; amounts in whole units of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// What an account is opened with at least.
    pub opening_balance: u32,
    /// How far below zero an account may go.
    pub overdraft: u32,
    /// What may be withdrawn on one day (of UTC).
    pub daily_withdrawals: u32,
    /// From which amount a withdrawal is a large one.
    pub large_withdrawal: u32,
    /// How many large withdrawals look like fraud ...
    pub suspicious_withdrawals: u32,
    /// ... within so many minutes, at most those of a day.
    pub suspicious_minutes: u32,
}

impl Limits {
    const STANDARD: Self = Self {
        opening_balance: 10,
        overdraft: 500,
        daily_withdrawals: 5_000,
        large_withdrawal: 1_000,
        suspicious_withdrawals: 3,
        suspicious_minutes: 10,
    };

    /// The same with amounts of `factor` times as many units.
    fn times(self, factor: u32) -> Self {
        Self {
            opening_balance: self.opening_balance.saturating_mul(factor),
            overdraft: self.overdraft.saturating_mul(factor),
            daily_withdrawals: self.daily_withdrawals.saturating_mul(factor),
            large_withdrawal: self.large_withdrawal.saturating_mul(factor),
            ..self
        }
    }
}

impl Default for BankLimits {
    fn default() -> Self {
        let yen = Limits::STANDARD.times(100);
        Self { standard: Limits::STANDARD, by_currency: BTreeMap::from([(Currency::Jpy, yen)]) }
    }
}

impl BankLimits {
    /// What holds in a currency.
    #[must_use]
    pub fn of(&self, currency: Currency) -> AccountLimits {
        let limits = self.by_currency.get(&currency).unwrap_or(&self.standard);
        let amount = |units| Money::whole(units, currency);
        AccountLimits {
            opening_balance: amount(limits.opening_balance),
            overdraft: amount(limits.overdraft),
            daily_withdrawals: amount(limits.daily_withdrawals),
            large_withdrawal: amount(limits.large_withdrawal),
            suspicious_withdrawals: limits.suspicious_withdrawals,
            suspicious_minutes: limits.suspicious_minutes,
        }
    }
}

/// The limits of accounts in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountLimits {
    /// What an account is opened with at least.
    pub opening_balance: Money,
    /// How far below zero an account may go.
    pub overdraft: Money,
    /// What may be withdrawn on one day (of UTC).
    pub daily_withdrawals: Money,
    /// From which amount a withdrawal is a large one.
    pub large_withdrawal: Money,
    /// How many large withdrawals look like fraud ...
    pub suspicious_withdrawals: u32,
    /// ... within so many minutes.
    pub suspicious_minutes: u32,
}
