//! What is known of an account while commands to it are made up.

use bank::domain::{AccountId, AccountLimits, BankLimits, Currency, Money, Status};
use cqrs_runtime::prelude::Uuid;

use super::random::Random;

const FIRST: [&str; 20] = [
    "Ada",
    "Alan",
    "Barbara",
    "Donald",
    "Edsger",
    "Frances",
    "Grace",
    "Hedy",
    "Jean",
    "John",
    "Karen",
    "Katherine",
    "Leslie",
    "Margaret",
    "Niklaus",
    "Radia",
    "Robin",
    "Sophie",
    "Tony",
    "Vint",
];
const LAST: [&str; 20] = [
    "Allen", "Bartik", "Cerf", "Dijkstra", "Hamilton", "Hoare", "Hopper", "Johnson", "Jones", "Knuth", "Lamarr",
    "Lamport", "Liskov", "Lovelace", "McCarthy", "Milner", "Perlman", "Turing", "Wilson", "Wirth",
];

/// An account, as far as the bank's verdict on commands to it depends on it.
pub(super) struct Customer {
    pub(super) id: AccountId,
    pub(super) balance: Money,
    pub(super) status: Status,
    /// What was withdrawn; all commands may be executed on one day.
    pub(super) withdrawn: Money,
    pub(super) limits: AccountLimits,
}

impl Customer {
    pub(super) fn new(random: &mut Random) -> Self {
        let currency = match random.below(100) {
            0..55 => Currency::Usd,
            55..80 => Currency::Eur,
            80..90 => Currency::Gbp,
            90..97 => Currency::Jpy,
            _ => Currency::Chf,
        };
        let id = u128::from(random.next()) << 64 | u128::from(random.next());
        // As those that are made at random: version 4.
        let id = id & !(0xf << 76) & !(0x3 << 62) | (4 << 76) | (2 << 62);
        Self {
            id: Uuid::from_u128(id).into(),
            balance: Money::zero(currency),
            status: Status::Active,
            withdrawn: Money::zero(currency),
            limits: BankLimits::default().of(currency),
        }
    }

    /// An amount of so many dollars, or what comes near it in the account's currency.
    pub(super) fn amount(&self, random: &mut Random, least: u32, most: u32) -> Money {
        let currency = self.balance.currency();
        // A yen is about what a cent is.
        let whole = if currency == Currency::Jpy { 100 } else { 1 };
        let [least, most] = [least, most].map(|units| Money::whole(units * whole, currency).minor());
        Money::new(random.between(least, most), currency)
    }

    /// What can be withdrawn today without a large withdrawal.
    pub(super) fn withdrawable(&self) -> Money {
        let one = Money::new(1, self.balance.currency());
        let left = self.limits.daily_withdrawals.saturating_sub(self.withdrawn);
        let most = self.balance.saturating_add(self.limits.overdraft);
        let least = |a: Money, b: Money| if b < a { b } else { a };
        least(least(left, most), self.limits.large_withdrawal.saturating_sub(one))
    }

    pub(super) fn withdraw(&mut self, amount: Money) {
        self.balance = self.balance.saturating_sub(amount);
        self.withdrawn = self.withdrawn.saturating_add(amount);
    }
}

pub(super) fn name(random: &mut Random) -> String {
    format!("{} {}", random.one_of(&FIRST), random.one_of(&LAST))
}

pub(super) fn email(random: &mut Random, name: &str) -> String {
    let number = random.below(1_000);
    format!("{}{number}@example.org", name.to_lowercase().replace(' ', "."))
}
