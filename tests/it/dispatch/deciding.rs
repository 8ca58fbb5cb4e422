//! What a command is answered, and what is recorded beside its events.

use std::time::Duration;

use cqrs_runtime::aggregate::Events;
use cqrs_runtime::dispatch::{CommandError, CommandOptions, DispatchJsonError, Dispatcher};
use cqrs_runtime::metadata::{CommandMetadata, EventMetadata};
use cqrs_runtime::repository::{Repository, SaveError};
use cqrs_runtime::store::{EventStore, Until};
use uuid::Uuid;

use super::domain::{Account, AccountError, AccountEvent, Limits, Open, OpenNew, Withdraw};
use super::{bank, deposit, id, open};

#[tokio::test]
async fn a_command_is_answered_with_version_position_and_events() {
    let bank = bank(EventStore::memory());
    let executed = open(&bank, 1).await;
    assert_eq!((executed.version, executed.position, executed.repeated), (2, Some(2), false));
    assert_eq!(executed.events[0].event, AccountEvent::Deposited(super::domain::Deposited { amount: 100 }));
    let loaded = bank.repository().load(&id(1)).await.expect("it can be loaded");
    assert_eq!((loaded.version, loaded.state.map(|state| state.balance)), (2, Some(100)));
}

#[tokio::test]
async fn an_aggregate_must_be_there_or_must_not_as_the_command_says() {
    let bank = bank(EventStore::memory());
    let missing = bank.dispatch(deposit(1, 5)).await;
    assert!(matches!(&missing, Err(CommandError::NotFound { stream }) if stream.id == id(1).to_string()));
    open(&bank, 1).await;
    let again = super::Open { account: id(1), owner: "eve".to_owned() };
    assert!(matches!(bank.dispatch(again).await, Err(CommandError::AlreadyExists { .. })));
}

#[tokio::test]
async fn a_refusal_carries_code_field_and_the_domains_error_and_writes_nothing() {
    let bank = bank(EventStore::memory());
    open(&bank, 1).await;
    let refused = bank.dispatch(Withdraw { account: id(1), amount: 101 }).await;
    let Err(CommandError::Refused(refusal)) = refused else { panic!("{refused:?}") };
    assert_eq!((&*refusal.code, refusal.field.as_deref()), ("INSUFFICIENT_FUNDS", Some("amount")));
    assert_eq!(refusal.error, Some(AccountError::InsufficientFunds { available: 100 }));
    assert_eq!(bank.repository().store().head().await.expect("it can be read").position, 2);
}

#[tokio::test]
async fn decisions_see_the_configuration() {
    let bank = bank(EventStore::memory()).config(Limits { deposit: 5 });
    bank.dispatch(super::Open { account: id(1), owner: "ada".to_owned() }).await.expect("it is new");
    let refused = bank.dispatch(deposit(1, 6)).await;
    let too_much = AccountError::TooMuch { most: 5 };
    assert!(matches!(&refused, Err(CommandError::Refused(refusal)) if refusal.error.as_ref() == Some(&too_much)));
}

