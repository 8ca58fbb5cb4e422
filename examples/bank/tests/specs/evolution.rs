//! Payloads of every version, as they stand in databases, and what they are read as.

use bank::domain::{Account, MoneyDeposited};
use cqrs_runtime::testing::{Spec, StoredSpec, assert_spec_snapshot};

use crate::given::usd;

fn stored(name: &str, version: u32, payload: &str) -> StoredSpec<Account> {
    Spec::stored(name, version, payload)
}

fn deposit_v1(amount: &str) -> StoredSpec<Account> {
    stored("MoneyDeposited", 1, &format!(r#"{{"amount":{amount}}}"#))
}

#[test]
fn account_opened_v1() {
    let payload = r#"{"owner":"Ada Lovelace","email":"ada@example.org"}"#;
    assert_spec_snapshot!(stored("AccountOpened", 1, payload).when_read());
}

#[test]
fn account_opened_v2() {
    let payload = r#"{"owner":"Ada Lovelace","email":"ada@example.org","currency":"EUR"}"#;
    assert_spec_snapshot!(stored("AccountOpened", 2, payload).when_read());
}

#[test]
fn money_deposited_v1() {
    assert_spec_snapshot!(deposit_v1("19.99").when_read());
}

#[test]
fn money_deposited_v2() {
    assert_spec_snapshot!(stored("MoneyDeposited", 2, r#"{"cents":1999}"#).when_read());
}

#[test]
fn money_deposited_v3() {
    let payload = r#"{"amount":{"minor":1999,"currency":"EUR"},"description":"gift"}"#;
    assert_spec_snapshot!(stored("MoneyDeposited", 3, payload).when_read());
}

#[test]
fn sums_that_floating_point_dollars_got_slightly_wrong_are_read_as_they_were_meant() {
    let meant = MoneyDeposited { amount: usd(30), description: None };
    deposit_v1("0.30000000000000004").then_events(meant);
}

#[test]
fn a_fraction_of_a_cent_is_an_error() {
    assert_spec_snapshot!(deposit_v1("12.345").when_read());
}

#[test]
fn what_is_no_number_is_an_error() {
    deposit_v1("NaN").then_error("payload is not of the version's shape");
    deposit_v1("null").then_error("payload is not of the version's shape");
    deposit_v1("1e400").then_error("payload is not of the version's shape");
    deposit_v1("1e300").then_error("more than a floating-point number can tell in cents");
}

#[test]
fn email_changed_v1() {
    assert_spec_snapshot!(stored("EmailChanged", 1, r#"{"mail":"lovelace@example.org"}"#).when_read());
}

#[test]
fn email_changed_v2() {
    let payload = r#"{"email":"lovelace@example.org","changed_by":"grace"}"#;
    assert_spec_snapshot!(stored("EmailChanged", 2, payload).when_read());
}

#[test]
fn money_withdrawn_v1() {
    let payload =
        r#"{"amount":{"minor":30000,"currency":"USD"},"description":null,"at":"2026-03-01T12:00:00Z","large":true}"#;
    assert_spec_snapshot!(stored("MoneyWithdrawn", 1, payload).when_read());
}

#[test]
fn overdraft_occurred_v1() {
    let payload = r#"{"balance":{"minor":-2000,"currency":"USD"}}"#;
    assert_spec_snapshot!(stored("OverdraftOccurred", 1, payload).when_read());
}

#[test]
fn interest_applied_v1() {
    let payload = r#"{"amount":{"minor":1250,"currency":"USD"},"rate":{"basis_points":125}}"#;
    assert_spec_snapshot!(stored("InterestApplied", 1, payload).when_read());
}

#[test]
fn fee_charged_v1() {
    let payload = r#"{"amount":{"minor":250,"currency":"USD"},"reason":"monthly fee"}"#;
    assert_spec_snapshot!(stored("FeeCharged", 1, payload).when_read());
}

#[test]
fn account_suspended_v1_for_fraud() {
    let payload = r#"{"reason":{"suspected_fraud":{"large_withdrawals":3,"within_minutes":10}}}"#;
    assert_spec_snapshot!(stored("AccountSuspended", 1, payload).when_read());
}

#[test]
fn account_suspended_v1_on_request() {
    assert_spec_snapshot!(
        stored("AccountSuspended", 1, r#"{"reason":{"requested":{"reason":"card lost"}}}"#).when_read()
    );
}

#[test]
fn account_reactivated_v1() {
    assert_spec_snapshot!(stored("AccountReactivated", 1, "{}").when_read());
}

#[test]
fn account_closed_v1() {
    assert_spec_snapshot!(stored("AccountClosed", 1, "{}").when_read());
}
