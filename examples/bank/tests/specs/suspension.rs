use bank::domain::{Account, AccountError, ReactivateAccount, Status, SuspendAccount};
use cqrs_runtime::testing::{Spec, assert_spec_snapshot};

use crate::given::{closed, deposited, id, opened, reactivated, suspected, suspended};

fn suspend(reason: &str) -> SuspendAccount {
    SuspendAccount { account_id: id(), reason: reason.into() }
}

fn reactivate() -> ReactivateAccount {
    ReactivateAccount { account_id: id() }
}

#[test]
fn suspending_an_account() {
    assert_spec_snapshot!(Spec::<Account>::given((opened(), deposited(100_00))).when(suspend("card lost")));
}

#[test]
fn a_suspension_has_a_reason() {
    Spec::<Account>::given(opened()).when(suspend(" ")).then_error(AccountError::ReasonRequired);
}

#[test]
fn only_an_active_account_is_suspended() {
    let refused = |status| AccountError::NotActive { status };
    let again = suspend("again");
    Spec::<Account>::given((opened(), suspended())).when(again.clone()).then_error(refused(Status::Suspended));
    Spec::<Account>::given((opened(), closed())).when(again).then_error(refused(Status::Closed));
}

#[test]
fn reactivating_an_account() {
    assert_spec_snapshot!(Spec::<Account>::given((opened(), deposited(100_00), suspected(3))).when(reactivate()));
}

#[test]
fn only_a_suspended_account_is_reactivated() {
    let refused = |status| AccountError::NotSuspended { status };
    Spec::<Account>::given(opened()).when(reactivate()).then_error(refused(Status::Active));
    let twice = Spec::<Account>::given((opened(), suspended(), reactivated()));
    twice.when(reactivate()).then_error(refused(Status::Active));
    Spec::<Account>::given((opened(), closed())).when(reactivate()).then_error(refused(Status::Closed));
}
