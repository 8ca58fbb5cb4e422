//! What a specification says that does not hold: what was given, what came of it, and where it differs.

mod domain;
mod projections;

use std::panic::{AssertUnwindSafe, catch_unwind};

use cqrs_runtime::prelude::*;
use cqrs_runtime::testing::Spec;
use insta::assert_snapshot;

use self::domain::{
    Account, AccountError, AccountEvent, Deposit, Deposited, Note, Noted, Open, Opened, Seconds, Withdraw, Withdrawn,
};

/// What a specification says when it fails.
fn said<T>(specification: impl FnOnce() -> T) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(specification)) else { panic!("the specification holds") };
    *panic.downcast::<String>().expect("a sentence")
}

fn account() -> Spec<Account> {
    Spec::given((Opened { owner: "ada".to_owned() }, Deposited { amount: 20 }))
}

fn withdraw(amount: i64) -> Withdraw {
    Withdraw { account: domain::id(), amount }
}

#[test]
fn other_events_than_expected() {
    let specification = account().at("2026-03-01T10:00:00Z").by("ada").when(withdraw(15));
    assert_snapshot!(said(|| specification.then_events(Withdrawn { amount: 5 }).to_string()), @r"
    the specification does not hold

    Given
      Opened
        owner: ada
      Deposited
        amount: 20
    When
      on 2026-03-01T10:00:00Z
      by ada
      Withdraw
        account: 00000000-0000-0000-0000-000000000007
        amount: 15

    Expected
      Withdrawn
        amount: 5

    Actual
      Withdrawn
        amount: 15

    Difference (- expected, + actual)
      Withdrawn
    -   amount: 5
    +   amount: 15
    ");
}

#[test]
fn events_where_a_refusal_is_expected() {
    let specification = account().when(withdraw(15));
    assert_snapshot!(said(|| specification.then_error(AccountError::Short { available: 20 }).to_string()), @r"
    the specification does not hold

    Given
      Opened
        owner: ada
      Deposited
        amount: 20
    When
      Withdraw
        account: 00000000-0000-0000-0000-000000000007
        amount: 15

    Expected
      refused: INSUFFICIENT_FUNDS (at amount)
        insufficient funds: 20 available

    Actual
      Withdrawn
        amount: 15

    Difference (- expected, + actual)
    - refused: INSUFFICIENT_FUNDS (at amount)
    -   insufficient funds: 20 available
    + Withdrawn
    +   amount: 15
    ");
}

#[test]
fn a_refusal_where_events_are_expected() {
    let specification = account().when(withdraw(50));
    assert_snapshot!(said(|| specification.then_events(Withdrawn { amount: 50 }).to_string()), @r"
    the specification does not hold

    Given
      Opened
        owner: ada
      Deposited
        amount: 20
    When
      Withdraw
        account: 00000000-0000-0000-0000-000000000007
        amount: 50

    Expected
      Withdrawn
        amount: 50

    Actual
      refused: INSUFFICIENT_FUNDS (at amount)
        insufficient funds: 20 available

    Difference (- expected, + actual)
    - Withdrawn
    -   amount: 50
    + refused: INSUFFICIENT_FUNDS (at amount)
    +   insufficient funds: 20 available
    ");
}

#[test]
fn another_refusal_than_expected() {
    let specification = account().when(withdraw(50));
    assert_snapshot!(said(|| specification.then_error(AccountError::Short { available: 5 }).to_string()), @r"
    the specification does not hold

    Given
      Opened
        owner: ada
      Deposited
        amount: 20
    When
      Withdraw
        account: 00000000-0000-0000-0000-000000000007
        amount: 50

    Expected
      refused: INSUFFICIENT_FUNDS (at amount)
        insufficient funds: 5 available

    Actual
      refused: INSUFFICIENT_FUNDS (at amount)
        insufficient funds: 20 available

    Difference (- expected, + actual)
      refused: INSUFFICIENT_FUNDS (at amount)
    -   insufficient funds: 5 available
    +   insufficient funds: 20 available
    ");
}

#[test]
fn events_where_nothing_is_expected() {
    let specification = account().when(Deposit { account: domain::id(), amount: 1 });
    assert_snapshot!(said(|| specification.then_nothing().to_string()), @r"
    the specification does not hold

    Given
      Opened
        owner: ada
      Deposited
        amount: 20
    When
      Deposit
        account: 00000000-0000-0000-0000-000000000007
        amount: 1

    Expected
      nothing

    Actual
      Deposited
        amount: 1

    Difference (- expected, + actual)
    - nothing
    + Deposited
    +   amount: 1
    ");
}

#[test]
fn other_claims_than_expected() {
    let specification = Spec::<Account>::given(()).when(Open { account: domain::id(), owner: "ada".to_owned() });
    assert_snapshot!(said(|| specification.then_claims(&[]).to_string()), @r"
    the specification does not hold

    Given
      nothing
    When
      Open
        account: 00000000-0000-0000-0000-000000000007
        owner: ada

    Expected
      takes and releases nothing

    Actual
      takes owner `ada`

    Difference (- expected, + actual)
    - takes and releases nothing
    + takes owner `ada`
    ");
}

#[test]
fn events_that_differ_in_what_is_not_stored() {
    let specification = account().when(Note { account: domain::id(), after: Seconds::from_millis(1_000), weight: 1.0 });
    let noted = Noted { after: Seconds::from_millis(1_500), weight: 1.0 };
    let said = said(|| specification.then_events(noted).to_string());
    assert!(said.ends_with("They read alike, but are not equal: something of them is not stored"), "{said}");
}

#[test]
fn a_stored_payload_that_is_read_otherwise() {
    let stored = Spec::<Account>::stored("Deposited", 1, r#"{"amount":7}"#);
    assert_snapshot!(said(|| stored.then_events(Deposited { amount: 8 }).to_string()), @r#"
    the specification does not hold

    Given, as stored
      Deposited version 1
      {"amount":7}

    Expected
      Deposited
        amount: 8

    Actual
      Deposited
        amount: 7

    Difference (- expected, + actual)
      Deposited
    -   amount: 8
    +   amount: 7
    "#);
}

#[test]
fn a_stored_payload_that_can_be_read_after_all() {
    let stored = Spec::<Account>::stored("Deposited", 1, r#"{"amount":7}"#);
    assert_snapshot!(said(|| stored.then_error("invalid type").to_string()), @r#"
    the specification does not hold

    Given, as stored
      Deposited version 1
      {"amount":7}

    Expected
      not readable: .. invalid type ..

    Actual
      Deposited
        amount: 7

    Difference (- expected, + actual)
    - not readable: .. invalid type ..
    + Deposited
    +   amount: 7
    "#);
}

#[test]
fn a_stored_payload_that_cannot_be_read_for_another_reason() {
    let stored = Spec::<Account>::stored("Deposited", 1, r#"{"sum":7}"#);
    assert_snapshot!(said(|| stored.then_error("invalid type").to_string()), @r#"
    the specification does not hold

    Given, as stored
      Deposited version 1
      {"sum":7}

    Expected
      not readable: .. invalid type ..

    Actual
      not readable: the payload is not of the version's shape
        missing field `amount` at line 1 column 9

    Difference (- expected, + actual)
    - not readable: .. invalid type ..
    + not readable: the payload is not of the version's shape
    +   missing field `amount` at line 1 column 9
    "#);
}

#[test]
fn an_event_that_is_another_after_being_stored_and_read() {
    let note = Note { account: domain::id(), after: Seconds::from_millis(1_500), weight: 1.0 };
    assert_snapshot!(said(|| account().when(note)), @r#"
    `Noted` is not the same after being stored and read
      written [Noted(Noted { after: Seconds(1.5s), weight: 1.0 })]
      as      {"after":1,"weight":1.0}
      read    [Noted(Noted { after: Seconds(1s), weight: 1.0 })]
    "#);
}

#[test]
fn an_event_that_cannot_be_read_after_being_stored() {
    let noted = Noted { after: Seconds::from_millis(3_601_000), weight: 1.0 };
    let given = Spec::<Account>::given((Opened { owner: "ada".to_owned() }, noted));
    assert_snapshot!(said(|| given.when(withdraw(1))), @r#"
    `Noted` can't be read after being stored as
      {"after":3601,"weight":1.0}
    the payload is not of the version's shape
      an hour at most at line 1 column 13
    "#);
}

#[test]
fn an_event_that_cannot_be_stored() {
    let noted = Noted { after: Seconds::from_millis(1_000), weight: f64::NAN };
    let given = Spec::<Account>::given((Opened { owner: "ada".to_owned() }, noted));
    assert_snapshot!(
        said(|| given.when(withdraw(1))),
        @"`Noted` can't be written as JSON: `weight` is NaN, for which JSON has no form"
    );
}

#[test]
fn given_events_that_cannot_follow_each_other() {
    let deposit = || Spec::<Account>::given(Deposited { amount: 1 }).when(withdraw(1));
    assert_snapshot!(said(deposit), @"`Deposited` can't stand in this place of a stream of `Account`: it changes a state, and nothing has begun one yet");
    let opened = || Opened { owner: "ada".to_owned() };
    let twice = || Spec::<Account>::given([opened(), opened()]).when(withdraw(1));
    assert_snapshot!(said(twice), @"`Opened` can't stand in this place of a stream of `Account`: it begins a stream, and this one has begun");
}

#[test]
fn any_number_of_events_can_be_given_and_expected() {
    let opened = || Opened { owner: "ada".to_owned() };
    let deposited = |amount| Deposited { amount };
    let given: [Spec<Account>; 4] = [
        Spec::given(events![opened()].and(deposited(20))),
        Spec::given(vec![AccountEvent::from(opened()), deposited(20).into()]),
        Spec::given([AccountEvent::from(opened()), deposited(20).into()]),
        Spec::given(events![
            opened(),
            deposited(1),
            deposited(1),
            deposited(1),
            deposited(1),
            deposited(1),
            deposited(1),
            deposited(1),
            deposited(13)
        ]),
    ];
    for given in given {
        given.clone().when(withdraw(15)).then_events([Withdrawn { amount: 15 }]);
        given.when(withdraw(15)).then_events(vec![Withdrawn { amount: 15 }]);
    }
}

#[test]
fn events_are_collected() {
    let mut events: Events<Account> = (1..3).map(|amount| Deposited { amount }).collect();
    events.extend([Withdrawn { amount: 3 }]);
    let expected: Events<Account> = events![Deposited { amount: 1 }, Deposited { amount: 2 }, Withdrawn { amount: 3 }];
    assert_eq!(events, expected);
}
