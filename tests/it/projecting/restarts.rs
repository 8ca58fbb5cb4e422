//! The server is killed and started again while processes project, catch up and rebuild: they go on by themselves.

use std::sync::Arc;

use cqrs_tests::orders::Shop;
use fastrand::Rng;
use tokio::task::spawn_blocking;

use super::killed::{
    KILLS, LEASE, LONG, PROGRAMS, append, ends_as_if_nothing_had_happened, goes_on, start, wait_for_steps,
};
use super::tables::{Checkpoints, Look};
use crate::cluster::Cluster;
use crate::process::Process;
use crate::random::rng;

#[tokio::test]
async fn a_server_is_killed_again_and_again() {
    let mut rng = rng();
    let cluster = Arc::new(Cluster::start());
    let mut shop = Shop::new(0);
    let look = Look::at(&cluster.url).await;
    append(&look.store, &mut shop, 200).await;
    look.close().await;
    let mut last = Checkpoints::new();
    for (kill, what) in (0..KILLS).zip(PROGRAMS.into_iter().cycle()) {
        let child = killed_beside(&cluster, &mut shop, &mut rng, kill, what).await;
        let look = Look::at(&cluster.url).await;
        // The process has lost its server, and goes on all the same.
        let goes_on_by_itself = async {
            let head = look.head().await;
            while !has_gone_on(&look, &child, what, head).await {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(LONG, goes_on_by_itself).await.unwrap_or_else(|_| panic!("{what} after kill {kill}"));
        assert_eq!(child.end().await, if what == "rebuild" { vec!["rebuilt"] } else { vec![] });
        let found = look.all_equal_a_fold().await;
        goes_on(&last, &found);
        last = found;
        look.drop_retired().await;
        look.close().await;
    }
    let look = Look::at(&cluster.url).await;
    ends_as_if_nothing_had_happened(&look).await;
    look.close().await;
}

/// Starts a process, and kills the server in the midst of what it does.
async fn killed_beside(cluster: &Arc<Cluster>, shop: &mut Shop, rng: &mut Rng, kill: u64, what: &str) -> Process {
    let look = Look::at(&cluster.url).await;
    if what != "both" {
        append(&look.store, shop, 60).await;
    }
    let mut child = start(&cluster.url, what, kill + 1, LEASE, rng.usize(1..12));
    assert_eq!(child.hear().await.as_deref(), Some("ready"));
    wait_for_steps(&look, &mut child, rng.usize(0..30)).await;
    look.close().await;
    for _ in 0..rng.u32(0..2_000) {
        tokio::task::yield_now().await;
    }
    let cluster = Arc::clone(cluster);
    let crash = move || {
        cluster.kill();
        cluster.restart();
    };
    spawn_blocking(crash).await.unwrap();
    child
}

/// Whether a process does again what it was started for.
async fn has_gone_on(look: &Look, child: &Process, what: &str, head: u64) -> bool {
    match what {
        "project" => look.is_projected().await,
        "both" => look.head().await > head + 10 && is_past(look, head).await,
        _ => child.has_spoken(),
    }
}

/// Whether all that serves has come past a position.
async fn is_past(look: &Look, position: u64) -> bool {
    let checkpoints = look.checkpoints().await;
    !checkpoints.is_empty() && checkpoints.values().flatten().all(|checkpoint| *checkpoint > position)
}
