//! Decisions that are saved on a loaded state, without a dispatcher, and the names that they claim.

mod domain;
mod encoding;
mod nested;
mod parts;

use cqrs_runtime::dispatch::{CommandError, Dispatcher};
use cqrs_runtime::metadata::CommandMetadata;
use cqrs_runtime::prelude::*;
use cqrs_runtime::repository::{Repository, SaveError, Saved};
use cqrs_runtime::store::{AppendError, EventQuery, EventStore, ExpectedVersion, StreamKey};
use futures_util::TryStreamExt;

use self::domain::{Leave, Left, Member, MemberEvent, MemberId, Register, Registered, Rename, Renamed, email};

fn id(number: u128) -> MemberId {
    Uuid::from_u128(number).into()
}

fn members() -> Repository<Member> {
    Repository::new(EventStore::memory())
}

fn registered(address: &str) -> Events<Member> {
    Events::from(Registered { email: address.to_owned() }).claim(email(address))
}

fn renamed(from: &str, to: &str) -> Events<Member> {
    Events::from(Renamed { email: to.to_owned() }).release(email(from)).claim(email(to))
}

/// Saves on the state as it is now.
async fn save(members: &Repository<Member>, number: u128, decided: Events<Member>) -> Result<Saved<Member>, SaveError> {
    let loaded = members.load(&id(number)).await.unwrap();
    members.save(loaded, decided, &CommandMetadata::default()).await
}

async fn events(members: &Repository<Member>, number: u128) -> Vec<Recorded<MemberEvent>> {
    members.events(&id(number)).try_collect().await.unwrap()
}

async fn holder(members: &Repository<Member>, address: &str) -> Option<StreamKey> {
    members.store().claim_holder("", &email(address)).await.unwrap()
}

#[tokio::test]
async fn what_was_saved_is_what_is_loaded() {
    let members = members();
    let new = members.load(&id(1)).await.unwrap();
    assert_eq!((new.version, &new.state), (0, &None));
    let metadata = CommandMetadata { principal: "ada".to_owned(), ..CommandMetadata::default() };
    let first = members.save(new, registered("a@x"), &metadata).await.unwrap();
    assert_eq!((first.loaded.version, first.events[0].metadata.principal.as_str()), (1, "ada"));
    assert_eq!(first.loaded.state, Some(Member { email: "a@x".to_owned() }));
    assert_eq!(first.loaded, members.load(&id(1)).await.unwrap());
    // The next decision is made on the answer.
    let second = members.save(first.loaded, renamed("a@x", "b@x"), &metadata).await.unwrap();
    assert_eq!((second.loaded.version, second.events[0].version), (2, 2));
    assert_eq!(second.loaded, members.load(&id(1)).await.unwrap());
    assert_eq!(events(&members, 1).await, [first.events, second.events].concat());
}

#[tokio::test]
async fn a_decision_on_an_overtaken_state_is_a_conflict_and_leaves_nothing() {
    let members = members();
    let stale = save(&members, 1, registered("a@x")).await.unwrap().loaded;
    save(&members, 1, renamed("a@x", "b@x")).await.unwrap();
    let late = members.save(stale, renamed("a@x", "c@x"), &CommandMetadata::default()).await;
    let Err(SaveError::Append(AppendError::Conflict { stream, expected, actual })) = late else { panic!("{late:?}") };
    assert_eq!((stream, expected, actual), (members.stream(&id(1)), ExpectedVersion::Exact(1), 2));
    assert_eq!(events(&members, 1).await.len(), 2);
    assert_eq!(holder(&members, "c@x").await, None);
}

#[tokio::test]
async fn an_event_that_does_not_follow_is_not_saved() {
    let members = members();
    let error = save(&members, 1, renamed("a@x", "b@x")).await.unwrap_err();
    assert!(matches!(&error, SaveError::OutOfPlace { name: "Renamed", version: 1, .. }), "{error:?}");
    assert!(error.to_string().ends_with(": it changes a state, and nothing has begun one yet"), "{error}");
    save(&members, 1, registered("a@x")).await.unwrap();
    let error = save(&members, 1, registered("b@x")).await.unwrap_err();
    assert!(matches!(&error, SaveError::OutOfPlace { name: "Registered", version: 2, .. }), "{error:?}");
    assert!(error.to_string().ends_with(": it begins a stream, and this one has begun"), "{error}");
    assert_eq!((events(&members, 1).await.len(), holder(&members, "b@x").await), (1, None));
}

