//! The server is restarted, or crashes, in the midst of appends.

use std::sync::Arc;

use cqrs_runtime::store::{EventStore, ExpectedVersion};
use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};

use super::{all_true, append_all, log, two_events};
use crate::cluster::Cluster;

const TASKS: usize = 8;
/// How many appends are answered between two restarts, at least.
const BETWEEN: usize = 30;

#[tokio::test]
async fn a_restarted_server_is_used_again() {
    let cluster = Arc::new(Cluster::start());
    let store = EventStore::open(&cluster.url).await.unwrap();
    let answered = Arc::new(watch::Sender::new(0));
    let ended = watch::Sender::new(false);
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (store, answered, ended) = (store.clone(), Arc::clone(&answered), ended.subscribe());
        tasks.spawn(async move {
            let (mut appends, mut answers) = (Vec::new(), Vec::new());
            while !*ended.borrow() {
                let append = two_events(&(task % 3).to_string(), ExpectedVersion::Any);
                answers.extend(append_all(&store, std::slice::from_ref(&append)).await);
                appends.push(append);
                answered.send_modify(|count| *count += 1);
            }
            (appends, answers)
        });
    }
    let mut count = answered.subscribe();
    for crash in [false, true, false] {
        let enough = *count.borrow() + BETWEEN;
        count.wait_for(|answered| *answered >= enough).await.unwrap();
        let cluster = Arc::clone(&cluster);
        spawn_blocking(move || {
            if crash {
                cluster.kill();
            }
            cluster.restart();
        })
        .await
        .unwrap();
    }
    let enough = *count.borrow() + BETWEEN;
    count.wait_for(|answered| *answered >= enough).await.unwrap();
    ended.send_replace(true);
    let direct = EventStore::open(&cluster.url).await.unwrap();
    let (mut appends, mut answers) = (Vec::new(), Vec::new());
    for (some_appends, some_answers) in tasks.join_all().await {
        appends.extend(some_appends);
        answers.extend(some_answers);
    }
    all_true(&appends, &answers, &log(&direct).await);
    // The outcome of each could be found, since the server came back in time.
    assert!(answers.iter().flatten().count() > BETWEEN * 3, "{answers:?}");
    let last = [two_events("last", ExpectedVersion::NoStream)];
    assert_eq!(append_all(&store, &last).await.remove(0).unwrap().version, 2, "the store works as before");
}
