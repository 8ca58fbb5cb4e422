//! A worker whose partitions were taken between its fold and its write writes nothing.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cqrs_runtime::store::{AdvanceVerdict, GenerationKey, Session, WorkerId};
use cqrs_tests::orders::{Shop, read_models};
use uuid::Uuid;

use super::killed::append;
use super::steps::{Step, stepped};
use super::tables::{Checkpoints, Look};
use crate::database::Database;

const HOUR: Duration = Duration::from_hours(1);

/// Who has the partitions when the write arrives.
#[derive(Clone, Copy, Debug)]
enum Owner {
    /// The other one.
    Other,
    /// Nobody: the other one has given them up.
    Nobody,
    /// The worker itself again, in a later epoch.
    Itself,
}

#[tokio::test]
async fn on_sqlite() {
    for owner in [Owner::Other, Owner::Nobody, Owner::Itself] {
        fenced(Database::sqlite(), owner).await;
    }
}

#[tokio::test]
async fn on_postgres() {
    for owner in [Owner::Other, Owner::Nobody, Owner::Itself] {
        fenced(Database::postgres().await, owner).await;
    }
}

/// What there was when the partitions had been taken.
type Seen = Arc<Mutex<Option<(Checkpoints, Vec<String>, i64)>>>;

async fn fenced(database: Database, owner: Owner) {
    let look = Arc::new(Look::of(&database).await);
    append(&look.store, &mut Shop::new(1), 120).await;
    let (seen, writes, refused) = (Seen::default(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let hook = {
        let (look, seen, refused) = (Arc::clone(&look), Arc::clone(&seen), Arc::clone(&refused));
        move |step| {
            let (look, seen, writes, refused) =
                (Arc::clone(&look), Arc::clone(&seen), Arc::clone(&writes), Arc::clone(&refused));
            let stepping: futures_util::future::BoxFuture<'static, ()> = Box::pin(async move {
                match step {
                    Step::Write(key, worker, _) if writes.fetch_add(1, Ordering::Relaxed) == 3 => {
                        take(&look, &key, worker, owner).await;
                        *seen.lock().unwrap() = Some(there(&look).await);
                    }
                    Step::Written(verdict) => {
                        let before = seen.lock().unwrap().take();
                        let Some(before) = before else { return };
                        assert_eq!(verdict, AdvanceVerdict::LeaseLost, "{owner:?}");
                        assert_eq!(there(&look).await, before, "{owner:?}");
                        refused.fetch_add(1, Ordering::Relaxed);
                        give_up(&look).await;
                    }
                    _ => {}
                }
            });
            stepping
        }
    };
    let store = stepped(&database.url, hook).await;
    let rebuilt = read_models(store.clone(), HOUR, 7).rebuild("customer_order", |_| ()).await.unwrap();
    assert_eq!(refused.load(Ordering::Relaxed), 1, "{owner:?}");
    assert_eq!(rebuilt.events, 120, "what was not written does not count");
    look.all_equal_a_fold().await;
    store.close().await;
}

fn other() -> WorkerId {
    WorkerId(Uuid::from_u128(7))
}

fn session(key: &GenerationKey, worker: WorkerId) -> Session {
    Session::new(key.to_string(), worker, 4, HOUR)
}

/// The worker's session expires, and the other one takes its partitions.
async fn take(look: &Look, key: &GenerationKey, worker: WorkerId, owner: Owner) {
    let tables = look.tables();
    tables.heartbeat(worker, Duration::ZERO).await.unwrap();
    assert_eq!(tables.acquire(&session(key, other())).await.unwrap().len(), 4);
    match owner {
        Owner::Other => {}
        Owner::Nobody => tables.release(&key.to_string(), other()).await.unwrap(),
        Owner::Itself => {
            tables.release(&key.to_string(), other()).await.unwrap();
            assert_eq!(tables.acquire(&session(key, worker)).await.unwrap().len(), 4);
        }
    }
}

async fn give_up(look: &Look) {
    for generation in look.generations().await {
        look.tables().release(&generation.key.to_string(), other()).await.unwrap();
    }
}

/// Checkpoints, tables, and how many changes were told.
async fn there(look: &Look) -> (Checkpoints, Vec<String>, i64) {
    let mut tables = Vec::new();
    for generation in look.generations().await {
        tables.extend(look.dump(&generation).await);
    }
    (look.checkpoints().await, tables, look.number("SELECT count(*) FROM cqrs_changes").await)
}
