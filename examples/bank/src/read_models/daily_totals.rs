//! What has moved each day: the report to the supervisor.

use cqrs_runtime::prelude::*;

use crate::domain::{
    Account, AccountOpened, Currency, FeeCharged, InterestApplied, Money, MoneyDeposited, MoneyError, MoneyWithdrawn,
};

/// What has moved on a day in a currency.
#[derive(ReadModel, Clone, Debug, PartialEq, Serialize)]
#[read_model(
    table = "daily_totals",
    events(Account(AccountOpened, MoneyDeposited, MoneyWithdrawn, InterestApplied, FeeCharged)),
    partition = tenant,
    roles("teller"),
)]
pub struct DailyTotal {
    /// The day, of UTC.
    #[read_model(key, filter, order)]
    pub day: NaiveDate,
    /// The currency.
    #[read_model(key, filter)]
    pub currency: Currency,
    /// How many accounts were opened.
    pub accounts_opened: i64,
    /// How many movements there were.
    pub movements: i64,
    /// What came in.
    pub deposits: Money,
    /// What went out.
    pub withdrawals: Money,
    /// What the bank paid.
    pub interest: Money,
    /// What the bank charged.
    pub fees: Money,
}

impl DailyTotal {
    fn empty(day: NaiveDate, currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            day,
            currency,
            accounts_opened: 0,
            movements: 0,
            deposits: zero,
            withdrawals: zero,
            interest: zero,
            fees: zero,
        }
    }
}

/// Adds an amount to one of the day's sums.
fn add<E>(
    row: &mut Row<DailyTotal>,
    event: &Recorded<E>,
    amount: Money,
    sum: fn(&mut DailyTotal) -> &mut Money,
) -> Result<(), ProjectionError> {
    let (day, currency) = (event.metadata.recorded_at.date_naive(), amount.currency());
    row.at((day, currency)).try_upsert(
        || DailyTotal::empty(day, currency),
        |totals| {
            totals.movements += 1;
            let sum = sum(totals);
            *sum = sum.checked_add(amount)?;
            Ok::<_, MoneyError>(())
        },
    )
}

impl Project<AccountOpened> for DailyTotal {
    fn project(row: &mut Row<Self>, event: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        let (day, currency) = (event.metadata.recorded_at.date_naive(), event.currency);
        row.at((day, currency)).upsert(|| Self::empty(day, currency), |totals| totals.accounts_opened += 1)
    }
}

impl Project<MoneyDeposited> for DailyTotal {
    fn project(row: &mut Row<Self>, event: &Recorded<MoneyDeposited>) -> Result<(), ProjectionError> {
        add(row, event, event.amount, |totals| &mut totals.deposits)
    }
}

impl Project<MoneyWithdrawn> for DailyTotal {
    fn project(row: &mut Row<Self>, event: &Recorded<MoneyWithdrawn>) -> Result<(), ProjectionError> {
        add(row, event, event.amount, |totals| &mut totals.withdrawals)
    }
}

impl Project<InterestApplied> for DailyTotal {
    fn project(row: &mut Row<Self>, event: &Recorded<InterestApplied>) -> Result<(), ProjectionError> {
        add(row, event, event.amount, |totals| &mut totals.interest)
    }
}

impl Project<FeeCharged> for DailyTotal {
    fn project(row: &mut Row<Self>, event: &Recorded<FeeCharged>) -> Result<(), ProjectionError> {
        add(row, event, event.amount, |totals| &mut totals.fees)
    }
}
