use bank::domain::{Account, BankLimits};
use cqrs_runtime::testing::{Spec, assert_spec_snapshot};

use crate::given::{deposited, limits, opened, reactivated, suspected, withdraw, withdrawn};

fn generous() -> BankLimits {
    let mut limits = limits();
    limits.standard.daily_withdrawals = 100_000;
    limits
}

fn two_large_ones() -> Spec<Account> {
    let first = withdrawn(300_00, "2026-03-01T12:00:00Z");
    let second = withdrawn(400_00, "2026-03-01T12:05:00Z");
    Spec::given((opened(), deposited(5_000_00), first, second)).config(generous())
}

#[test]
fn several_large_withdrawals_in_a_short_time_look_like_fraud() {
    assert_spec_snapshot!(two_large_ones().at("2026-03-01T12:09:59Z").when(withdraw(300_00)));
}

#[test]
fn a_longer_time_does_not() {
    let at = "2026-03-01T12:10:00Z";
    two_large_ones().at(at).when(withdraw(300_00)).then_events(withdrawn(300_00, at));
}

#[test]
fn a_small_one_does_not() {
    let at = "2026-03-01T12:06:00Z";
    two_large_ones().at(at).when(withdraw(299_99)).then_events(withdrawn(299_99, at));
}

#[test]
fn small_ones_in_between_hide_nothing() {
    let large = |at| withdrawn(300_00, at);
    let small = |at| withdrawn(5_00, at);
    let before = (
        opened(),
        deposited(5_000_00),
        large("2026-03-01T12:00:00Z"),
        small("2026-03-01T12:01:00Z"),
        large("2026-03-01T12:02:00Z"),
        small("2026-03-01T12:03:00Z"),
    );
    let at = "2026-03-01T12:04:00Z";
    let spec = Spec::<Account>::given(before).config(generous()).at(at);
    spec.when(withdraw(300_00)).then_events((large(at), suspected(3)));
}

#[test]
fn what_went_before_a_suspension_is_settled() {
    let large = |at| withdrawn(300_00, at);
    let before = (
        opened(),
        deposited(5_000_00),
        large("2026-03-01T12:00:00Z"),
        large("2026-03-01T12:01:00Z"),
        large("2026-03-01T12:02:00Z"),
        suspected(3),
        reactivated(),
    );
    let at = "2026-03-01T12:03:00Z";
    let outcome = Spec::<Account>::given(before).config(generous()).at(at).when(withdraw(300_00));
    outcome.then_events(large(at)).then_state(|account| assert!(!account.fraud_suspected));
}

#[test]
fn only_the_last_day_is_remembered() {
    let yesterday = withdrawn(300_00, "2026-03-01T12:00:00Z");
    let spec = Spec::<Account>::given((opened(), deposited(5_000_00), yesterday)).at("2026-03-02T12:00:00Z");
    spec.config(generous()).when(withdraw(300_00)).then_state(|account| assert_eq!(account.large_withdrawals.len(), 1));
}
