//! What is due to be tried again, and is parked in what serves as well, puts no swap off.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use cqrs_runtime::projection::RetryPolicy;
use cqrs_tests::orders::Shop;
use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::controlling::picky_by;
use super::killed::{LONG, append};
use super::steps::{Step, stepped};
use super::tables::Look;
use crate::database::Database;

/// There is always something due: nobody could wait for the end of it.
const RESTLESS: RetryPolicy = RetryPolicy { attempts: u32::MAX, pause: Duration::ZERO, longest: Duration::ZERO };

#[tokio::test]
async fn it_serves_all_the_same_on_sqlite() {
    it_serves_all_the_same(Database::sqlite()).await;
}

#[tokio::test]
async fn it_serves_all_the_same_on_postgres() {
    it_serves_all_the_same(Database::postgres().await).await;
}

async fn it_serves_all_the_same(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(4), 80).await;
    let restless = picky_by(look.store.clone(), RESTLESS);
    restless.catch_up(LONG).await.unwrap();
    let parked = restless.letters("payment").await.unwrap().len();
    assert!(parked > 5, "{parked}");
    for number in [2, 3] {
        // All has been projected when it goes on with it: there is nothing but what is to be tried again.
        is_cut_off_before_it_serves(&database).await;
        if number == 2 {
            let rebuilt = timeout(LONG, restless.rebuild("payment", |_| ())).await.expect("it serves").unwrap();
            assert_eq!((rebuilt.generation.number, rebuilt.parked), (number, parked));
        } else {
            let running = restless.start();
            let serves = async {
                while look.serving("payment").await.key.number != number {
                    tokio::task::yield_now().await;
                }
            };
            timeout(LONG, serves).await.expect("it serves");
            running.stop().await;
        }
        look.drop_retired().await;
    }
    look.close().await;
}

async fn is_cut_off_before_it_serves(database: &Database) {
    let stuck = Arc::new(Notify::new());
    let hook = {
        let stuck = Arc::clone(&stuck);
        move |step| -> BoxFuture<'static, ()> {
            let stuck = Arc::clone(&stuck);
            Box::pin(async move {
                if matches!(step, Step::Swap(_)) {
                    stuck.notify_one();
                    pending::<()>().await;
                }
            })
        }
    };
    let store = stepped(&database.url, hook).await;
    let cut_off = picky_by(store.clone(), RESTLESS);
    tokio::select! {
        rebuilt = cut_off.rebuild("payment", |_| ()) => panic!("{rebuilt:?}"),
        noticed = timeout(LONG, stuck.notified()) => noticed.expect("it is about to serve"),
    }
    store.close().await;
}
