use bank::domain::{Account, AccountError, ChargeFee, Currency, FeeCharged, Money, OverdraftOccurred, Status};
use cqrs_runtime::testing::{Spec, assert_spec_snapshot};

use crate::given::{deposited, id, limits, opened, suspended, usd};

fn charge(cents: i64) -> ChargeFee {
    ChargeFee { account_id: id(), amount: usd(cents), reason: "monthly fee".into() }
}

fn account_with(cents: i64) -> Spec<Account> {
    Spec::given((opened(), deposited(cents))).config(limits())
}

#[test]
fn charging_a_fee() {
    assert_spec_snapshot!(account_with(100_00).when(charge(2_50)));
}

#[test]
fn a_fee_can_lead_below_zero() {
    let charged = FeeCharged { amount: usd(2_50), reason: "monthly fee".into() };
    account_with(1_00).when(charge(2_50)).then_events((charged, OverdraftOccurred { balance: usd(-1_50) }));
}

#[test]
fn a_fee_keeps_to_the_overdraft() {
    let insufficient = AccountError::InsufficientFunds { available: usd(51_00) };
    account_with(1_00).when(charge(51_01)).then_error(insufficient);
}

#[test]
fn a_fee_is_more_than_nothing_in_the_accounts_currency_and_has_a_reason() {
    account_with(1_00).when(charge(0)).then_error(AccountError::AmountNotPositive);
    let yen = ChargeFee { amount: Money::new(1, Currency::Jpy), ..charge(1) };
    let mismatch = AccountError::CurrencyMismatch { account: Currency::Usd, given: Currency::Jpy };
    account_with(1_00).when(yen).then_error(mismatch);
    let unexplained = ChargeFee { reason: " ".into(), ..charge(1) };
    account_with(1_00).when(unexplained).then_error(AccountError::ReasonRequired);
}

#[test]
fn only_an_active_account_is_charged() {
    let refused = AccountError::NotActive { status: Status::Suspended };
    Spec::<Account>::given((opened(), deposited(100_00), suspended())).when(charge(1)).then_error(refused);
}
