//! The rules: which events follow from which command.

use cqrs_runtime::prelude::*;

use super::{
    Account, AccountClosed, AccountError, AccountOpened, AccountReactivated, AccountSuspended, ApplyInterest,
    ChangeEmail, ChargeFee, CloseAccount, Deposit, EmailChanged, FeeCharged, InterestApplied, Money, MoneyDeposited,
    MoneyWithdrawn, OpenAccount, OverdraftOccurred, ReactivateAccount, Status, SuspendAccount, SuspensionReason,
    Withdraw,
};

type Decision = Result<Events<Account>, AccountError>;

impl Create<OpenAccount> for Account {
    fn create(command: OpenAccount, cx: &Context<Self>) -> Decision {
        let OpenAccount { owner, email, deposit, .. } = command;
        if owner.trim().is_empty() {
            return Err(AccountError::HolderRequired);
        }
        let email = email.parse()?;
        let minimum = cx.config().of(deposit.currency()).opening_balance;
        if deposit < minimum {
            return Err(AccountError::OpeningBalanceTooLow { minimum });
        }
        let opened = AccountOpened { owner, email, currency: deposit.currency() };
        if deposit.is_zero() {
            return Ok(opened.into());
        }
        let description = Some(String::from("opening balance"));
        Ok(events![opened, MoneyDeposited { amount: deposit, description }])
    }
}

impl Handle<Deposit> for Account {
    fn handle(&self, command: Deposit, _: &Context<Self>) -> Decision {
        self.ensure_active()?;
        ensure_positive(command.amount)?;
        self.balance.checked_add(command.amount)?;
        Ok(MoneyDeposited { amount: command.amount, description: command.description }.into())
    }
}

impl Handle<Withdraw> for Account {
    fn handle(&self, command: Withdraw, cx: &Context<Self>) -> Decision {
        let Withdraw { amount, description, .. } = command;
        self.ensure_active()?;
        self.ensure_affordable(amount, cx)?;
        self.ensure_within_daily_limit(amount, cx)?;
        let large = amount >= cx.config().of(amount.currency()).large_withdrawal;
        let mut events = events![MoneyWithdrawn { amount, description, at: cx.now(), large }];
        if let Some(overdraft) = self.overdraft_by(amount) {
            events = events.and(overdraft);
        }
        if large && let Some(reason) = self.suspicion(cx) {
            events = events.and(AccountSuspended { reason });
        }
        Ok(events)
    }
}

impl Handle<ApplyInterest> for Account {
    /// No interest is due on nothing, or where it would be less than a minor unit.
    fn handle(&self, command: ApplyInterest, _: &Context<Self>) -> Decision {
        self.ensure_active()?;
        if !command.rate.is_sensible() {
            return Err(AccountError::RateOutOfRange);
        }
        let amount = command.rate.of(self.balance).ok_or(AccountError::AmountTooLarge)?;
        if !amount.is_positive() {
            return Ok(Events::none());
        }
        self.balance.checked_add(amount)?;
        Ok(InterestApplied { amount, rate: command.rate }.into())
    }
}

impl Handle<ChargeFee> for Account {
    fn handle(&self, command: ChargeFee, cx: &Context<Self>) -> Decision {
        let ChargeFee { amount, reason, .. } = command;
        self.ensure_active()?;
        ensure_reason(&reason)?;
        self.ensure_affordable(amount, cx)?;
        let charged = events![FeeCharged { amount, reason }];
        Ok(match self.overdraft_by(amount) {
            Some(overdraft) => charged.and(overdraft),
            None => charged,
        })
    }
}

impl Handle<SuspendAccount> for Account {
    fn handle(&self, command: SuspendAccount, _: &Context<Self>) -> Decision {
        self.ensure_active()?;
        ensure_reason(&command.reason)?;
        Ok(AccountSuspended { reason: SuspensionReason::Requested { reason: command.reason } }.into())
    }
}

