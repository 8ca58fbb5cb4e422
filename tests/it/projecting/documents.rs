//! Documents without an order are compared by what is in them.

use std::collections::{BTreeMap, HashMap};

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{EngineOptions, ReadModels, VerifyOptions};
use cqrs_tests::orders::{Order, OrderId, OrderPlaced, Shop};

use super::killed::{LEASE, LONG, append};
use super::tables::Look;
use crate::database::Database;

/// What was ordered, by words that have no order.
#[derive(Value)]
struct Words {
    counts: HashMap<String, u64>,
    ordered: BTreeMap<String, u64>,
}

#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Order(OrderPlaced)))]
struct Wordy {
    #[read_model(key)]
    order: OrderId,
    words: Words,
}

impl Project<OrderPlaced> for Wordy {
    fn project(row: &mut Row<Self>, _: &Recorded<OrderPlaced>) -> Result<(), ProjectionError> {
        let order = row.id()?;
        let counts = || (0..20).map(|word| (format!("word {word}"), word));
        row.insert(|| Self { order, words: Words { counts: counts().collect(), ordered: counts().collect() } })
    }
}

#[tokio::test]
async fn on_sqlite() {
    maps_are_the_same_in_any_order(Database::sqlite()).await;
}

#[tokio::test]
async fn on_postgres() {
    maps_are_the_same_in_any_order(Database::postgres().await).await;
}

async fn maps_are_the_same_in_any_order(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(5), 60).await;
    let options = EngineOptions { lease_time: LEASE, batch_events: 20, ..EngineOptions::default() };
    let asked = ReadModels::new(look.store.clone()).with::<Wordy>().options(options);
    asked.catch_up(LONG).await.unwrap();
    let verified = asked.verify("wordy", VerifyOptions::default(), |_| ()).await.unwrap();
    assert!(verified.is_clean() && verified.rows > 10, "{verified:#?}");
    let order = look.text("SELECT min(\"order\") FROM wordy_g1").await;
    let changed = look.text(&format!("SELECT CAST(words AS text) FROM wordy_g1 WHERE \"order\" = '{order}'")).await;
    let changed = changed.replace("\"word 1\":1,", "\"word 1\":2,").replace("\"word 2\":2,", "\"word 2\":1,");
    database.execute(&format!("UPDATE wordy_g1 SET words = '{changed}' WHERE \"order\" = '{order}'")).await;
    let verified = asked.verify("wordy", VerifyOptions::default(), |_| ()).await.unwrap();
    assert_eq!((verified.differing, verified.missing, verified.surplus), (1, 0, 0), "{verified:#?}");
    assert_eq!(verified.differences[0].columns[0].column, "words");
    look.close().await;
}
