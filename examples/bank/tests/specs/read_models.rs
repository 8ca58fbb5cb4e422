//! What accounts' events make of the tables that the bank is asked about.

use bank::domain::{Account, AccountId, FeeCharged, InterestApplied, Rate, Status};
use bank::read_models::{AccountStatement, AccountSummary, DailyTotal, RunningBalance};
use cqrs_runtime::prelude::*;
use cqrs_runtime::testing::{ProjectionSpec, assert_spec_snapshot};

use super::given::{NOON, closed, deposited, opened, reactivated, suspended, usd, withdrawn};

fn id(number: u128) -> AccountId {
    Uuid::from_u128(number).into()
}

#[test]
fn a_summary_shows_an_account_as_it_is_now() {
    let spec = ProjectionSpec::<AccountSummary>::new()
        .at("2026-03-01T10:00:00Z")
        .given::<Account>(&id(1), (opened(), deposited(100_00)))
        .at("2026-03-02T10:00:00Z")
        .given::<Account>(&id(2), (opened(), deposited(50_00), withdrawn(20_00, NOON), fee_charged(1_00)))
        .given::<Account>(&id(1), (interest_applied(1_00), suspended()));
    assert_spec_snapshot!(spec);
}

fn interest_applied(cents: i64) -> InterestApplied {
    InterestApplied { amount: usd(cents), rate: "1".parse::<Rate>().expect("a rate") }
}

fn fee_charged(cents: i64) -> FeeCharged {
    FeeCharged { amount: usd(cents), reason: "card".to_owned() }
}

#[test]
fn a_summary_follows_the_standing_of_an_account() {
    let spec = ProjectionSpec::<AccountSummary>::new()
        .given::<Account>(&id(1), (opened(), suspended(), reactivated()))
        .given::<Account>(&id(2), (opened(), closed()));
    let standing: Vec<_> = spec.rows().into_iter().map(|row| (row.account_id, row.status)).collect();
    assert_eq!(standing, [(id(1), Status::Active), (id(2), Status::Closed)]);
}

#[test]
fn a_statement_runs_the_balance() {
    let spec = ProjectionSpec::<AccountStatement>::new()
        .at("2026-03-01T10:00:00Z")
        .given::<Account>(&id(1), (opened(), deposited(100_00), withdrawn(30_00, NOON)))
        .at("2026-03-05T10:00:00Z")
        .given::<Account>(&id(1), (interest_applied(2_50), fee_charged(5_00)));
    let running = RunningBalance { account_id: id(1), owner: "Ada Lovelace".to_owned(), balance: usd(67_50) };
    assert_eq!(spec.lookups::<RunningBalance>(), [running]);
    assert_spec_snapshot!(spec);
}

#[test]
fn totals_are_kept_by_day_and_currency() {
    let spec = ProjectionSpec::<DailyTotal>::new()
        .at("2026-03-01T23:59:59Z")
        .given::<Account>(&id(1), (opened(), deposited(100_00)))
        .given::<Account>(&id(2), (opened(), deposited(50_00)))
        .at("2026-03-02T00:00:00Z")
        .given::<Account>(&id(1), withdrawn(20_00, NOON));
    assert_spec_snapshot!(spec);
}

#[test]
fn money_on_an_account_that_was_not_opened_is_not_projected() {
    ProjectionSpec::<AccountSummary>::new()
        .given::<Account>(&id(1), deposited(1_00))
        .then_error("there is no row \"00000000-0000-0000-0000-000000000001\" of `account_summary`");
}
