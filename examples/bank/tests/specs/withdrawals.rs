use bank::domain::{Account, AccountError, Currency, Money, MoneyDeposited, OverdraftOccurred, Status, Withdraw};
use cqrs_runtime::testing::{Spec, assert_spec_snapshot};

use crate::given::{NOON, closed, deposited, id, limits, opened, suspended, usd, withdraw, withdrawn};

fn account_with(cents: i64) -> Spec<Account> {
    Spec::given((opened(), deposited(cents))).config(limits()).at(NOON)
}

#[test]
fn withdrawing_money() {
    let withdraw = Withdraw { description: Some("groceries".into()), ..withdraw(40_00) };
    assert_spec_snapshot!(account_with(100_00).when(withdraw));
}

#[test]
fn withdrawing_more_than_the_balance_uses_the_overdraft() {
    assert_spec_snapshot!(account_with(100_00).when(withdraw(120_00)));
}

#[test]
fn the_whole_balance_is_no_overdraft() {
    account_with(100_00).when(withdraw(100_00)).then_events(withdrawn(100_00, NOON));
}

#[test]
fn the_overdraft_can_be_used_to_its_end() {
    let overdraft = OverdraftOccurred { balance: usd(-50_00) };
    account_with(100_00).when(withdraw(150_00)).then_events((withdrawn(150_00, NOON), overdraft));
}

#[test]
fn withdrawing_more_than_the_overdraft_is_refused() {
    let insufficient = AccountError::InsufficientFunds { available: usd(150_00) };
    account_with(100_00).when(withdraw(150_01)).then_error(insufficient.clone());
    account_with(100_00).when(withdraw(i64::MAX)).then_error(insufficient);
}

#[test]
fn an_account_below_zero_goes_no_further_than_the_overdraft_and_occurs_once() {
    let overdrawn = || {
        let overdraft = OverdraftOccurred { balance: usd(-20_00) };
        Spec::<Account>::given((opened(), deposited(100_00), withdrawn(120_00, NOON), overdraft))
            .config(limits())
            .at(NOON)
    };
    overdrawn().when(withdraw(30_00)).then_events(withdrawn(30_00, NOON));
    overdrawn().when(withdraw(30_01)).then_error(AccountError::InsufficientFunds { available: usd(30_00) });
}

#[test]
fn the_overdraft_of_a_full_account_does_not_overflow() {
    let most = MoneyDeposited { amount: usd(i64::MAX), description: None };
    let mut limits = limits();
    limits.standard.daily_withdrawals = u32::MAX;
    let spec = Spec::<Account>::given((opened(), most)).config(limits).at(NOON);
    spec.when(withdraw(100_00)).then_state(|account| assert_eq!(account.balance, usd(i64::MAX - 100_00)));
}

#[test]
fn a_withdrawal_is_more_than_nothing() {
    for cents in [0, -1, i64::MIN] {
        account_with(100_00).when(withdraw(cents)).then_error(AccountError::AmountNotPositive);
    }
}

#[test]
fn a_withdrawal_is_in_the_accounts_currency() {
    let euros = Withdraw { account_id: id(), amount: Money::new(5_00, Currency::Eur), description: None };
    let mismatch = AccountError::CurrencyMismatch { account: Currency::Usd, given: Currency::Eur };
    account_with(100_00).when(euros).then_error(mismatch);
}

#[test]
fn only_an_active_account_gives_money() {
    let refused = |status| AccountError::NotActive { status };
    let given = (opened(), deposited(100_00), suspended());
    Spec::<Account>::given(given).when(withdraw(1)).then_error(refused(Status::Suspended));
    Spec::<Account>::given((opened(), closed())).when(withdraw(1)).then_error(refused(Status::Closed));
}

#[test]
fn a_days_withdrawals_keep_to_the_limit() {
    let given = || {
        let before =
            (opened(), deposited(5_000_00), withdrawn(250_00, "2026-03-01T00:00:00Z"), withdrawn(250_00, NOON));
        Spec::<Account>::given(before).config(limits()).at("2026-03-01T23:59:59Z")
    };
    let exceeded = AccountError::DailyLimitExceeded { limit: usd(1_000_00), left: usd(500_00) };
    given().when(withdraw(500_01)).then_error(exceeded);
    given().when(withdraw(500_00)).then_events(withdrawn(500_00, "2026-03-01T23:59:59Z"));
}

#[test]
fn the_limit_is_a_new_one_on_the_next_day() {
    let given = (opened(), deposited(5_000_00), withdrawn(1_000_00, NOON));
    let next_day = "2026-03-02T00:00:00Z";
    let spec = Spec::<Account>::given(given).config(limits()).at(next_day);
    spec.when(withdraw(299_00)).then_events(withdrawn(299_00, next_day));
}

#[test]
fn a_clock_that_steps_back_does_not_renew_the_limit() {
    let given = (opened(), deposited(5_000_00), withdrawn(900_00, "2026-03-02T00:00:00Z"));
    let spec = Spec::<Account>::given(given).config(limits()).at("2026-03-01T23:59:59Z");
    let exceeded = AccountError::DailyLimitExceeded { limit: usd(1_000_00), left: usd(100_00) };
    spec.when(withdraw(100_01)).then_error(exceeded);
}
