//! A database that is busy now and then ends no rebuild.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use cqrs_runtime::store::StoreError;
use cqrs_tests::orders::{Shop, read_models};

use super::killed::{LEASE, LONG, append};
use super::steps::refusing;
use super::tables::Look;
use crate::database::Database;

const NAME: &str = "customer_order";
const QUESTIONS: [&str; 7] = ["acquire", "head", "letters", "release", "standing", "swap", "write"];

#[tokio::test]
async fn a_rebuild_goes_on_on_sqlite() {
    a_rebuild_goes_on(Database::sqlite()).await;
}

#[tokio::test]
async fn a_rebuild_goes_on_on_postgres() {
    a_rebuild_goes_on(Database::postgres().await).await;
}

async fn a_rebuild_goes_on(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(2), 120).await;
    read_models(look.store.clone(), LEASE, 1_000).catch_up(LONG).await.unwrap();
    // Of each question, the first one, the fourth one, and so on.
    let asked: Arc<Mutex<BTreeMap<&'static str, usize>>> = Arc::default();
    let trips = {
        let asked = Arc::clone(&asked);
        move |question: &'static str, _: &str| {
            if !QUESTIONS.contains(&question) {
                return Ok(());
            }
            let mut asked = asked.lock().unwrap();
            let times = asked.entry(question).or_insert(0);
            *times += 1;
            if *times % 3 == 1 { Err(StoreError::Busy("it stumbles".into())) } else { Ok(()) }
        }
    };
    let store = refusing(&database.url, |_| Box::pin(async {}), trips).await;
    let rebuilt = read_models(store.clone(), LEASE, 10).rebuild(NAME, |_| ()).await.unwrap();
    assert_eq!((rebuilt.generation.number, rebuilt.parked), (2, 0));
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.keys().copied().collect::<Vec<_>>(), QUESTIONS);
    look.all_equal_a_fold().await;
    store.close().await;
    look.close().await;
}
