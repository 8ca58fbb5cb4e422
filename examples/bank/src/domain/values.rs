//! What accounts are described with.

use std::fmt;
use std::str::FromStr;

use cqrs_runtime::prelude::*;

use super::Money;

/// The number of an account.
#[derive(Id)]
pub struct AccountId(Uuid);

/// What can be done with an account.
#[derive(Value, Copy, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything.
    Active,
    /// Nothing that moves money.
    Suspended,
    /// Nothing.
    Closed,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        })
    }
}

/// Why an account was suspended.
#[derive(Value, Eq)]
#[serde(rename_all = "snake_case")]
pub enum SuspensionReason {
    /// Money was leaving it in a way that smells of fraud.
    SuspectedFraud {
        /// So many large withdrawals ...
        large_withdrawals: u32,
        /// ... within so many minutes.
        within_minutes: u32,
    },
    /// Somebody asked for it.
    Requested {
        /// Why.
        reason: String,
    },
}

/// An e-mail address that can be one.
#[derive(Value, Eq)]
pub struct Email(String);

/// Why a text is no e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no e-mail address")]
pub struct InvalidEmail(String);

impl FromStr for Email {
    type Err = InvalidEmail;

    /// Whether somebody is reached there shows when a letter is sent.
    fn from_str(text: &str) -> Result<Self, InvalidEmail> {
        let plausible = text.split_once('@').is_some_and(|(name, host)| {
            let label = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
            !name.is_empty() && host.contains('.') && host.split('.').all(label) && !host.contains('@')
        });
        let odd = |character: char| character.is_whitespace() || character.is_control();
        if plausible && text.len() <= 254 && !text.contains(odd) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidEmail(text.to_owned()))
        }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A part of an amount, in hundredths of a percent.
#[derive(Value, Copy, Eq)]
pub struct Rate {
    basis_points: u32,
}

impl Rate {
    /// So many hundredths of a percent.
    #[must_use]
    pub const fn basis_points(basis_points: u32) -> Self {
        Self { basis_points }
    }

    /// Whether it is more than nothing, and at most the whole.
    #[must_use]
    pub const fn is_sensible(self) -> bool {
        self.basis_points > 0 && self.basis_points <= 10_000
    }

    /// This part of `amount`, rounded down; `None` where it is more than can be told.
    #[must_use]
    pub fn of(self, amount: Money) -> Option<Money> {
        let part = i128::from(amount.minor()) * i128::from(self.basis_points) / 10_000;
        Some(Money::new(i64::try_from(part).ok()?, amount.currency()))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02} %", self.basis_points / 100, self.basis_points % 100)
    }
}

/// Why a text is no rate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no rate: write a percentage with at most two decimal places, such as 1.25")]
pub struct ParseRateError(String);

impl FromStr for Rate {
    type Err = ParseRateError;

    /// Reads a percentage, with or without the sign for it.
    fn from_str(text: &str) -> Result<Self, ParseRateError> {
        let number = text.strip_suffix('%').unwrap_or(text).trim_end();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
            return Err(ParseRateError(text.to_owned()));
        }
        let basis_points = format!("{whole}{fraction:0<2}").parse().map_err(|_| ParseRateError(text.to_owned()))?;
        Ok(Self { basis_points })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Currency;

    #[test]
    fn an_email_has_a_name_and_a_host() {
        for fine in ["ada@example.org", "a.b+c@mail.example.co.uk", "ü@exämple.org"] {
            assert_eq!(fine.parse::<Email>().map(|email| email.to_string()), Ok(fine.to_owned()));
        }
        let long = format!("{}@example.org", "a".repeat(250));
        for wrong in
            ["", "ada", "@example.org", "ada@", "ada@localhost", "a da@example.org", "a@b@c.org", "ada@.org", &long]
        {
            assert_eq!(wrong.parse::<Email>(), Err(InvalidEmail(wrong.to_owned())));
        }
    }

    #[test]
    fn a_rate_is_a_percentage() {
        assert_eq!("1.25".parse(), Ok(Rate::basis_points(125)));
        assert_eq!("1.5 %".parse(), Ok(Rate::basis_points(150)));
        assert_eq!("100%".parse(), Ok(Rate::basis_points(10_000)));
        for wrong in ["", "%", "1.255", "-1", "1,5", "99999999999"] {
            assert_eq!(wrong.parse::<Rate>(), Err(ParseRateError(wrong.to_owned())));
        }
        assert_eq!(Rate::basis_points(125).to_string(), "1.25 %");
    }

    #[test]
    fn a_part_is_rounded_down_and_never_wraps() {
        let usd = |minor| Money::new(minor, Currency::Usd);
        assert_eq!(Rate::basis_points(125).of(usd(999)), Some(usd(12)));
        assert_eq!(Rate::basis_points(10_000).of(usd(i64::MAX)), Some(usd(i64::MAX)));
        assert_eq!(Rate::basis_points(20_000).of(usd(i64::MAX)), None);
    }
}