#[tokio::test]
async fn a_command_is_executed_by_its_name_and_json() {
    let bank = bank(EventStore::memory());
    open(&bank, 1).await;
    let json = format!(r#"{{"account":"{}","amount":30}}"#, id(1));
    let options = CommandOptions::new;
    let executed = bank.dispatch_json("Withdraw", &json, options()).await.expect("it is accepted");
    assert_eq!(executed.version, 3);
    let unknown = bank.dispatch_json("withdraw", &json, options()).await.expect_err("the name is not known");
    assert!(unknown.to_string().contains("did you mean `Withdraw`?"), "{unknown}");
    let malformed = bank.dispatch_json("Withdraw", r#"{"account":"x"}"#, options()).await;
    assert!(matches!(malformed, Err(DispatchJsonError::Json(_))), "{malformed:?}");
}

#[tokio::test]
async fn what_the_caller_says_is_recorded() {
    let bank = bank(EventStore::memory());
    open(&bank, 1).await;
    let options = CommandOptions::new()
        .principal("grace")
        .correlation_id(Uuid::from_u128(70))
        .causation_id(Uuid::from_u128(71))
        .metadata("ip", "::1");
    let executed = bank.dispatch_with(deposit(1, 5), options).await.expect("it is accepted");
    let read: Vec<_> = futures_util::TryStreamExt::try_collect(bank.repository().events(&id(1)))
        .await
        .expect("the events can be read");
    assert_eq!(read.last(), executed.events.last());
    let EventMetadata { correlation_id, causation_id, principal, keys, recorded_at, .. } = &read[2].metadata;
    assert_eq!((correlation_id.as_u128(), causation_id.as_u128(), principal.as_str()), (70, 71, "grace"));
    assert_eq!(keys.get("ip").map(String::as_str), Some("::1"));
    assert_eq!(recorded_at.to_rfc3339(), "2026-03-01T10:00:00+00:00");
    assert_ne!(read[0].metadata.correlation_id, read[1].metadata.correlation_id, "each command begins its own");
}

#[tokio::test]
async fn a_repository_of_a_tenant_executes_that_tenants_commands_alone() {
    let store = EventStore::memory();
    let bank = Dispatcher::over(Repository::<Account>::new(store.clone()).of_tenant("acme"));
    let opened = bank.dispatch(Open { account: id(1), owner: "ada".to_owned() }).await.expect("it is new");
    assert_eq!(opened.events[0].metadata.tenant, "acme");
    let own = CommandOptions::new().tenant("acme");
    assert_eq!(bank.dispatch_with(deposit(1, 5), own).await.expect("it is theirs").version, 2);
    let other = bank.dispatch_with(deposit(1, 5), CommandOptions::new().tenant("globex")).await;
    let Err(CommandError::OtherTenant { tenant, dispatcher }) = &other else { panic!("{other:?}") };
    assert_eq!((tenant.as_str(), dispatcher.as_str()), ("globex", "acme"));
    let of_nobody = Repository::<Account>::new(store).load(&id(1)).await.expect("it can be loaded");
    assert_eq!(of_nobody.state, None);
    let metadata = CommandMetadata { tenant: "globex".to_owned(), ..CommandMetadata::default() };
    let loaded = bank.repository().load(&id(1)).await.expect("it can be loaded");
    let other = bank.repository().save(loaded, Events::none(), &metadata).await;
    assert!(matches!(&other, Err(SaveError::OtherTenant { .. })), "{other:?}");
}

#[tokio::test]
async fn tenants_do_not_see_each_other() {
    let bank = bank(EventStore::memory());
    open(&bank, 1).await;
    let acme = || CommandOptions::new().tenant("acme");
    let missing = bank.dispatch_with(deposit(1, 5), acme()).await;
    assert!(matches!(missing, Err(CommandError::NotFound { .. })), "{missing:?}");
    let own = super::Open { account: id(1), owner: "wile".to_owned() };
    bank.dispatch_with(own, acme()).await.expect("it is new to this tenant");
    let theirs = bank.repository().clone().of_tenant("acme").load(&id(1)).await.expect("it can be loaded");
    assert_eq!((theirs.version, theirs.state.map(|state| state.owner)), (1, Some("wile".to_owned())));
}

#[tokio::test]
async fn a_state_is_loaded_as_of_a_version_a_moment_and_a_position() {
    use cqrs_runtime::{dispatch::Dispatcher, repository::Repository, testing::ManualClock};
    let clock = ManualClock::at("2026-03-01T10:00:00Z");
    let bank = Dispatcher::over(Repository::new(EventStore::memory()).with_clock(clock.clone()));
    open(&bank, 1).await;
    for _ in 0..30 {
        clock.advance(chrono::TimeDelta::minutes(1));
        bank.dispatch(deposit(1, 1)).await.expect("it is accepted");
    }
    let balance = async |until| {
        let loaded = bank.repository().load_until(&id(1), until).await.expect("it can be loaded");
        loaded.state.map(|state| state.balance)
    };
    let moment = "2026-03-01T10:05:59Z".parse().expect("it is a time");
    assert_eq!(balance(Until::Version(2)).await, Some(100));
    assert_eq!(balance(Until::Version(0)).await, None);
    assert_eq!(balance(Until::Time(moment)).await, Some(105));
    assert_eq!(balance(Until::Position(32)).await, Some(130));
    assert_eq!(balance(Until::Head).await, Some(130));
}

#[tokio::test]
async fn the_server_makes_an_id_where_the_command_asks_for_one() {
    let bank = bank(EventStore::memory());
    let one = bank.dispatch(OpenNew { owner: "ada".to_owned() }).await.expect("it is new");
    let two = bank.dispatch(OpenNew { owner: "ada".to_owned() }).await.expect("it is another one");
    assert_ne!(one.id, two.id);
    assert_eq!(one.events.len(), 2);
}

#[tokio::test]
async fn a_deadline_may_be_as_far_away_as_one_likes() {
    let bank = bank(EventStore::memory()).deadline(Duration::MAX);
    open(&bank, 1).await;
    let options = CommandOptions::new().deadline(Duration::MAX);
    assert_eq!(bank.dispatch_with(deposit(1, 5), options).await.expect("there is time").version, 3);
}
