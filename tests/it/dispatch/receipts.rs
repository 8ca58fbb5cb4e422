//! A repeated command gets the first answer and writes nothing.

use std::collections::BTreeMap;

use cqrs_runtime::dispatch::{CommandError, CommandOptions, DispatchJsonError, Dispatcher};
use cqrs_runtime::store::{EventQuery, EventStore, WriterOptions};
use futures_util::{FutureExt, TryStreamExt, poll};

use super::domain::{Account, Open, OpenNew, Withdraw};
use super::{bank, deposit, id, keyed, open};
use crate::database::Database;
use crate::writer::gated::{Fate, Gated};

#[tokio::test]
async fn the_same_key_and_content_get_the_same_answer_and_write_nothing() {
    let bank = bank(EventStore::memory());
    open(&bank, 1).await;
    let first = bank.dispatch_with(deposit(1, 5), keyed("k")).await.expect("it is accepted");
    bank.dispatch(deposit(1, 7)).await.expect("it is accepted");
    let again = bank.dispatch_with(deposit(1, 5), keyed("k")).await.expect("it is recognised");
    assert!(again.repeated && !first.repeated);
    assert_eq!((again.id, again.version, again.position), (first.id, first.version, first.position));
    assert_eq!(again.events, first.events);
    assert_eq!(bank.repository().store().head().await.expect("it can be read").position, 4);
}

#[tokio::test]
async fn a_key_belongs_to_a_principal_a_command_and_its_content() {
    let bank = bank(EventStore::memory());
    open(&bank, 1).await;
    open(&bank, 2).await;
    bank.dispatch_with(deposit(1, 5), keyed("k")).await.expect("it is accepted");
    for other in [deposit(1, 6), deposit(2, 5)] {
        let reused = bank.dispatch_with(other, keyed("k")).await;
        assert!(matches!(&reused, Err(CommandError::IdempotencyKeyReused { key, .. }) if key == "k"), "{reused:?}");
    }
    let grace = || keyed("k").principal("grace");
    assert!(!bank.dispatch_with(deposit(1, 6), grace()).await.expect("it is her own key").repeated);
    let other = Withdraw { account: id(1), amount: 5 };
    assert!(!bank.dispatch_with(other, keyed("k")).await.expect("it is another command").repeated);
}

#[tokio::test]
async fn refusals_and_commands_without_effect_are_kept_too() {
    let bank = bank(EventStore::memory());
    open(&bank, 1).await;
    let withdraw = Withdraw { account: id(1), amount: 150 };
    let refused = async || bank.dispatch_with(withdraw.clone(), keyed("k")).await.expect_err("it is refused");
    let first = refused().await;
    bank.dispatch(deposit(1, 100)).await.expect("it is accepted");
    let again = refused().await;
    let (CommandError::Refused(first), CommandError::Refused(again)) = (&first, &again) else { panic!("{again:?}") };
    assert_eq!((&first.code, &first.message, &first.field), (&again.code, &again.message, &again.field));
    assert_eq!((first.error.is_some(), again.error.is_some()), (true, false));

    let nothing = bank.dispatch_with(deposit(1, 0), keyed("n")).await.expect("it is accepted");
    bank.dispatch(deposit(1, 1)).await.expect("it is accepted");
    let again = bank.dispatch_with(deposit(1, 0), keyed("n")).await.expect("it is recognised");
    assert_eq!((nothing.version, again.version, again.repeated), (3, 3, true));
}

#[tokio::test]
async fn technical_failures_and_conflicts_are_not_kept() {
    let database = Gated::default();
    let bank = bank(EventStore::with_backend(database.backend(), WriterOptions::default()));
    database.allow([Fate::Answered, Fate::Answered, Fate::Unreachable, Fate::Answered]);
    open(&bank, 1).await;
    let pinned = || keyed("k").expected_version(9);
    assert!(matches!(bank.dispatch_with(deposit(1, 5), pinned()).await, Err(CommandError::Conflict { .. })));
    let failed = bank.dispatch_with(deposit(1, 5), keyed("k")).await.expect_err("the server is away");
    assert!(failed.is_retryable(), "{failed:?}");
    assert!(!bank.dispatch_with(deposit(1, 5), keyed("k")).await.expect("it is accepted now").repeated);
}

