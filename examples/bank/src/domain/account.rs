//! The account: what its events have made of it.

use cqrs_runtime::prelude::*;

use super::{
    AccountClosed, AccountError, AccountId, AccountOpened, AccountReactivated, AccountSuspended, ApplyInterest,
    BankLimits, ChangeEmail, ChargeFee, CloseAccount, Deposit, Email, EmailChanged, FeeCharged, InterestApplied, Money,
    MoneyDeposited, MoneyWithdrawn, OpenAccount, OverdraftOccurred, ReactivateAccount, Status, SuspendAccount,
    SuspensionReason, Withdraw,
};

/// Money that the bank keeps for somebody.
#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(
    id = AccountId,
    events(
        AccountOpened,
        MoneyDeposited,
        MoneyWithdrawn,
        OverdraftOccurred,
        InterestApplied,
        FeeCharged,
        AccountSuspended,
        AccountReactivated,
        EmailChanged,
        AccountClosed,
    ),
    commands(
        create(OpenAccount),
        Deposit,
        Withdraw,
        ApplyInterest,
        ChargeFee,
        SuspendAccount,
        ReactivateAccount,
        ChangeEmail,
        CloseAccount,
    ),
    error = AccountError,
    config = BankLimits,
    snapshot(every = 100, version = 1),
    roles("teller", "customer" if owner = principal.id),
)]
pub struct Account {
    /// Who holds it.
    #[aggregate(public)]
    pub owner: String,
    /// Where the holder is reached.
    #[aggregate(public)]
    pub email: Email,
    /// What it holds; below zero, what the holder owes.
    #[aggregate(public)]
    pub balance: Money,
    /// What can be done with it.
    #[aggregate(public)]
    pub status: Status,
    /// Whether it was suspended because of it.
    pub fraud_suspected: bool,
    /// The last day on which money was withdrawn, and how much.
    pub withdrawn: Option<DayTotal>,
    /// When large amounts were withdrawn, within a day before the last one and since the last suspension.
    pub large_withdrawals: Vec<DateTime<Utc>>,
}

/// What was withdrawn on one day.
#[derive(Value, Copy, Eq)]
pub struct DayTotal {
    /// The day, of UTC.
    pub day: NaiveDate,
    /// The sum.
    pub total: Money,
}

impl Account {
    /// What can be taken out of it: the balance and the overdraft while it is active, and nothing otherwise.
    #[must_use]
    pub fn available(&self, limits: &BankLimits) -> Money {
        let currency = self.balance.currency();
        match self.status {
            Status::Active => self.balance.saturating_add(limits.of(currency).overdraft),
            Status::Suspended | Status::Closed => Money::zero(currency),
        }
    }

    /// What was withdrawn on a day, if it is the last one with withdrawals or a later one.
    #[must_use]
    pub fn withdrawn_on(&self, day: NaiveDate) -> Money {
        let same_day = self.withdrawn.filter(|withdrawn| withdrawn.day >= day);
        same_day.map_or(Money::zero(self.balance.currency()), |withdrawn| withdrawn.total)
    }
}

impl Init<AccountOpened> for Account {
    fn init(event: &AccountOpened) -> Self {
        Self {
            owner: event.owner.clone(),
            email: event.email.clone(),
            balance: Money::zero(event.currency),
            status: Status::Active,
            fraud_suspected: false,
            withdrawn: None,
            large_withdrawals: Vec::new(),
        }
    }
}

// An event has been decided: that sums can be told, and are in the account's currency, has been made sure before it.

impl Apply<MoneyDeposited> for Account {
    fn apply(&mut self, event: &MoneyDeposited) {
        self.balance = self.balance.saturating_add(event.amount);
    }
}

impl Apply<MoneyWithdrawn> for Account {
    fn apply(&mut self, event: &MoneyWithdrawn) {
        let day = event.at.date_naive();
        let total = self.withdrawn_on(day).saturating_add(event.amount);
        self.balance = self.balance.saturating_sub(event.amount);
        self.withdrawn = Some(DayTotal { day: self.withdrawn.map_or(day, |withdrawn| withdrawn.day.max(day)), total });
        if event.large {
            self.large_withdrawals.retain(|at| (event.at - *at).num_days() < 1);
            self.large_withdrawals.push(event.at);
        }
    }
}

impl Apply<OverdraftOccurred> for Account {
    /// The balance has gone below zero with the event before.
    fn apply(&mut self, _: &OverdraftOccurred) {}
}

impl Apply<InterestApplied> for Account {
    fn apply(&mut self, event: &InterestApplied) {
        self.balance = self.balance.saturating_add(event.amount);
    }
}

impl Apply<FeeCharged> for Account {
    fn apply(&mut self, event: &FeeCharged) {
        self.balance = self.balance.saturating_sub(event.amount);
    }
}

impl Apply<AccountSuspended> for Account {
    fn apply(&mut self, event: &AccountSuspended) {
        self.status = Status::Suspended;
        self.fraud_suspected = matches!(event.reason, SuspensionReason::SuspectedFraud { .. });
        self.large_withdrawals.clear();
    }
}

impl Apply<AccountReactivated> for Account {
    fn apply(&mut self, _: &AccountReactivated) {
        self.status = Status::Active;
        self.fraud_suspected = false;
    }
}

impl Apply<EmailChanged> for Account {
    fn apply(&mut self, event: &EmailChanged) {
        self.email = event.email.clone();
    }
}

impl Apply<AccountClosed> for Account {
    fn apply(&mut self, _: &AccountClosed) {
        self.status = Status::Closed;
    }
}