impl Handle<ReactivateAccount> for Account {
    fn handle(&self, _: ReactivateAccount, _: &Context<Self>) -> Decision {
        match self.status {
            Status::Suspended => Ok(AccountReactivated {}.into()),
            status => Err(AccountError::NotSuspended { status }),
        }
    }
}

impl Handle<ChangeEmail> for Account {
    fn handle(&self, command: ChangeEmail, cx: &Context<Self>) -> Decision {
        if self.status == Status::Closed {
            return Err(AccountError::Closed);
        }
        let email = command.email.parse()?;
        if email == self.email {
            return Ok(Events::none());
        }
        let changed_by = if cx.principal().is_empty() { "unknown" } else { cx.principal() };
        Ok(EmailChanged { email, changed_by: changed_by.to_owned() }.into())
    }
}

impl Handle<CloseAccount> for Account {
    fn handle(&self, _: CloseAccount, _: &Context<Self>) -> Decision {
        self.ensure_active()?;
        if !self.balance.is_zero() {
            return Err(AccountError::BalanceNotZero { balance: self.balance });
        }
        Ok(AccountClosed {}.into())
    }
}

impl Account {
    fn ensure_active(&self) -> Result<(), AccountError> {
        match self.status {
            Status::Active => Ok(()),
            status => Err(AccountError::NotActive { status }),
        }
    }

    /// Whether the balance and the overdraft suffice; what they leave can then be told.
    fn ensure_affordable(&self, amount: Money, cx: &Context<Self>) -> Result<(), AccountError> {
        ensure_positive(amount)?;
        self.ensure_own_currency(amount)?;
        let available = self.available(cx.config());
        if amount > available {
            return Err(AccountError::InsufficientFunds { available });
        }
        Ok(())
    }

    fn ensure_own_currency(&self, amount: Money) -> Result<(), AccountError> {
        let (account, given) = (self.balance.currency(), amount.currency());
        if account == given { Ok(()) } else { Err(AccountError::CurrencyMismatch { account, given }) }
    }

    fn ensure_within_daily_limit(&self, amount: Money, cx: &Context<Self>) -> Result<(), AccountError> {
        let limit = cx.config().of(amount.currency()).daily_withdrawals;
        let left = limit.saturating_sub(self.withdrawn_on(cx.now().date_naive()));
        if amount > left {
            return Err(AccountError::DailyLimitExceeded { limit, left });
        }
        Ok(())
    }

    /// The event that is due where taking `amount` crosses zero.
    fn overdraft_by(&self, amount: Money) -> Option<OverdraftOccurred> {
        let balance = self.balance.saturating_sub(amount);
        (balance.is_negative() && !self.balance.is_negative()).then_some(OverdraftOccurred { balance })
    }

    /// Why one more large withdrawal, now, looks like fraud, if it does.
    fn suspicion(&self, cx: &Context<Self>) -> Option<SuspensionReason> {
        let limits = cx.config().of(self.balance.currency());
        let within_minutes = limits.suspicious_minutes;
        let recent = |at: &&DateTime<Utc>| (cx.now() - **at).num_minutes() < i64::from(within_minutes);
        let earlier = self.large_withdrawals.iter().filter(recent).count();
        let large_withdrawals = u32::try_from(earlier).unwrap_or(u32::MAX).saturating_add(1);
        let suspicious = large_withdrawals >= limits.suspicious_withdrawals;
        suspicious.then_some(SuspensionReason::SuspectedFraud { large_withdrawals, within_minutes })
    }
}

fn ensure_positive(amount: Money) -> Result<(), AccountError> {
    if amount.is_positive() { Ok(()) } else { Err(AccountError::AmountNotPositive) }
}

fn ensure_reason(reason: &str) -> Result<(), AccountError> {
    if reason.trim().is_empty() { Err(AccountError::ReasonRequired) } else { Ok(()) }
}
