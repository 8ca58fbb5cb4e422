//! What events have made of an account, and what a deposit makes of it.

use bank::domain::{
    AccountOpened, Currency, EmailChanged, FeeCharged, InterestApplied, Money, MoneyDeposited, MoneyWithdrawn,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::{Card, Stored};
use crate::Error;

/// Why nothing was deposited.
#[derive(Debug, Serialize)]
pub(super) struct Refused {
    code: &'static str,
    message: String,
}

/// What a deposit depends on.
pub(super) struct Account {
    pub(super) version: i64,
    balance: i64,
    currency: Currency,
    active: bool,
}

impl Account {
    /// What its events have made of it; nothing where there are none.
    pub(super) fn of(events: &[Stored]) -> Result<Option<Self>, Error> {
        let mut account: Option<Self> = None;
        for event in events {
            if event.name == "AccountOpened" {
                let AccountOpened { currency, .. } = serde_json::from_str(&event.payload)?;
                account = Some(Self { version: 0, balance: 0, currency, active: true });
            }
            let account = account.as_mut().ok_or("an account begins otherwise")?;
            account.version = event.version;
            match event.name.as_str() {
                "AccountSuspended" | "AccountClosed" => account.active = false,
                "AccountReactivated" => account.active = true,
                name => account.balance += moved(name, &event.payload)?.unwrap_or(0),
            }
        }
        Ok(account)
    }

    pub(super) fn deposit(account: Option<&Self>, amount: Money) -> Result<MoneyDeposited, Refused> {
        let refused = |code, message: &str| Err(Refused { code, message: message.to_owned() });
        match account {
            None => refused("NOT_FOUND", "there is no such account"),
            Some(account) if !account.active => refused("NOT_ACTIVE", "the account is not active"),
            Some(_) if !amount.is_positive() => refused("AMOUNT_NOT_POSITIVE", "the amount is not positive"),
            Some(account) if account.currency != amount.currency() => {
                refused("CURRENCY_MISMATCH", "the account is in another currency")
            }
            Some(account) if account.balance.checked_add(amount.minor()).is_none() => {
                refused("AMOUNT_TOO_LARGE", "the amount is too large")
            }
            Some(_) => Ok(MoneyDeposited { amount, description: None }),
        }
    }
}

/// By how much an event changes the balance, if it does.
fn moved(name: &str, payload: &str) -> Result<Option<i64>, Error> {
    Ok(match name {
        "MoneyDeposited" => Some(serde_json::from_str::<MoneyDeposited>(payload)?.amount.minor()),
        "MoneyWithdrawn" => Some(-serde_json::from_str::<MoneyWithdrawn>(payload)?.amount.minor()),
        "InterestApplied" => Some(serde_json::from_str::<InterestApplied>(payload)?.amount.minor()),
        "FeeCharged" => Some(-serde_json::from_str::<FeeCharged>(payload)?.amount.minor()),
        _ => None,
    })
}

impl Card {
    /// The row of a new account.
    pub(super) fn opened(account_id: Uuid, payload: &str, at: DateTime<Utc>) -> Result<Self, Error> {
        let AccountOpened { owner, email, currency } = serde_json::from_str(payload)?;
        Ok(Self {
            account_id,
            owner,
            email: email.to_string(),
            balance: 0,
            currency: currency.code().to_owned(),
            active: true,
            credits: 0,
            debits: 0,
            opened_at: at,
            last_moved_at: None,
        })
    }

    /// What another event makes of it.
    pub(super) fn apply(&mut self, name: &str, payload: &str, at: DateTime<Utc>) -> Result<(), Error> {
        match name {
            "AccountSuspended" | "AccountClosed" => self.active = false,
            "AccountReactivated" => self.active = true,
            "EmailChanged" => self.email = serde_json::from_str::<EmailChanged>(payload)?.email.to_string(),
            _ => {
                if let Some(minor) = moved(name, payload)? {
                    self.balance += minor;
                    *(if minor < 0 { &mut self.debits } else { &mut self.credits }) += 1;
                    self.last_moved_at = Some(at);
                }
            }
        }
        Ok(())
    }
}
