use bank::domain::{Account, AccountError, ChangeEmail, EmailChanged};
use cqrs_runtime::testing::{Spec, assert_spec_snapshot};

use crate::given::{closed, id, opened, suspended};

fn change(email: &str) -> ChangeEmail {
    ChangeEmail { account_id: id(), email: email.into() }
}

#[test]
fn changing_the_address() {
    assert_spec_snapshot!(Spec::<Account>::given(opened()).by("grace").when(change("lovelace@example.org")));
}

#[test]
fn who_is_not_known_is_recorded_as_unknown() {
    let email = "lovelace@example.org".parse().expect("an address");
    let changed = EmailChanged { email, changed_by: "unknown".into() };
    Spec::<Account>::given(opened()).when(change("lovelace@example.org")).then_events(changed);
}

#[test]
fn the_same_address_changes_nothing() {
    Spec::<Account>::given(opened()).when(change("ada@example.org")).then_nothing();
}

#[test]
fn an_address_must_be_one() {
    let invalid = "ada@".parse::<bank::domain::Email>().expect_err("no address");
    Spec::<Account>::given(opened()).when(change("ada@")).then_error(invalid.into());
}

#[test]
fn a_suspended_account_can_be_told_a_new_address_a_closed_one_cannot() {
    let change = || change("lovelace@example.org");
    let outcome = Spec::<Account>::given((opened(), suspended())).when(change());
    outcome.then_state(|account| assert_eq!(account.email.to_string(), "lovelace@example.org"));
    Spec::<Account>::given((opened(), closed())).when(change()).then_error(AccountError::Closed);
}
