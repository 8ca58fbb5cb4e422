//! A shelf of random items, asked as clients ask.

use cqrs_runtime::bounded_context::Application;
use cqrs_runtime::graphql::Schema;
use cqrs_runtime::principal::Principal;
use cqrs_runtime::store::EventStore;
use cqrs_tests::shelf::{self, Contents, ItemId, Kind, Price, Shelf, ShelfItem, Size};
use proptest::option;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::database::Database;
use crate::projecting::killed::LONG;

/// The schema of a shelf over a database of its own; each case has a tenant to itself.
pub(super) struct Shelves {
    application: Application<Shelf>,
    schema: Schema,
    _database: Database,
}

impl Shelves {
    pub(super) async fn over(database: Database) -> Self {
        let application = Application::new(EventStore::open(&database.url).await.unwrap());
        application.read_models().prepare().await.unwrap();
        let schema = Schema::of(&application).build().unwrap();
        Self { application, schema, _database: database }
    }

    /// Puts items on a tenant's shelf, and has them shown.
    pub(super) async fn put(&self, tenant: &str, items: &[ShelfItem]) {
        for item in items {
            let append = shelf::append(tenant, &item.item.0, Ok(&contents(item))).unwrap();
            self.application.store().append(append).await.unwrap();
        }
        self.application.read_models().catch_up(LONG).await.unwrap();
    }

    /// The answer to a tenant's request, errors and all.
    pub(super) async fn answer(&self, tenant: &str, document: &str, variables: Json) -> Json {
        let request = async_graphql::Request::new(document).data(Principal::new("ada").of_tenant(tenant));
        let request = request.variables(async_graphql::Variables::from_json(variables));
        serde_json::to_value(self.schema.execute(request).await).unwrap()
    }
}

#[expect(deprecated, reason = "it is stored all the same")]
fn contents(item: &ShelfItem) -> Contents {
    let ShelfItem { shelf, item: _, name, note, kind, sold, stock, weight, price, offer, size } = item.clone();
    Contents { shelf, name, note, kind, sold, stock, weight, price, offer, size }
}

/// Short texts of few characters, so that they meet.
pub(super) fn text() -> impl Strategy<Value = String> {
    let character = prop::sample::select(vec!['a', 'A', 'b', '%', '_', '\\', '\'', 'ä', 'Ä', '😀']);
    prop::collection::vec(character, 0..3).prop_map(String::from_iter)
}

pub(super) fn stock() -> impl Strategy<Value = u64> {
    prop_oneof![0_u64..3, Just(10), Just(u64::MAX)]
}

pub(super) fn decimal() -> impl Strategy<Value = Decimal> {
    prop_oneof![(-3_i64..=3, 0_u32..=1).prop_map(|(digits, scale)| Decimal::new(digits, scale)), Just(Decimal::MAX)]
}

pub(super) fn price() -> impl Strategy<Value = Price> {
    let currency = prop::sample::select(vec!["CHF", "EUR"]).prop_map(str::to_owned);
    (decimal(), currency).prop_map(|(amount, currency)| Price { amount: amount.normalize(), currency })
}

pub(super) fn kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::Tool, Kind::Toy])
}

fn size() -> impl Strategy<Value = Size> {
    (0_i64..2, option::of(0_i64..2)).prop_map(|(width, height)| Size { width, height })
}

/// Contents with many ties and absent values.
fn contents_of_some() -> impl Strategy<Value = Contents> {
    let first = (0_i64..3, text(), option::of(text()), kind(), option::of(any::<bool>()));
    let then = (stock(), option::of(decimal()), price(), option::of(price()), option::of(size()));
    (first, then).prop_map(|((shelf, name, note, kind, sold), (stock, weight, price, offer, size))| {
        let weight = weight.map(|weight| weight.normalize());
        Contents { shelf, name, note, kind, sold, stock, weight, price, offer, size }
    })
}

/// So many items, each with a name of its own.
pub(super) fn items(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<ShelfItem>> {
    prop::collection::vec(contents_of_some(), count).prop_map(|contents| {
        // Not in the order in which they come.
        let numbered = contents.into_iter().enumerate().map(|(number, contents)| (number * 7 % 31, contents));
        numbered.map(|(number, contents)| ShelfItem::of(ItemId(format!("i{number:02}")), contents)).collect()
    })
}
