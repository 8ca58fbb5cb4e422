//! Money: whole minor units of a currency, never a floating-point number.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use cqrs_runtime::prelude::*;

use super::WholeUnits;

/// A currency that the bank keeps accounts in.
#[derive(Value, Copy, Eq, Hash, PartialOrd, Ord)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Swiss franc.
    Chf,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Yen.
    Jpy,
    /// Kuwaiti dinar.
    Kwd,
    /// US dollar.
    Usd,
}

impl Currency {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Chf, Self::Eur, Self::Gbp, Self::Jpy, Self::Kwd, Self::Usd];

    /// The code of ISO 4217.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Chf => "CHF",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Jpy => "JPY",
            Self::Kwd => "KWD",
            Self::Usd => "USD",
        }
    }

    /// How many decimal places the minor unit has: 2 where a hundred of it make one.
    #[must_use]
    pub const fn minor_digits(self) -> u8 {
        match self {
            Self::Jpy => 0,
            Self::Chf | Self::Eur | Self::Gbp | Self::Usd => 2,
            Self::Kwd => 3,
        }
    }

    /// How many minor units make one.
    const fn scale(self) -> i64 {
        10_i64.pow(self.minor_digits() as u32)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Currency {
    type Err = ParseMoneyError;

    fn from_str(text: &str) -> Result<Self, ParseMoneyError> {
        let known = Self::ALL.into_iter().find(|currency| currency.code().eq_ignore_ascii_case(text));
        known.ok_or_else(|| ParseMoneyError::UnknownCurrency { code: text.to_owned() })
    }
}

/// An amount of money.
///
/// ```
/// use bank::domain::{Currency, Money};
///
/// let rent = Money::parse("850.50", Currency::Eur)?;
/// assert_eq!(rent, Money::new(850_50, Currency::Eur));
/// assert_eq!(rent.to_string(), "850.50 EUR");
/// # Ok::<(), bank::domain::ParseMoneyError>(())
/// ```
#[derive(Value, Copy, Eq, Hash)]
#[value(columns, api = WholeUnits)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why two amounts don't add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// They are in different currencies.
    #[error("{left} and {right} don't add up")]
    CurrencyMismatch {
        /// The first one's.
        left: Currency,
        /// The second one's.
        right: Currency,
    },
    /// The sum is more than can be told.
    #[error("the sum is too large")]
    Overflow,
}

impl Money {
    /// So many minor units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// So many whole units.
    #[must_use]
    pub fn whole(units: u32, currency: Currency) -> Self {
        // 2^32 units of 1,000 minor units each are far from 2^63.
        Self::new(i64::from(units) * currency.scale(), currency)
    }

    /// The minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether it is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Whether it is owed.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// When the currencies differ or the sum is too large.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency });
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The difference.
    ///
    /// # Errors
    /// When the currencies differ or the difference is too large.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency });
        }
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The sum of amounts known to be in one currency, or the most that can be told.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self::new(self.minor.saturating_add(other.minor), self.currency)
    }

    /// The difference of amounts known to be in one currency, or the least that can be told.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self::new(self.minor.saturating_sub(other.minor), self.currency)
    }

    /// Reads a decimal number: at most as many decimal places as the currency has, no separators of thousands.
    ///
    /// # Errors
    /// When the text is none, has too many decimal places, or is too large.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, ParseMoneyError> {
        let not_a_number = || ParseMoneyError::NotANumber(text.to_owned());
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(not_a_number());
        }
        let places = usize::from(currency.minor_digits());
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > places {
            return Err(ParseMoneyError::TooPrecise { text: text.to_owned(), currency });
        }
        let minor = format!("{whole}{fraction:0<places$}").parse::<i64>();
        let minor = minor.map_err(|_| ParseMoneyError::TooLarge(text.to_owned()))?;
        Ok(Self::new(if negative { -minor } else { minor }, currency))
    }
}

