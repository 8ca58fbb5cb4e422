//! Typed events: split ones, those of other tenants, and those that can't be decoded.

use cqrs_runtime::prelude::*;
use cqrs_runtime::repository::{LoadError, Repository};
use cqrs_runtime::store::{Append, EventQuery, EventStore, ExpectedVersion, NewEvent, StoreError};
use futures_util::{StreamExt, TryStreamExt};

use super::is_waiting;

#[derive(Id)]
struct ListId(Uuid);

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Begun;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Added")]
struct AddedTogether {
    items: Vec<u32>,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, previous = AddedTogether)]
struct Added {
    item: u32,
}

impl Upcast<AddedTogether> for Added {
    fn upcast(old: AddedTogether, _: &UpcastContext<'_>) -> Result<Parts<Self>, UpcastError> {
        Ok(Parts::Many(old.items.into_iter().map(|item| Self { item }).collect()))
    }
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = ListId)]
struct Begin {}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
enum Never {}

#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(id = ListId, events(Begun, Added), commands(create(Begin)), error = Never)]
struct List {}

impl Create<Begin> for List {
    fn create(_: Begin, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(Begun.into())
    }
}

impl Init<Begun> for List {
    fn init(_: &Begun) -> Self {
        Self {}
    }
}

impl Apply<Added> for List {
    fn apply(&mut self, _: &Added) {}
}

/// Writes events of any version, whether they can be read or not.
async fn write(lists: &Repository<List>, id: u128, events: &[(&'static str, u32, &str)]) {
    let event = |(name, version, payload): &(&'static str, u32, &str)| NewEvent {
        schema_version: *version,
        ..NewEvent::new(Uuid::now_v7(), *name, *payload)
    };
    let stream = lists.stream(&Uuid::from_u128(id).into());
    let append = Append::new(stream, ExpectedVersion::Any, events.iter().map(event).collect());
    lists.store().append(append).await.unwrap();
}

type Item = Result<Recorded<ListEvent>, LoadError>;

fn item(item: &Item) -> Option<u32> {
    match item.as_ref().unwrap().event {
        ListEvent::Begun(_) => None,
        ListEvent::Added(Added { item }) => Some(item),
    }
}

#[tokio::test]
async fn each_part_comes_and_a_cursor_passes_the_last() {
    let lists = Repository::<List>::new(EventStore::memory());
    write(&lists, 1, &[("Begun", 1, "null"), ("Added", 1, r#"{"items":[1,2,3]}"#)]).await;
    let mut events = lists.subscribe(EventQuery::log());
    assert_eq!(item(&events.next().await.unwrap()), None);
    write(&lists, 1, &[("Added", 2, r#"{"item":4}"#)]).await;
    let mut cursor = lists.store().start_cursor().await.unwrap();
    let mut positions = Vec::new();
    for expected in 1..=4 {
        let event = events.next().await.unwrap();
        assert_eq!(item(&event), Some(expected));
        cursor = cursor.past(&event.unwrap());
        positions.push(cursor.position);
        let mut resumed = lists.subscribe_after(cursor, EventQuery::log().named(["Added"])).await.unwrap();
        if expected < 4 {
            let again = item(&resumed.next().await.unwrap());
            assert_eq!(again, Some(if expected < 3 { 1 } else { 4 }), "a split event comes as a whole");
        }
    }
    assert_eq!(positions, [0, 0, 2, 3]);
}

#[tokio::test]
async fn others_events_do_not_come() {
    let store = EventStore::memory();
    let (here, there) = (Repository::<List>::new(store.clone()), Repository::<List>::new(store).of_tenant("acme"));
    let mut subscriptions = [
        here.subscribe(EventQuery::log()),
        there.subscribe(EventQuery::log()),
        here.subscribe(EventQuery::stream(here.stream(&Uuid::from_u128(1).into()))),
        here.subscribe(EventQuery::log().named(["Added"])),
    ];
    for (number, payload) in [(1, r#"{"item":1}"#), (2, r#"{"item":2}"#)] {
        write(&here, number, &[("Begun", 1, "null"), ("Added", 2, payload)]).await;
    }
    write(&there, 1, &[("Begun", 1, "null"), ("Added", 2, r#"{"item":3}"#)]).await;
    here.store().append(crate::writer::append("a", 7)).await.unwrap();
    let expected = [&[None, Some(1), None, Some(2)][..], &[None, Some(3)], &[None, Some(1)], &[Some(1), Some(2)]];
    for (subscription, expected) in subscriptions.iter_mut().zip(expected) {
        let events: Vec<_> = subscription.by_ref().take(expected.len()).map(|event| item(&event)).collect().await;
        assert_eq!(events, expected);
        assert!(is_waiting(subscription).await);
    }
}

#[tokio::test]
async fn what_cannot_be_decoded_is_named_and_what_follows_comes() {
    let lists = Repository::<List>::new(EventStore::memory());
    let good = ("Added", 2, r#"{"item":1}"#);
    write(&lists, 1, &[good, ("Added", 3, "{}"), ("Added", 2, "7"), ("Lost", 1, "{}"), good]).await;
    let mut events = lists.subscribe(EventQuery::log());
    assert_eq!(item(&events.next().await.unwrap()), Some(1));
    for (position, name) in [(2, "Added"), (3, "Added"), (4, "Lost")] {
        let error = events.next().await.unwrap().unwrap_err();
        let LoadError::Undecodable { event, .. } = error else { panic!("{error:?}") };
        assert_eq!((event.position, event.version, event.name.as_str()), (position, position, name));
    }
    assert_eq!(item(&events.next().await.unwrap()), Some(1));
    write(&lists, 1, &[good]).await;
    assert_eq!(item(&events.next().await.unwrap()), Some(1), "live, too");
    lists.store().close().await;
    assert!(matches!(events.try_next().await, Err(LoadError::Store(StoreError::Closed))));
    assert!(events.next().await.is_none());
}
