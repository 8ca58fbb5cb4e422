//! Others change the aggregate between loading and saving.

use cqrs_runtime::dispatch::{CommandError, CommandOptions, Dispatcher, RetryPolicy};
use cqrs_runtime::store::{Append, EventStore, WriterOptions};

use super::domain::{Account, AccountError, Withdraw};
use super::{bank, deposit, id, open};
use crate::writer::gated::{Fate, Gated};

/// A bank over a database that overtakes the commands that come after account 1 was opened with a balance of 100.
async fn overtaken(by: impl IntoIterator<Item = Append>) -> Dispatcher<Account> {
    let database = Gated::default();
    let bank = bank(EventStore::with_backend(database.backend(), WriterOptions::default()));
    database.allow([Fate::Answered, Fate::Answered]);
    open(&bank, 1).await;
    database.allow(by.into_iter().map(|append| Fate::Overtaken(Box::new(append))));
    database.allow(std::iter::repeat_n(Fate::Answered, 200));
    bank
}

/// Another process withdraws from account 1.
fn withdrawal(number: u128, amount: i64) -> Append {
    let mut append = crate::writer::append(&id(1).to_string(), 1_000 + number);
    append.events[0].name = "Withdrawn".into();
    append.events[0].payload = format!("{{\"amount\":{amount}}}");
    append
}

#[tokio::test(start_paused = true)]
async fn a_command_is_decided_again_on_the_new_state() {
    let bank = overtaken([withdrawal(1, 50), withdrawal(2, 20)]).await;
    let executed = bank.dispatch(Withdraw { account: id(1), amount: 30 }).await.expect("30 are left");
    assert_eq!(executed.version, 5);
    let bank = overtaken([withdrawal(1, 50), withdrawal(2, 30)]).await;
    let refused = bank.dispatch(Withdraw { account: id(1), amount: 30 }).await;
    let available = AccountError::InsufficientFunds { available: 20 };
    assert!(matches!(&refused, Err(CommandError::Refused(refusal)) if refusal.error.as_ref() == Some(&available)));
}

#[tokio::test(start_paused = true)]
async fn a_pinned_version_is_not_tried_again_and_the_conflict_names_both() {
    let bank = overtaken([withdrawal(1, 50)]).await;
    let conflict = bank.dispatch_with(deposit(1, 5), CommandOptions::new().expected_version(2)).await;
    assert!(matches!(conflict, Err(CommandError::Conflict { expected: 2, actual: 3, .. })), "{conflict:?}");
    let stale = bank.dispatch_with(deposit(1, 5), CommandOptions::new().expected_version(2)).await;
    assert!(matches!(stale, Err(CommandError::Conflict { expected: 2, actual: 3, .. })), "{stale:?}");
}

#[tokio::test(start_paused = true)]
async fn retries_are_bounded() {
    let bank = overtaken((0..10).map(|number| withdrawal(number, 1))).await;
    let bank = bank.retry(RetryPolicy { attempts: 3, ..RetryPolicy::default() });
    let exhausted = bank.dispatch(deposit(1, 5)).await;
    assert!(matches!(exhausted, Err(CommandError::RetriesExhausted { attempts: 3, .. })), "{exhausted:?}");
    let told = exhausted.unwrap_err().to_string();
    assert!(told.ends_with(" was changed by others during each of 3 attempts"), "{told}");
    let once = bank.retry(RetryPolicy::never()).dispatch(deposit(1, 5)).await.unwrap_err().to_string();
    assert!(
        once.ends_with(" was changed by others while the command was decided, and it is not tried again"),
        "{once}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_kept_only_if_it_holds_on_the_state_that_it_is_kept_for() {
    let mut deposit = withdrawal(1, 0);
    deposit.events[0].name = "Deposited".into();
    deposit.events[0].payload = "{\"amount\":500}".to_owned();
    let bank = overtaken([deposit]).await;
    let options = CommandOptions::new().idempotency_key("k");
    let executed = bank.dispatch_with(Withdraw { account: id(1), amount: 300 }, options).await;
    assert_eq!(executed.expect("the money has come meanwhile").version, 4);
}
