use bank::domain::{Account, AccountError, ApplyInterest, InterestApplied, OverdraftOccurred, Rate, Status};
use cqrs_runtime::testing::{Spec, assert_spec_snapshot};

use crate::given::{NOON, deposited, id, opened, suspended, usd, withdrawn};

fn apply(basis_points: u32) -> ApplyInterest {
    ApplyInterest { account_id: id(), rate: Rate::basis_points(basis_points) }
}

#[test]
fn crediting_interest() {
    assert_spec_snapshot!(Spec::<Account>::given((opened(), deposited(1_000_00))).when(apply(125)));
}

#[test]
fn a_fraction_of_a_cent_is_the_banks() {
    let credited = InterestApplied { amount: usd(12), rate: Rate::basis_points(125) };
    Spec::<Account>::given((opened(), deposited(9_99))).when(apply(125)).then_events(credited);
}

#[test]
fn where_less_than_a_cent_is_due_nothing_happens() {
    Spec::<Account>::given((opened(), deposited(79))).when(apply(125)).then_nothing();
    Spec::<Account>::given(opened()).when(apply(125)).then_nothing();
}

#[test]
fn debts_earn_no_interest() {
    let overdraft = OverdraftOccurred { balance: usd(-100_00) };
    Spec::<Account>::given((opened(), withdrawn(100_00, NOON), overdraft)).when(apply(125)).then_nothing();
}

#[test]
fn a_rate_is_more_than_nothing_and_at_most_the_whole() {
    for basis_points in [0, 10_001, u32::MAX] {
        let spec = Spec::<Account>::given((opened(), deposited(1_000_00)));
        spec.when(apply(basis_points)).then_error(AccountError::RateOutOfRange);
    }
    let doubled = InterestApplied { amount: usd(1_00), rate: Rate::basis_points(10_000) };
    Spec::<Account>::given((opened(), deposited(1_00))).when(apply(10_000)).then_events(doubled);
}

#[test]
fn interest_never_overflows() {
    Spec::<Account>::given((opened(), deposited(i64::MAX)))
        .when(apply(10_000))
        .then_error(AccountError::AmountTooLarge);
}

#[test]
fn only_an_active_account_earns_interest() {
    let refused = AccountError::NotActive { status: Status::Suspended };
    Spec::<Account>::given((opened(), deposited(100_00), suspended())).when(apply(125)).then_error(refused);
}
