use bank::domain::{Account, AccountError, Currency, Deposit, Money, MoneyDeposited, Status};
use cqrs_runtime::testing::{Spec, assert_spec_snapshot};

use crate::given::{closed, deposit, deposited, id, opened, suspended, usd};

#[test]
fn depositing_money() {
    let deposit = Deposit { description: Some("salary".into()), ..deposit(2_500_00) };
    assert_spec_snapshot!(Spec::<Account>::given((opened(), deposited(100_00))).when(deposit));
}

#[test]
fn a_deposit_is_more_than_nothing() {
    for cents in [0, -1, i64::MIN] {
        Spec::<Account>::given(opened()).when(deposit(cents)).then_error(AccountError::AmountNotPositive);
    }
    Spec::<Account>::given(opened()).when(deposit(1)).then_events(deposited(1));
}

#[test]
fn a_deposit_is_in_the_accounts_currency() {
    let euros = Deposit { account_id: id(), amount: Money::new(5_00, Currency::Eur), description: None };
    let mismatch = AccountError::CurrencyMismatch { account: Currency::Usd, given: Currency::Eur };
    Spec::<Account>::given(opened()).when(euros).then_error(mismatch);
}

#[test]
fn a_balance_never_overflows() {
    let most = MoneyDeposited { amount: usd(i64::MAX), description: None };
    Spec::<Account>::given((opened(), most)).when(deposit(1)).then_error(AccountError::AmountTooLarge);
}

#[test]
fn only_an_active_account_takes_money() {
    let refused = |status| AccountError::NotActive { status };
    Spec::<Account>::given((opened(), suspended())).when(deposit(1)).then_error(refused(Status::Suspended));
    Spec::<Account>::given((opened(), closed())).when(deposit(1)).then_error(refused(Status::Closed));
}

#[test]
fn an_account_that_was_never_opened_takes_no_money() {
    Spec::<Account>::given(()).when(deposit(1)).then_not_found();
}