#[tokio::test]
async fn a_decision_takes_and_releases_names() {
    let members = members();
    let (one, two) = (members.stream(&id(1)), members.stream(&id(2)));
    save(&members, 1, registered("a@x")).await.unwrap();
    assert_eq!(holder(&members, "a@x").await, Some(one.clone()));
    let taken = save(&members, 2, registered("a@x")).await;
    let Err(SaveError::Append(AppendError::AlreadyTaken { claim, holder: by })) = taken else { panic!("{taken:?}") };
    assert_eq!((claim, by), (email("a@x"), one.clone()));
    assert!(events(&members, 2).await.is_empty(), "nothing is written");
    save(&members, 1, renamed("a@x", "b@x")).await.unwrap();
    save(&members, 2, registered("a@x")).await.unwrap();
    assert_eq!((holder(&members, "a@x").await, holder(&members, "b@x").await), (Some(two), Some(one)));
    save(&members, 1, Events::from(Left {}).release(email("b@x"))).await.unwrap();
    assert_eq!(holder(&members, "b@x").await, None);
}

#[tokio::test]
async fn a_command_is_told_who_holds_a_name() {
    let members = members();
    let dispatcher = Dispatcher::over(members.clone());
    let register = |number, address: &str| Register { member: id(number), email: address.to_owned() };
    dispatcher.dispatch(register(1, "a@x")).await.unwrap();
    let taken = dispatcher.dispatch(register(2, "a@x")).await;
    let Err(CommandError::AlreadyTaken { claim, holder: by }) = taken else { panic!("{taken:?}") };
    assert_eq!((claim, by), (email("a@x"), members.stream(&id(1))));
    dispatcher.dispatch(register(2, "b@x")).await.unwrap();
    let rename = |address: &str| Rename { member: id(2), email: address.to_owned() };
    let taken = dispatcher.dispatch(rename("a@x")).await;
    assert!(matches!(&taken, Err(error @ CommandError::AlreadyTaken { .. }) if !error.is_retryable()), "{taken:?}");
    assert_eq!(holder(&members, "b@x").await, Some(members.stream(&id(2))), "nothing is released either");
    dispatcher.dispatch(Leave { member: id(1) }).await.unwrap();
    dispatcher.dispatch(rename("a@x")).await.unwrap();
    assert_eq!(holder(&members, "a@x").await, Some(members.stream(&id(2))));
    assert_eq!(holder(&members, "b@x").await, None);
}

#[tokio::test]
async fn a_name_that_is_released_and_taken_again_is_kept() {
    let members = members();
    let dispatcher = Dispatcher::over(members.clone());
    dispatcher.dispatch(Register { member: id(1), email: "a@x".to_owned() }).await.unwrap();
    dispatcher.dispatch(Rename { member: id(1), email: "a@x".to_owned() }).await.unwrap();
    assert_eq!(holder(&members, "a@x").await, Some(members.stream(&id(1))));
    let taken_and_released = Events::from(Left {}).claim(email("b@x")).release(email("a@x")).release(email("b@x"));
    save(&members, 1, taken_and_released).await.unwrap();
    assert_eq!((holder(&members, "a@x").await, holder(&members, "b@x").await), (None, None));
}

#[tokio::test]
async fn an_event_tells_what_it_happened_to() {
    let members = members();
    let saved = save(&members, 1, registered("a@x")).await.unwrap();
    save(&members, 2, registered("b@x")).await.unwrap();
    let named: Vec<_> = members.events_of(EventQuery::log().named([Registered::NAME])).try_collect().await.unwrap();
    let members_named: Vec<MemberId> = named.iter().map(|event| event.stream_id.parse().unwrap()).collect();
    assert_eq!(members_named, [id(1), id(2)]);
    assert_eq!(saved.events, named[..1]);
    // A typed reader goes on where it stopped.
    let start = members.store().start_cursor().await.unwrap();
    let rest: Vec<_> = members
        .store()
        .read_after(start.past(&named[0]), EventQuery::log())
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(rest.iter().map(|event| event.position).collect::<Vec<_>>(), [2]);
    let first_of_two = Recorded { parts: 2, ..named[0].clone() };
    assert_eq!((start.past(&first_of_two), first_of_two.is_last_part()), (start, false));
    assert_eq!(start.past(&Recorded { part: 1, ..first_of_two }), start.past(&named[0]));
}

#[tokio::test]
async fn a_snapshot_is_kept_when_it_is_due() {
    let members = members();
    save(&members, 1, registered("a@x")).await.unwrap();
    let second = save(&members, 1, renamed("a@x", "b@x")).await.unwrap();
    assert_eq!((second.loaded.snapshot_version, members.snapshot_stats().saved), (0, 0), "every third event");
    let third = save(&members, 1, renamed("b@x", "c@x")).await.unwrap();
    members.store().snapshots_kept().await;
    assert_eq!((third.loaded.snapshot_version, members.snapshot_stats().saved), (3, 1));
    let loaded = members.load(&id(1)).await.unwrap();
    assert_eq!((loaded.snapshot_version, members.snapshot_stats().used), (3, 1));
    assert_eq!(loaded, third.loaded);
    let without = members.clone().without_snapshots();
    assert_eq!(without.load(&id(1)).await.unwrap().snapshot_version, 0);
}
