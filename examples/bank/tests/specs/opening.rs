use bank::domain::{Account, AccountError, Currency, Money, OpenAccount};
use cqrs_runtime::testing::{Spec, assert_spec_snapshot};

use crate::given::{deposited, id, limits, opened, usd};

fn open(deposit: Money) -> OpenAccount {
    OpenAccount { account_id: id(), owner: "Ada Lovelace".into(), email: "ada@example.org".into(), deposit }
}

fn spec() -> Spec<Account> {
    Spec::given(()).config(limits())
}

#[test]
fn opening_an_account() {
    assert_spec_snapshot!(spec().when(open(usd(100_00))));
}

#[test]
fn the_opening_balance_may_be_the_minimum() {
    let deposit = bank::domain::MoneyDeposited { description: Some("opening balance".into()), ..deposited(10_00) };
    spec().when(open(usd(10_00))).then_events((opened(), deposit));
}

#[test]
fn an_opening_balance_below_the_minimum_is_refused() {
    let too_low = AccountError::OpeningBalanceTooLow { minimum: usd(10_00) };
    spec().when(open(usd(9_99))).then_error(too_low.clone());
    spec().when(open(usd(-100_00))).then_error(too_low);
}

#[test]
fn the_minimum_is_one_of_the_accounts_currency() {
    let yen = |units| Money::new(units, Currency::Jpy);
    spec().when(open(yen(9))).then_error(AccountError::OpeningBalanceTooLow { minimum: yen(10) });
    spec().when(open(yen(10))).then_state(|account| assert_eq!(account.balance, yen(10)));
}

#[test]
fn where_there_is_no_minimum_an_account_may_hold_nothing_but_not_less() {
    let mut limits = limits();
    limits.standard.opening_balance = 0;
    let spec = Spec::<Account>::given(()).config(limits);
    spec.clone().when(open(usd(0))).then_events(opened());
    spec.when(open(usd(-1))).then_error(AccountError::OpeningBalanceTooLow { minimum: usd(0) });
}

#[test]
fn an_account_needs_a_holder() {
    for owner in ["", "  \t"] {
        let open = OpenAccount { owner: owner.into(), ..open(usd(100_00)) };
        spec().when(open).then_error(AccountError::HolderRequired);
    }
}

#[test]
fn an_account_needs_an_address() {
    let open = OpenAccount { email: "ada".into(), ..open(usd(100_00)) };
    assert_spec_snapshot!(spec().when(open));
}

#[test]
fn an_account_is_opened_once() {
    Spec::<Account>::given(opened()).when(open(usd(100_00))).then_already_exists();
}
