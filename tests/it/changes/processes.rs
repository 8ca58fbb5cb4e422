//! Who follows learns of what another process has projected, also where nobody looks by the clock.

use std::sync::Arc;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::projection::ReadModels;
use cqrs_runtime::store::WriterOptions;
use cqrs_tests::orders::{CustomerOrder, Payment};

use super::*;
use crate::database::on_both;
use crate::projecting::killed::{LEASE, start};

on_both! {
    in_threads
    another_process_appends_and_projects
}

async fn another_process_appends_and_projects(database: Database) {
    let mut process = start(&database.url, "both", 7, LEASE, 5);
    assert_eq!(process.hear().await.as_deref(), Some("ready"));
    // The log is never polled.
    let options = Options { poll_interval: Duration::from_hours(1), ..Options::default() };
    let backend = open(&database.url, &options).await.unwrap();
    let store = EventStore::with_backend(Arc::clone(&backend), WriterOptions::default());
    let follower = ReadModels::new(store.clone()).with::<CustomerOrder>().with::<Payment>();
    let serves = timeout(LONG, async {
        while follower.query::<CustomerOrder>().fetch().await.is_err()
            || follower.query::<Payment>().fetch().await.is_err()
        {
            tokio::task::yield_now().await;
        }
    });
    serves.await.unwrap();
    let mut orders = Mirror::of(follower.changes::<CustomerOrder>().start());
    let mut payments = Mirror::of(follower.changes::<Payment>().tenant("north").start());
    timeout(LONG, async {
        while orders.upserts < 100 || payments.upserts < 100 {
            orders.take().await;
            payments.take().await;
        }
    })
    .await
    .unwrap();
    process.end().await;
    // What is left is projected by a third one.
    let last = start(&database.url, "project", 7, LEASE, 1_000);
    let head = store.head().await.unwrap().position;
    follower.wait_for_all(head, LONG).await.unwrap();
    let shown = follower.query::<CustomerOrder>().limit(100_000).fetch().await.unwrap().rows;
    orders.comes_to(&shown).await;
    let shown = follower.query::<Payment>().tenant("north").limit(100_000).fetch().await.unwrap().rows;
    payments.comes_to(&shown).await;
    assert!(!shown.is_empty());
    last.end().await;
}