/// Amounts in different currencies have no order.
impl PartialOrd for Money {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.minor.cmp(&other.minor))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { minor, currency } = self;
        let sign = if *minor < 0 { "-" } else { "" };
        let scale = currency.scale().unsigned_abs();
        let (whole, fraction) = (minor.unsigned_abs() / scale, minor.unsigned_abs() % scale);
        let text = match usize::from(currency.minor_digits()) {
            0 => format!("{sign}{whole} {currency}"),
            places => format!("{sign}{whole}.{fraction:0places$} {currency}"),
        };
        f.pad(&text)
    }
}

/// Why a text is no amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseMoneyError {
    /// It is no decimal number.
    #[error("`{0}` is no amount: write a decimal number such as 12.50")]
    NotANumber(String),
    /// It has more decimal places than the currency.
    #[error("`{text}` is too precise: {currency} has {} decimal places", .currency.minor_digits())]
    TooPrecise {
        /// What was written.
        text: String,
        /// The currency.
        currency: Currency,
    },
    /// It is more than can be told.
    #[error("`{0}` is too large")]
    TooLarge(String),
    /// The bank has no accounts in the currency.
    #[error("the bank has no accounts in `{code}`, but in {}", Currency::ALL.map(Currency::code).join(", "))]
    UnknownCurrency {
        /// What was written.
        code: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use Currency::{Jpy, Kwd, Usd};

    #[test]
    fn decimals_are_read_exactly() {
        let cases = [
            ("12.50", Usd, 1250),
            ("12.5", Usd, 1250),
            ("12", Usd, 1200),
            ("0.07", Usd, 7),
            ("-0.07", Usd, -7),
            ("12.500", Usd, 1250),
            ("12", Jpy, 12),
            ("12.0", Jpy, 12),
            ("1.005", Kwd, 1005),
            ("92233720368547758.07", Usd, i64::MAX),
        ];
        for (text, currency, minor) in cases {
            assert_eq!(Money::parse(text, currency), Ok(Money::new(minor, currency)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "-", ".", "1.", ".5", "1,50", "1e3", "NaN", "+1", "--1", " 1", "1.2.3", "٣"] {
            assert_eq!(Money::parse(text, Usd), Err(ParseMoneyError::NotANumber(text.to_owned())));
        }
        let too_precise = |text: &str, currency| ParseMoneyError::TooPrecise { text: text.to_owned(), currency };
        assert_eq!(Money::parse("12.505", Usd), Err(too_precise("12.505", Usd)));
        assert_eq!(Money::parse("12.5", Jpy), Err(too_precise("12.5", Jpy)));
        let too_large = "92233720368547758.08";
        assert_eq!(Money::parse(too_large, Usd), Err(ParseMoneyError::TooLarge(too_large.to_owned())));
    }

    #[test]
    fn amounts_read_as_they_are_shown() {
        let shown = [(1250, Usd, "12.50 USD"), (-7, Usd, "-0.07 USD"), (12, Jpy, "12 JPY"), (-1005, Kwd, "-1.005 KWD")];
        for (minor, currency, text) in shown {
            assert_eq!(Money::new(minor, currency).to_string(), text);
        }
        assert_eq!(Money::new(i64::MIN, Usd).to_string(), "-92233720368547758.08 USD");
    }

    #[test]
    fn sums_are_checked() {
        let most = Money::new(i64::MAX, Usd);
        assert_eq!(most.checked_add(Money::new(1, Usd)), Err(MoneyError::Overflow));
        assert_eq!(most.checked_add(Money::new(-1, Usd)), Ok(Money::new(i64::MAX - 1, Usd)));
        let mismatch = MoneyError::CurrencyMismatch { left: Usd, right: Jpy };
        assert_eq!(most.checked_add(Money::new(1, Jpy)), Err(mismatch));
        assert!(most.partial_cmp(&Money::new(1, Jpy)).is_none());
    }
}
