//! What somebody might write who knows the tables and nothing else.

pub(super) mod postgres;
pub(super) mod sqlite;

use bank::domain::{
    AccountOpened, Currency, Email, FeeCharged, InterestApplied, Money, MoneyDeposited, MoneyWithdrawn,
};

use crate::Error;

/// What an event means for the tables.
enum Change {
    /// A new account.
    Opened { owner: String, email: Email, currency: Currency },
    /// Money that came or went.
    Moved { kind: &'static str, minor: i64, currency: Currency, description: Option<String> },
}

impl Change {
    /// What a stored event says, which must be of the present shape.
    fn of(name: &str, payload: &str) -> Result<Option<Self>, Error> {
        let moved = |kind, amount: Money, sign: i64, description| {
            Some(Self::Moved { kind, minor: sign * amount.minor(), currency: amount.currency(), description })
        };
        Ok(match name {
            "AccountOpened" => {
                let AccountOpened { owner, email, currency } = serde_json::from_str(payload)?;
                Some(Self::Opened { owner, email, currency })
            }
            "MoneyDeposited" => {
                let event: MoneyDeposited = serde_json::from_str(payload)?;
                moved("deposit", event.amount, 1, event.description)
            }
            "MoneyWithdrawn" => {
                let event: MoneyWithdrawn = serde_json::from_str(payload)?;
                moved("withdrawal", event.amount, -1, event.description)
            }
            "InterestApplied" => {
                let event: InterestApplied = serde_json::from_str(payload)?;
                moved("interest", event.amount, 1, None)
            }
            "FeeCharged" => {
                let event: FeeCharged = serde_json::from_str(payload)?;
                moved("fee", event.amount, -1, Some(event.reason))
            }
            _ => None,
        })
    }
}
