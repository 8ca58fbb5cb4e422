use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::store::StoreError;

use super::*;
use crate::database::Database;

#[tokio::test]
async fn a_file_that_is_only_read_is_told() {
    let database = Database::sqlite();
    let backend = open(&database.url, &Options::default()).await.unwrap();
    let leases = acquire(&*backend, 1).await;
    let reader = open(&format!("{}?mode=ro", database.url), &Options::default()).await.unwrap();
    refuses_to_write(&*reader, leases[0]).await;
    assert_eq!(reader.checkpoints(NAME).await.unwrap().len(), 4);
}

/// Each operation that writes says that the database is read-only.
pub(super) async fn refuses_to_write(reader: &dyn Backend, lease: Lease) {
    let refusals = [
        reader.acquire(&session(2)).await.map(drop),
        reader.heartbeat(worker(1), HOUR).await.map(drop),
        reader.release(NAME, worker(1)).await,
        reader.advance(NAME, worker(1), &[to(lease, 1)]).await.map(drop),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, Err(StoreError::ReadOnly(_))), "{refusal:?}");
    }
}
