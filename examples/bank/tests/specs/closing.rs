use bank::domain::{Account, AccountError, CloseAccount, OverdraftOccurred, Status};
use cqrs_runtime::testing::{Spec, assert_spec_snapshot};

use crate::given::{NOON, closed, deposited, id, opened, suspended, usd, withdrawn};

fn close() -> CloseAccount {
    CloseAccount { account_id: id() }
}

#[test]
fn closing_an_account() {
    let given = (opened(), deposited(100_00), withdrawn(100_00, NOON));
    assert_spec_snapshot!(Spec::<Account>::given(given).when(close()));
}

#[test]
fn an_account_with_money_or_debts_is_not_closed() {
    let refused = |cents| AccountError::BalanceNotZero { balance: usd(cents) };
    Spec::<Account>::given((opened(), deposited(1))).when(close()).then_error(refused(1));
    let overdraft = OverdraftOccurred { balance: usd(-1) };
    Spec::<Account>::given((opened(), withdrawn(1, NOON), overdraft)).when(close()).then_error(refused(-1));
}

#[test]
fn only_an_active_account_is_closed() {
    let refused = |status| AccountError::NotActive { status };
    Spec::<Account>::given((opened(), suspended())).when(close()).then_error(refused(Status::Suspended));
    Spec::<Account>::given((opened(), closed())).when(close()).then_error(refused(Status::Closed));
}