#[tokio::test]
async fn an_id_made_by_the_server_is_given_again() {
    let bank = bank(EventStore::memory());
    let open = || bank.dispatch_with(OpenNew { owner: "ada".to_owned() }, keyed("k"));
    let (first, again) = (open().await.expect("it is new"), open().await.expect("it is recognised"));
    assert_eq!((&first.id, &first.events), (&again.id, &again.events));
}

#[tokio::test]
async fn of_two_at_once_the_second_waits_for_the_first() {
    let database = Gated::default();
    let bank = bank(EventStore::with_backend(database.backend(), WriterOptions::default()));
    database.allow([Fate::Answered, Fate::Answered]);
    open(&bank, 1).await;
    database.commit_begun().await;
    database.commit_begun().await;
    let mut first = bank.dispatch_with(deposit(1, 5), keyed("k")).boxed();
    let mut second = bank.dispatch_with(deposit(1, 5), keyed("k")).boxed();
    assert!(poll!(&mut first).is_pending());
    assert!(poll!(&mut second).is_pending());
    database.commit_begun().await;
    assert!(poll!(&mut second).is_pending());
    database.allow([Fate::Answered]);
    let (first, second) = futures_util::join!(first, second);
    let (first, second) = (first.expect("it is accepted"), second.expect("it is recognised"));
    assert_eq!((first.repeated, second.repeated), (false, true));
    assert_eq!(first.events, second.events);
    assert_eq!(database.batches().len(), 3);
}

#[tokio::test]
async fn of_two_processes_with_one_key_the_later_gets_the_answer_of_the_first() {
    let database = Gated::default();
    let here = bank(EventStore::with_backend(database.backend(), WriterOptions::default()));
    let there = bank(EventStore::with_backend(database.elsewhere(), WriterOptions::default()));
    let create = || Open { account: id(1), owner: "ada".to_owned() };
    let pinned = || keyed("k").expected_version(1);
    // Both have found no receipt when one of them goes ahead.
    let first = there.clone();
    database.before_next_load(async move {
        first.dispatch_with(create(), keyed("o")).await.expect("it is new");
    });
    let opened = here.dispatch_with(create(), keyed("o")).await.expect("it is recognised");
    database.before_next_load(async move {
        there.dispatch_with(deposit(1, 5), pinned()).await.expect("it is accepted");
    });
    let deposited = here.dispatch_with(deposit(1, 5), pinned()).await.expect("it is recognised");
    assert_eq!((opened.repeated, opened.version, deposited.repeated, deposited.version), (true, 1, true, 2));
    assert_eq!(database.batches().len(), 0, "nothing was written here");
}

#[tokio::test]
async fn of_two_processes_that_decide_at_once_the_later_gets_the_answer_of_the_first() {
    let database = Gated::default();
    let here = bank(EventStore::with_backend(database.backend(), WriterOptions::default()));
    // Its ids are its own.
    let there = Dispatcher::<Account>::new(EventStore::with_backend(database.elsewhere(), WriterOptions::default()));
    open(&there, 1).await;
    let mut second = here.dispatch_with(deposit(1, 5), keyed("k")).boxed();
    assert!(poll!(&mut second).is_pending());
    database.commit_begun().await;
    let first = there.dispatch_with(deposit(1, 5), keyed("k")).await.expect("it is accepted");
    database.allow([Fate::Answered]);
    let second = second.await.expect("it is recognised");
    assert_eq!((first.repeated, second.repeated), (false, true));
    assert_eq!(first.events, second.events);
}

#[tokio::test]
async fn a_repetition_finds_its_answer_whoever_the_tenant() {
    let bank = bank(EventStore::memory());
    let acme = |key: &str| keyed(key).tenant("acme");
    let create = || Open { account: id(1), owner: "ada".to_owned() };
    let first = bank.dispatch_with(create(), acme("o")).await.expect("it is new");
    let again = bank.dispatch_with(create(), acme("o")).await.expect("it is recognised");
    assert_eq!((again.repeated, &again.events), (true, &first.events));
    let of_nobody = bank.repository().events_of(EventQuery::log());
    let of_nobody: Vec<_> = of_nobody.try_collect().await.expect("the log can be read");
    assert_eq!(of_nobody, [], "a repository reads its own tenant's events alone");
}

