//! Verifications of one read model, one beside another.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cqrs_runtime::projection::{VerifyError, VerifyOptions};
use cqrs_runtime::store::{EventStore, GenerationState};
use cqrs_tests::orders::{Shop, read_models};
use futures_util::future::BoxFuture;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};

use super::controlling::states;
use super::killed::{LEASE, LONG, append};
use super::steps::{Step, refusing, stepped};
use super::tables::Look;
use crate::database::{Database, on_both};

on_both! {
    one_is_at_it_at_a_time
    one_that_lives_is_not_cleaned_up
    one_that_comes_at_the_end_of_another_begins_anew
}

const ORDERS: &str = "customer_order";
const OPTIONS: VerifyOptions = VerifyOptions { repair: true, accept_parked: false, differences: 20 };
type Stepping = BoxFuture<'static, ()>;

/// A verification that has come to a step, and goes on from there when it is let.
struct Stuck {
    look: Look,
    store: EventStore,
    goes_on: Arc<Notify>,
    first: tokio::task::JoinHandle<Result<cqrs_runtime::projection::Verified, VerifyError>>,
}

async fn stuck_at(database: &Database, is_it: impl Fn(&Step) -> bool + Send + Sync + 'static, after: usize) -> Stuck {
    let look = Look::of(database).await;
    append(&look.store, &mut Shop::new(2), 150).await;
    read_models(look.store.clone(), LEASE, 1_000).catch_up(LONG).await.unwrap();
    let (stuck, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let steps = Arc::new(AtomicUsize::new(0));
    let hook = {
        let (stuck, goes_on) = (Arc::clone(&stuck), Arc::clone(&goes_on));
        move |step: Step| -> Stepping {
            let (stuck, goes_on) = (Arc::clone(&stuck), Arc::clone(&goes_on));
            let is_it = is_it(&step) && steps.fetch_add(1, Ordering::Relaxed) == after;
            Box::pin(async move {
                if is_it {
                    stuck.notify_one();
                    goes_on.notified().await;
                }
            })
        }
    };
    let store = stepped(&database.url, hook).await;
    // It stays alive, however busy the machine is.
    let first = read_models(store.clone(), LEASE * 10, 5);
    let first = tokio::spawn(async move { first.verify(ORDERS, OPTIONS, |_| ()).await });
    timeout(LONG, stuck.notified()).await.expect("it comes to that");
    Stuck { look, store, goes_on, first }
}

impl Stuck {
    async fn ends(self) {
        self.goes_on.notify_one();
        let verified = self.first.await.unwrap().unwrap();
        assert!(verified.is_clean(), "{verified:#?}");
        assert_eq!(states(&self.look, ORDERS).await, [(1, GenerationState::Serving)]);
        self.store.close().await;
        self.look.close().await;
    }
}

async fn one_is_at_it_at_a_time(database: Database) {
    let stuck = stuck_at(&database, |step| matches!(step, Step::Write(..)), 3).await;
    let other = read_models(stuck.look.store.clone(), LEASE, 1_000);
    let refused = other.verify(ORDERS, OPTIONS, |_| ()).await.unwrap_err();
    assert!(matches!(refused, VerifyError::Running { name: ORDERS }), "{refused:?}");
    stuck.ends().await;
}

/// However impatient a server is: it looks at it twice, with more time between than it has patience.
async fn one_that_lives_is_not_cleaned_up(database: Database) {
    const IMPATIENT: Duration = Duration::from_millis(100);
    let stuck = stuck_at(&database, |step| matches!(step, Step::Write(..)), 3).await;
    let (looked, mut looks) = watch::channel(None::<Instant>);
    let seen = move |question, of: &str| {
        if question == "checkpoints" && of == "customer_order@2" {
            let now = Instant::now();
            looked.send_replace(Some(now));
        }
        Ok(())
    };
    let store = refusing(&database.url, |_| Box::pin(async {}), seen).await;
    let running = read_models(store.clone(), IMPATIENT, 5).start();
    let patience = async {
        let first = looks.wait_for(Option::is_some).await.unwrap().unwrap();
        looks.wait_for(|last| last.is_some_and(|last| last - first > IMPATIENT * 8)).await.unwrap();
    };
    timeout(LONG, patience).await.expect("it is looked at");
    running.stop().await;
    store.close().await;
    stuck.ends().await;
}

/// It was given the tables of the other one, which drops them.
async fn one_that_comes_at_the_end_of_another_begins_anew(database: Database) {
    let stuck = stuck_at(&database, |step| *step == Step::Compare, 0).await;
    let (begun, mut has_begun) = watch::channel(false);
    let (ended, has_ended) = watch::channel(false);
    let looks = move |question, of: &str| {
        if question == "checkpoints" && of == "customer_order@2" {
            begun.send_replace(true);
        }
        Ok(())
    };
    // It takes nothing before the other one has ended.
    let waits = move |step| -> Stepping {
        let mut has_ended = has_ended.clone();
        Box::pin(async move {
            if step == Step::Acquire {
                has_ended.wait_for(|ended| *ended).await.unwrap();
            }
        })
    };
    let store = refusing(&database.url, waits, looks).await;
    // It has more patience than the other one needs.
    let second = read_models(store.clone(), LEASE * 100, 5);
    let second = tokio::spawn(async move { second.verify(ORDERS, OPTIONS, |_| ()).await });
    timeout(LONG, has_begun.wait_for(|begun| *begun)).await.expect("it begins").unwrap();
    stuck.goes_on.notify_one();
    let first = stuck.first.await.unwrap().unwrap();
    ended.send_replace(true);
    let second = second.await.unwrap().unwrap();
    assert!(first.is_clean() && second.is_clean() && second.rows == first.rows, "{first:#?} {second:#?}");
    assert_eq!(states(&stuck.look, ORDERS).await, [(1, GenerationState::Serving)]);
    store.close().await;
    stuck.store.close().await;
    stuck.look.close().await;
}
