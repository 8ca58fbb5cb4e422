//! Who stops completes what is under way, begins nothing else, and leaves its partitions to others.

use std::sync::{Arc, Mutex};

use cqrs_runtime::store::AdvanceVerdict;
use cqrs_tests::orders::{Shop, read_models};
use futures_util::future::BoxFuture;
use futures_util::poll;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::killed::{LEASE, LONG, append};
use super::steps::{Step, stepped};
use super::tables::Look;
use crate::database::Database;

#[tokio::test]
async fn the_batch_under_way_is_completed_on_sqlite() {
    the_batch_under_way_is_completed(Database::sqlite()).await;
}

#[tokio::test]
async fn the_batch_under_way_is_completed_on_postgres() {
    the_batch_under_way_is_completed(Database::postgres().await).await;
}

async fn the_batch_under_way_is_completed(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(2), 60).await;
    read_models(look.store.clone(), LEASE, 5).prepare().await.unwrap();
    let (stands, may_go) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let steps = Arc::new(Mutex::new(Vec::new()));
    let hook = {
        let (stands, may_go, steps) = (Arc::clone(&stands), Arc::clone(&may_go), Arc::clone(&steps));
        move |step: Step| -> BoxFuture<'static, ()> {
            let (stands, may_go) = (Arc::clone(&stands), Arc::clone(&may_go));
            let writes = matches!(step, Step::Write(..));
            steps.lock().unwrap().push(step);
            Box::pin(async move {
                if writes {
                    stands.add_permits(1);
                    may_go.acquire().await.unwrap().forget();
                }
            })
        }
    };
    let store = stepped(&database.url, hook).await;
    let read_models = read_models(store.clone(), LEASE, 5);
    let (running, count) = (read_models.start(), read_models.names().count());
    // Each read model is about to have its first batch written.
    timeout(LONG, stands.acquire_many(u32::try_from(count).unwrap())).await.unwrap().unwrap().forget();
    let mut stopping = Box::pin(running.stop());
    for _ in 0..100 {
        assert!(poll!(&mut stopping).is_pending(), "it waits for what is under way");
        tokio::task::yield_now().await;
    }
    may_go.add_permits(Semaphore::MAX_PERMITS);
    timeout(LONG, stopping).await.unwrap();
    let steps = std::mem::take(&mut *steps.lock().unwrap());
    let counted = |is: fn(&Step) -> bool| steps.iter().filter(|step| is(step)).count();
    assert_eq!(counted(|step| matches!(step, Step::Write(..))), count, "nothing else is begun");
    assert_eq!(counted(|step| *step == Step::Written(AdvanceVerdict::Advanced)), count);
    for step in steps {
        let Step::Write(key, _, steps) = step else { continue };
        let found = look.tables().checkpoints(&key.to_string()).await.unwrap();
        for (known, step) in found.iter().zip(&steps) {
            assert_eq!((known.lease.checkpoint, known.worker), (step.position, None), "{key}");
        }
    }
    look.all_equal_a_fold().await;
    store.close().await;
    look.close().await;
}
