//! Processes that are killed while they project, catch up and rebuild.

use std::time::Duration;

use cqrs_runtime::store::EventStore;
use cqrs_tests::orders::{Shop, Turnover, read_models};
use futures_util::future::try_join_all;

use super::tables::{Checkpoints, Look};
use crate::database::Database;
use crate::process::Process;
use crate::random::rng;

pub(super) const KILLS: u64 = 20;
/// What the processes do, by turns.
pub(super) const PROGRAMS: [&str; 4] = ["both", "project", "rebuild", "project"];
/// Longer than a batch, and short, for whoever is killed keeps its partitions as long.
pub(crate) const LEASE: Duration = Duration::from_millis(600);
/// A bound that is never met.
pub(crate) const LONG: Duration = Duration::from_mins(2);

pub(crate) fn start(url: &str, what: &str, seed: u64, lease: Duration, batch: usize) -> Process {
    start_with(url, what, seed, lease, batch, 1)
}

/// The same, with so many workers.
fn start_with(url: &str, what: &str, seed: u64, lease: Duration, batch: usize, workers: u32) -> Process {
    let numbers = [seed.to_string(), lease.as_millis().to_string(), batch.to_string(), workers.to_string()];
    let arguments: Vec<_> = [url, what].into_iter().chain(numbers.iter().map(String::as_str)).collect();
    Process::start(env!("CARGO_BIN_EXE_keep_projecting"), &arguments)
}

pub(crate) async fn append(store: &EventStore, shop: &mut Shop, count: usize) {
    let mut left = count;
    while left > 0 {
        let together = left.min(50);
        let appends = (0..together).map(|_| store.append(shop.happens())).collect::<Vec<_>>();
        try_join_all(appends).await.unwrap();
        left -= together;
    }
}

#[tokio::test]
async fn on_sqlite() {
    killed_again_and_again(&Database::sqlite(), 1, KILLS).await;
}

#[tokio::test]
async fn on_postgres() {
    killed_again_and_again(&Database::postgres().await, 1, KILLS).await;
}

/// All workers of a process die at once, each in another step.
#[tokio::test]
async fn with_three_workers_on_sqlite() {
    killed_again_and_again(&Database::sqlite(), 3, KILLS / 2).await;
}

#[tokio::test]
async fn with_three_workers_on_postgres() {
    killed_again_and_again(&Database::postgres().await, 3, KILLS / 2).await;
}

async fn killed_again_and_again(database: &Database, workers: u32, kills: u64) {
    let mut rng = rng();
    let look = Look::of(database).await;
    let mut shop = Shop::new(0);
    append(&look.store, &mut shop, 200).await;
    let mut last = Checkpoints::new();
    for (kill, what) in (0..kills).zip(PROGRAMS.into_iter().cycle()) {
        if what != "both" {
            append(&look.store, &mut shop, 60).await;
        }
        let mut child = start_with(&database.url, what, kill + 1, LEASE, rng.usize(1..12), workers);
        assert_eq!(child.hear().await.as_deref(), Some("ready"));
        wait_for_steps(&look, &mut child, rng.usize(0..30)).await;
        for _ in 0..rng.u32(0..2_000) {
            tokio::task::yield_now().await;
        }
        child.kill().await;
        let found = look.all_equal_a_fold().await;
        goes_on(&last, &found);
        last = found;
        look.drop_retired().await;
    }
    ends_as_if_nothing_had_happened(&look).await;
    look.close().await;
}

/// Waits until checkpoints have moved so many times, or the process is done.
pub(super) async fn wait_for_steps(look: &Look, child: &mut Process, steps: usize) {
    let (mut seen, mut count, mut still) = (look.checkpoints().await, 0, 0);
    while count < steps && !child.has_spoken() {
        let now = look.checkpoints().await;
        still = if now == seen { still + 1 } else { 0 };
        count += usize::from(still == 0);
        seen = now;
        if still >= 20 && look.is_projected().await {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// No checkpoint was set back: what was interrupted goes on where it was.
pub(super) fn goes_on(before: &Checkpoints, now: &Checkpoints) {
    for (name, positions) in before {
        let Some(now) = now.get(name) else { continue };
        let back = positions.iter().zip(now).any(|(before, now)| now < before);
        assert!(!back, "{name} was at {positions:?} and is at {now:?}");
    }
}

/// All is caught up with, and generations made anew in one go have the same rows, byte for byte.
pub(super) async fn ends_as_if_nothing_had_happened(look: &Look) {
    let small = read_models(look.store.clone(), LEASE, 7).with_transactional::<Turnover>();
    small.catch_up(LONG).await.unwrap();
    look.all_equal_a_fold().await;
    let at_once = read_models(look.store.clone(), LEASE, usize::MAX).with_transactional::<Turnover>();
    for name in ["customer_order", "payment", "turnover"] {
        let killed = look.dump(&look.serving(name).await).await;
        at_once.rebuild(name, |_| ()).await.unwrap();
        let anew = look.dump(&look.serving(name).await).await;
        assert!(killed == anew, "{name}:\n{killed:#?}\n{anew:#?}");
        assert!(!anew[0].is_empty() && !anew[1].is_empty(), "{name} has rows");
    }
}
