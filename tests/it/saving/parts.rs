//! Stored events that become several or none when they are read.

use cqrs_runtime::metadata::CommandMetadata;
use cqrs_runtime::prelude::*;
use cqrs_runtime::repository::{Repository, SnapshotCheck};
use cqrs_runtime::store::{Append, EventStore, ExpectedVersion, NewEvent, Until};
use futures_util::TryStreamExt;

#[derive(Id)]
struct BasketId(Uuid);

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Begun;

#[derive(Event, Serialize, Deserialize)]
#[event(name = "ItemAdded")]
struct ItemsAdded {
    items: Vec<String>,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, previous = ItemsAdded)]
struct ItemAdded {
    item: String,
}

impl Upcast<ItemsAdded> for ItemAdded {
    fn upcast(old: ItemsAdded, _: &UpcastContext<'_>) -> Result<Parts<Self>, UpcastError> {
        Ok(Parts::Many(old.items.into_iter().map(|item| Self { item }).collect()))
    }
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = BasketId)]
struct Begin {}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
enum Never {}

#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(
    id = BasketId,
    events(Begun, ItemAdded),
    commands(create(Begin)),
    error = Never,
    snapshot(every = 5)
)]
struct Basket {
    items: Vec<String>,
}

impl Create<Begin> for Basket {
    fn create(_: Begin, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(Begun.into())
    }
}

impl Init<Begun> for Basket {
    fn init(_: &Begun) -> Self {
        Self { items: Vec::new() }
    }
}

impl Apply<ItemAdded> for Basket {
    fn apply(&mut self, event: &ItemAdded) {
        self.items.push(event.item.clone());
    }
}

/// Writes what an older program wrote.
async fn write(baskets: &Repository<Basket>, id: &BasketId, events: &[(&'static str, &str)]) {
    let event = |(name, payload): &(&'static str, &str)| NewEvent::new(Uuid::now_v7(), *name, *payload);
    let append = Append::new(baskets.stream(id), ExpectedVersion::Any, events.iter().map(event).collect());
    baskets.store().append(append).await.unwrap();
}

async fn items(baskets: &Repository<Basket>, id: &BasketId, until: Until) -> (u64, String) {
    let loaded = baskets.load_until(id, until).await.unwrap();
    (loaded.version, loaded.state.unwrap().items.concat())
}

#[tokio::test]
async fn parts_share_their_place_and_are_counted() {
    let (baskets, id) = (Repository::<Basket>::new(EventStore::memory()), Uuid::from_u128(1).into());
    let (several, none) = (r#"{"items":["a","b","c"]}"#, r#"{"items":[]}"#);
    write(&baskets, &id, &[("Begun", "{}"), ("ItemAdded", several), ("ItemAdded", none)]).await;
    write(&baskets, &id, &[("ItemAdded", r#"{"items":["d","e"]}"#)]).await;
    let events: Vec<_> = baskets.events(&id).try_collect().await.unwrap();
    let places: Vec<_> = events.iter().map(|event| (event.position, event.version, event.part)).collect();
    assert_eq!(places, [(1, 1, 0), (2, 2, 0), (2, 2, 1), (2, 2, 2), (4, 4, 0), (4, 4, 1)]);
    let ids: Vec<_> = events.iter().map(|event| event.metadata.event_id).collect();
    assert_eq!(ids[1..4], [ids[1]; 3]);
    assert!(ids[0] != ids[1] && ids[1] != ids[4] && ids[4] == ids[5]);
    let read: Vec<_> = events[1..].iter().map(|event| event.event.clone()).collect();
    assert_eq!(read, ["a", "b", "c", "d", "e"].map(|item| BasketEvent::from(ItemAdded { item: item.into() })));
}

#[tokio::test]
async fn a_state_is_folded_from_all_parts_across_snapshots() {
    let (baskets, id) = (Repository::<Basket>::new(EventStore::memory()), Uuid::from_u128(1).into());
    let (several, none) = (r#"{"items":["a","b","c"]}"#, r#"{"items":[]}"#);
    write(&baskets, &id, &[("Begun", "{}"), ("ItemAdded", several), ("ItemAdded", none), ("ItemAdded", several)]).await;
    let loaded = baskets.load(&id).await.unwrap();
    assert_eq!((loaded.version, loaded.state.as_ref().unwrap().items.concat()), (4, "abcabc".to_owned()));
    // The fifth stored event, not the fifth part, is the one that a snapshot is due after.
    let saved = baskets.save(loaded, ItemAdded { item: "d".into() }.into(), &CommandMetadata::default()).await.unwrap();
    assert_eq!(saved.events[0].version, 5);
    baskets.store().snapshots_kept().await;
    write(&baskets, &id, &[("ItemAdded", several), ("ItemAdded", none)]).await;
    let loaded = baskets.load(&id).await.unwrap();
    assert_eq!((loaded.version, loaded.snapshot_version), (7, 5));
    assert_eq!(loaded.state.unwrap().items.concat(), "abcabcdabc");
    assert_eq!(baskets.check_snapshot(&id).await.unwrap(), SnapshotCheck::Right { version: 5 });
    assert_eq!(items(&baskets, &id, Until::Version(2)).await, (2, "abc".to_owned()));
    assert_eq!(items(&baskets, &id, Until::Version(3)).await, (3, "abc".to_owned()));
}
