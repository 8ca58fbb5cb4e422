//! Time that is set: sessions go by it, and whatever it shows, a partition has one owner.

use std::sync::Arc;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::clock::Clock;
use cqrs_runtime::store::{AdvanceVerdict, Backend, MemoryBackend};
use cqrs_runtime::testing::ManualClock;

use super::{HOUR, NAME, acquire, advance, to, worker};
use crate::database::Database;

const MORNING: &str = "2026-03-01T08:00:00Z";
const EVENING: &str = "2026-03-01T20:00:00Z";

async fn one_owner_whatever_the_time(backend: &dyn Backend, set: impl AsyncFn(&'static str)) {
    set(MORNING).await;
    let early = acquire(backend, 1).await;
    assert_eq!(advance(backend, 1, &[to(early[0], 3)]).await, AdvanceVerdict::Advanced);
    set(EVENING).await;
    assert_eq!(backend.heartbeat(worker(1), HOUR).await.unwrap(), [""; 0], "it has expired");
    assert_eq!(advance(backend, 1, &[to(early[1], 3)]).await, AdvanceVerdict::LeaseLost);
    let late = acquire(backend, 2).await;
    assert_eq!(late.len(), 4);
    set(MORNING).await;
    assert_eq!(advance(backend, 1, &[to(early[1], 3)]).await, AdvanceVerdict::LeaseLost);
    assert_eq!(advance(backend, 2, &[to(late[1], 3)]).await, AdvanceVerdict::Advanced);
    assert_eq!(acquire(backend, 1).await, [], "the other's session lasts into the night");
    assert_eq!(acquire(backend, 2).await.len(), 2);
    let again = acquire(backend, 1).await;
    assert_eq!(again.iter().map(|lease| (lease.partition, lease.epoch)).collect::<Vec<_>>(), [(2, 3), (3, 3)]);
    assert_eq!(advance(backend, 2, &[to(late[2], 3)]).await, AdvanceVerdict::LeaseLost);
    for (moment, is_alive) in [(MORNING, true), (EVENING, false)] {
        set(moment).await;
        assert!(backend.checkpoints(NAME).await.unwrap().iter().all(|told| told.is_alive == is_alive), "{moment}");
    }
    backend.close().await;
}

#[tokio::test]
async fn in_memory() {
    let clock = ManualClock::at(MORNING);
    let backend = MemoryBackend::with_clock(Arc::new(clock.clone()) as Arc<dyn Clock>);
    one_owner_whatever_the_time(&backend, async |moment| clock.set(moment)).await;
}

#[tokio::test]
async fn on_sqlite() {
    let database = Database::sqlite();
    let backend = open(&database.url, &Options::default()).await.unwrap();
    one_owner_whatever_the_time(&*backend, async |moment| database.set_clock(moment).await).await;
}

#[tokio::test]
async fn on_postgres() {
    let database = Database::postgres().await;
    let backend = open(&database.url, &Options::default()).await.unwrap();
    one_owner_whatever_the_time(&*backend, async |moment| database.set_clock(moment).await).await;
}
