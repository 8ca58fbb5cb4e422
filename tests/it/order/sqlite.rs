use cqrs_runtime::store::{EventQuery, EventStore};

use super::nothing_appears_behind;
use crate::database::Database;
use crate::refusing;

#[tokio::test]
async fn nothing_appears_behind_a_reader() {
    let database = Database::sqlite();
    refusing::open(&database.url).await.close().await;
    let reader = EventStore::open(&format!("{}?mode=ro", database.url)).await.unwrap();
    let filtering = EventStore::open(&database.url).await.unwrap();
    let readers = vec![(reader, EventQuery::log()), (filtering, EventQuery::log().named(["Rare"]))];
    nothing_appears_behind(&database.url, readers, async || {}).await;
}
