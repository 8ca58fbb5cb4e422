//! Items on shelves: a read model with fields of all kinds, whose rows a test makes as it likes.

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::ReadModels;
use cqrs_runtime::store::{Append, EventStore, ExpectedVersion, NewEvent, StreamKey};

/// The item.
#[derive(Id)]
pub struct ItemId(pub String);

/// What an item is.
#[derive(Value, Copy, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// To work with.
    Tool,
    /// To play with.
    Toy,
}

/// What an item costs; compared by the amount, then by the currency.
#[derive(Value, Eq, PartialOrd, Ord)]
#[value(columns)]
pub struct Price {
    /// How much.
    pub amount: Decimal,
    /// In what.
    pub currency: String,
}

/// How large an item is; where it is flat, it has no height.
#[derive(Value, Eq, PartialOrd, Ord)]
#[value(columns)]
pub struct Size {
    /// How wide.
    pub width: i64,
    /// How high.
    pub height: Option<i64>,
}

/// Somebody puts an item on a shelf, or changes it there.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemShelved {
    /// The row as it is to be.
    pub row: Contents,
}

/// Somebody takes it away.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemTaken {
    /// From where.
    pub shelf: i64,
}

/// Nobody asks for it: tests append the events.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = ItemId)]
pub struct Shelve {
    /// The item.
    pub item: ItemId,
}

/// Nothing is refused.
#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
pub enum ItemError {}

/// An item.
#[derive(Aggregate, Clone)]
#[aggregate(id = ItemId, events(ItemShelved, ItemTaken), commands(create(Shelve)), error = ItemError)]
pub struct Item;

impl Init<ItemShelved> for Item {
    fn init(_: &ItemShelved) -> Self {
        Self
    }
}

impl Apply<ItemTaken> for Item {
    fn apply(&mut self, _: &ItemTaken) {}
}

impl Create<Shelve> for Item {
    fn create(_: Shelve, _: &Context<Self>) -> Result<Events<Self>, ItemError> {
        Ok(Events::none())
    }
}

/// What a row has beside the item's id.
#[derive(Value)]
pub struct Contents {
    /// On which shelf.
    pub shelf: i64,
    /// Its name.
    pub name: String,
    /// What somebody has written on it.
    pub note: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// Whether it has been sold, where that is known.
    pub sold: Option<bool>,
    /// How many there are.
    pub stock: u64,
    /// How much it weighs.
    pub weight: Option<Decimal>,
    /// What it costs.
    pub price: Price,
    /// What it costs today.
    pub offer: Option<Price>,
    /// How large it is.
    pub size: Option<Size>,
}

/// An item on a shelf.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(plural = "shelf", events(Item(ItemShelved, ItemTaken)))]
pub struct ShelfItem {
    /// On which shelf.
    #[read_model(key, filter, order)]
    pub shelf: i64,
    /// The item.
    #[read_model(key, filter)]
    pub item: ItemId,
    /// Its name.
    #[read_model(filter, order)]
    pub name: String,
    /// What somebody has written on it.
    #[read_model(filter, order)]
    pub note: Option<String>,
    /// What it is.
    #[read_model(filter, order)]
    pub kind: Kind,
    /// Whether it has been sold, where that is known.
    #[read_model(filter)]
    pub sold: Option<bool>,
    /// How many there are.
    #[read_model(filter, order)]
    pub stock: u64,
    /// How much it weighs.
    #[read_model(filter, order)]
    pub weight: Option<Decimal>,
    /// What it costs.
    #[read_model(filter, order)]
    pub price: Price,
    /// What it costs today.
    #[read_model(filter, order)]
    #[deprecated(note = "ask for `price`")]
    pub offer: Option<Price>,
    /// How large it is.
    #[read_model(order)]
    pub size: Option<Size>,
}

/// All of it, for clients.
#[derive(BoundedContext)]
#[context(aggregates(Item), read_models(ShelfItem))]
pub struct Shelf;

impl ShelfItem {
    /// The row of an item.
    #[must_use]
    pub fn of(item: ItemId, contents: Contents) -> Self {
        let Contents { shelf, name, note, kind, sold, stock, weight, price, offer, size } = contents;
        #[expect(deprecated, reason = "it is stored all the same")]
        Self { shelf, item, name, note, kind, sold, stock, weight, price, offer, size }
    }
}

impl Project<ItemShelved> for ShelfItem {
    fn project(row: &mut Row<Self>, event: &Recorded<ItemShelved>) -> Result<(), ProjectionError> {
        let item: ItemId = event.stream_id.parse()?;
        let new = Self::of(item.clone(), event.row.clone());
        row.at((event.row.shelf, item)).upsert(|| new.clone(), |row| *row = new.clone())
    }
}

impl Project<ItemTaken> for ShelfItem {
    fn project(row: &mut Row<Self>, event: &Recorded<ItemTaken>) -> Result<(), ProjectionError> {
        let item: ItemId = event.stream_id.parse()?;
        row.at((event.shelf, item)).delete()
    }
}

/// The read model over a store.
#[must_use]
pub fn read_models(store: EventStore) -> ReadModels {
    ReadModels::new(store).with::<ShelfItem>()
}

/// That an item is on a shelf, or is taken from it.
///
/// # Errors
/// None: what is appended is JSON.
pub fn append(tenant: &str, item: &str, happens: Result<&Contents, &ItemTaken>) -> serde_json::Result<Append> {
    let (name, payload) = match happens {
        Ok(row) => (ItemShelved::NAME, serde_json::to_string(&ItemShelved { row: row.clone() })?),
        Err(taken) => (ItemTaken::NAME, serde_json::to_string(taken)?),
    };
    let stream = StreamKey::new(Item::TYPE, item).of_tenant(tenant);
    Ok(Append::new(stream, ExpectedVersion::Any, vec![NewEvent::new(Uuid::now_v7(), name, payload)]))
}