/// Another aggregate with a command that accounts have, too, as a program has it.
macro_rules! program {
    ($program:ident: $($newer:tt)*) => {
        mod $program {
            use std::collections::BTreeMap;

            use cqrs_runtime::prelude::*;

            use crate::dispatch::domain::{AccountError, AccountId};

            #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
            pub(super) struct Filled {
                pub amount: i64,
            }

            #[derive(Command, Clone, Debug, Serialize, Deserialize)]
            pub(super) struct Deposit {
                #[command(id)]
                pub account: AccountId,
                pub amount: i64,
                pub labels: BTreeMap<String, Option<String>>,
                $($newer)*
            }

            #[derive(Aggregate, Clone, Debug, PartialEq)]
            #[aggregate(id = AccountId, events(Filled), commands(create(Deposit)), error = AccountError)]
            pub(super) struct Safe {
                pub amount: i64,
            }

            impl Create<Deposit> for Safe {
                fn create(command: Deposit, _: &Context<Self>) -> Result<Events<Self>, AccountError> {
                    Ok(Filled { amount: command.amount }.into())
                }
            }

            impl Init<Filled> for Safe {
                fn init(event: &Filled) -> Self {
                    Self { amount: event.amount }
                }
            }
        }
    };
}

program! { older: }
program! { newer: #[serde(default)] pub note: Option<String>, }

#[tokio::test]
async fn the_same_key_for_commands_of_one_name_to_two_aggregates_are_two_commands() {
    let store = EventStore::memory();
    let (bank, safes) = (bank(store.clone()), Dispatcher::<older::Safe>::new(store));
    open(&bank, 1).await;
    bank.dispatch_with(deposit(1, 5), keyed("k")).await.expect("it is accepted");
    let fill = older::Deposit { account: id(1), amount: 5, labels: BTreeMap::new() };
    let filled = safes.dispatch_with(fill, keyed("k")).await.expect("it is another command");
    assert_eq!((filled.repeated, filled.events.len()), (false, 1));
}

/// The one that was sent before the program knew the field.
#[tokio::test]
async fn an_optional_field_that_is_new_does_not_make_another_command() {
    let store = EventStore::memory();
    let (older, newer) = (Dispatcher::<older::Safe>::new(store.clone()), Dispatcher::<newer::Safe>::new(store));
    let json =
        |labels: &str, note: &str| format!("{{\"account\":\"{}\",\"amount\":5,\"labels\":{{{labels}}}{note}}}", id(1));
    let first = older.dispatch_json("Deposit", &json("", ""), keyed("k")).await.expect("it is new");
    assert!(!first.repeated);
    for same in ["", ",\"note\":null"] {
        let again = newer.dispatch_json("Deposit", &json("", same), keyed("k")).await.expect("it is recognised");
        assert!(again.repeated);
    }
    for (labels, note) in [("", ",\"note\":\"a\""), ("\"a\":null", "")] {
        let other = newer.dispatch_json("Deposit", &json(labels, note), keyed("k")).await;
        let reused = matches!(other, Err(DispatchJsonError::Command(CommandError::IdempotencyKeyReused { .. })));
        assert!(reused, "{labels}{note}");
    }
}

#[tokio::test]
async fn what_can_not_be_a_key_is_refused_before_any_database_is_asked() {
    let (sqlite, postgres) = (Database::sqlite(), Database::postgres().await);
    let stores = [
        EventStore::memory(),
        EventStore::open(&sqlite.url).await.expect("it can be opened"),
        EventStore::open(&postgres.url).await.expect("it can be opened"),
    ];
    for store in stores {
        let bank = bank(store);
        open(&bank, 1).await;
        let options = CommandOptions::new;
        let refused = [
            ("idempotency key", options().idempotency_key("")),
            ("idempotency key", options().idempotency_key("k".repeat(256))),
            ("idempotency key", options().idempotency_key("a\u{1e}b")),
            ("idempotency key", options().idempotency_key("a\0b")),
            ("principal", options().principal("a\0b")),
            ("tenant", options().tenant("a\nb")),
        ];
        for (option, options) in refused {
            let refused = bank.dispatch_with(deposit(1, 5), options).await;
            assert!(matches!(&refused, Err(CommandError::Option { what, .. }) if *what == option), "{refused:?}");
        }
        assert_eq!(bank.repository().store().head().await.expect("it can be read").position, 2);
    }
}
