//! Who follows rows waits for a database that can't be reached, and has them all when it can.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cqrs_runtime::store::StoreError;
use tokio::sync::watch;

use super::*;
use crate::database::on_both;
use crate::lost_connection::proxy::Proxy;
use crate::lost_connection::wire::Commits;
use crate::projecting::steps::refusing;

on_both! {
    in_threads
    a_database_that_does_not_answer_is_waited_for
}

const QUESTIONS: [&str; 3] = ["changes", "count_changes", "select"];

/// What is changed in an outage, and the rows that there are then.
type Round = (Vec<(&'static str, Happens)>, Vec<Debt>);

fn rounds() -> [Round; 3] {
    let (a, b, c) = (debt("a", "ada", true, 1), debt("b", "bob", false, 0), debt("c", "cid", false, 0));
    [
        (vec![("a", Paid)], vec![a.clone(), b]),
        (vec![("b", Cancelled), ("c", Placed("cid"))], vec![a.clone(), c.clone()]),
        (vec![("a", Paid), ("a", Paid)], vec![Debt { paid: 3, ..a }, c]),
    ]
}

impl<M: ReadModel + PartialEq + std::fmt::Debug> Mirror<M>
where
    M::Key: std::fmt::Debug,
{
    /// Takes what comes until something else has happened.
    async fn takes_until(&mut self, happened: impl Future<Output = ()>) {
        let takes = async {
            loop {
                self.take().await;
            }
        };
        tokio::select! {
            () = takes => {}
            happened = timeout(LONG, happened) => happened.expect("it happens"),
        }
    }
}

async fn a_database_that_does_not_answer_is_waited_for(database: Database) {
    let writer = read_models(&database, 3).await;
    happen(&writer, &[("a", Placed("ada")), ("b", Placed("bob"))]).await;
    let (is_down, met) = (Arc::new(AtomicBool::new(false)), watch::Sender::new(0));
    let refuse = {
        let (is_down, met) = (Arc::clone(&is_down), met.clone());
        move |question, _: &str| {
            if is_down.load(Ordering::SeqCst) && QUESTIONS.contains(&question) {
                met.send_modify(|count| *count += 1);
                return Err(StoreError::Unreachable("it is down".into()));
            }
            Ok(())
        }
    };
    let follower = of_store(refusing(&database.url, |_| Box::pin(async {}), refuse).await, 3);
    let mut mirror = Mirror::of(follower.changes::<Debt>().start());
    // The first time before anything has come, then while it waits.
    for (happens, rows) in rounds() {
        is_down.store(true, Ordering::SeqCst);
        happen(&writer, &happens).await;
        let enough = *met.borrow() + 3;
        let mut asked = met.subscribe();
        mirror.takes_until(async { drop(asked.wait_for(|met| *met >= enough).await.unwrap()) }).await;
        is_down.store(false, Ordering::SeqCst);
        mirror.comes_to(&rows).await;
    }
    assert_eq!((mirror.resets, mirror.never_had.as_slice()), (1, [].as_slice()), "it goes on where it was");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_gone_is_waited_for() {
    let database = Database::postgres().await;
    let writer = read_models(&database, 3).await;
    happen(&writer, &[("a", Placed("ada")), ("b", Placed("bob"))]).await;
    let proxy = Proxy::before(&database.url, Commits::WithTheAppend).await;
    let follower = of_store(EventStore::open(proxy.url()).await.unwrap(), 3);
    let mut mirror = Mirror::of(follower.changes::<Debt>().start());
    mirror.comes_to(&[debt("a", "ada", false, 0), debt("b", "bob", false, 0)]).await;
    for (happens, rows) in rounds() {
        proxy.set_reachable(false);
        mirror
            .takes_until(async {
                happen(&writer, &happens).await;
                while follower.store().head().await.is_ok() {
                    tokio::task::yield_now().await;
                }
            })
            .await;
        proxy.set_reachable(true);
        mirror.comes_to(&rows).await;
    }
    assert_eq!((mirror.resets, mirror.never_had.as_slice()), (1, [].as_slice()), "it goes on where it was");
    follower.store().close().await;
}
