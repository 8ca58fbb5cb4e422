//! A database that answers too late, not at all, or that is gone for a while.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cqrs_runtime::store::{EventQuery, EventStore, StoreError};
use cqrs_runtime::subscription::{Start, Subscriber, SubscriptionError};
use fastrand::Rng;
use futures_util::FutureExt;
use sea_orm::ConnectionTrait;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use super::super::{Log, all, append, events, on_each_log};
use super::faulty::{Asked, Fate, faulty};
use super::sent::Sent;
use super::transactions::{database, on_each_database};
use super::{checkpoints, handle, next, number, open};
use crate::cluster::Cluster;

on_each_log! {
    a_confirmation_that_is_not_answered
    what_is_none_of_its_own_is_passed_after_an_outage
    closing_gives_up_whatever_has_failed
}

on_each_database! {
    a_commit_that_is_not_answered
    through_thick_and_thin
}

/// What becomes of the next of a kind.
pub(super) type Plan = Arc<Mutex<Option<(Asked, Fate)>>>;

pub(super) async fn planned(log: &Log) -> (EventStore, Plan) {
    let plan = Plan::default();
    let fates = {
        let plan = Arc::clone(&plan);
        move |asked| plan.lock().unwrap().take_if(|(next, _)| *next == asked).map_or(Fate::Answered, |(_, fate)| fate)
    };
    (faulty(log, fates).await, plan)
}

fn is_unknown(outcome: &Result<(), SubscriptionError>) -> bool {
    let unreachable = matches!(outcome, Err(SubscriptionError::Store(StoreError::Unreachable(_))));
    unreachable && outcome.as_ref().is_err_and(SubscriptionError::is_retryable)
}

/// Whether it is kept or not, nothing is missed.
async fn a_confirmation_that_is_not_answered(log: &Log) {
    let (store, plan) = planned(log).await;
    append(&store, "a", 1..=9).await;
    let mut opened = open(&store).await;
    let confirm = async |opened: &mut Subscriber, fate| {
        let event = next(opened).await;
        *plan.lock().unwrap() = Some((Asked::Advance, fate));
        let lost = opened.confirm(&event).await;
        assert!(is_unknown(&lost), "{lost:?}");
        event
    };
    for (expected, fate) in [(1, Fate::LostBefore), (2, Fate::LostAfterwards)] {
        let event = confirm(&mut opened, fate).await;
        assert_eq!(number(&event), expected);
        opened.confirm(&event).await.unwrap();
        assert_eq!(checkpoints(log).await, [event.position]);
    }
    // Both are confirmed with the next one.
    for (fate, first) in [(Fate::LostBefore, 3), (Fate::LostAfterwards, 5)] {
        assert_eq!(number(&confirm(&mut opened, fate).await), first);
        let event = next(&mut opened).await;
        assert_eq!(number(&event), first + 1);
        opened.confirm(&event).await.unwrap();
        assert_eq!(checkpoints(log).await, [event.position]);
    }
    for (fate, next) in [(Fate::LostBefore, 7), (Fate::LostAfterwards, 8)] {
        assert_eq!(number(&confirm(&mut opened, fate).await), 7);
        opened.rewind();
        assert_eq!(number(&super::next(&mut opened).await), next, "{fate:?}");
        opened.rewind();
    }
    for (fate, next) in [(Fate::LostBefore, 8), (Fate::LostAfterwards, 9)] {
        assert_eq!(number(&confirm(&mut opened, fate).await), 8);
        opened.close().await.unwrap();
        opened = open(&store).await;
        assert_eq!(number(&super::next(&mut opened).await), next, "{fate:?}");
        opened.rewind();
    }
    assert_eq!(handle(&mut opened, 1).await, [9]);
    store.close().await;
}

async fn what_is_none_of_its_own_is_passed_after_an_outage(log: &Log) {
    let planned_fates = [
        (Asked::Acquire, Fate::LostBefore),
        (Asked::Advance, Fate::LostBefore),
        (Asked::Advance, Fate::LostAfterwards),
    ];
    for (number, fate) in (1..).zip(planned_fates) {
        let (store, plan) = planned(log).await;
        append(&store, "a", [number]).await;
        let wanted = EventQuery::log().named(["Wanted"]);
        let mails = store.durable_subscription("mails", wanted).lease_time(Duration::from_secs(3));
        let mut opened = mails.open().await.unwrap();
        *plan.lock().unwrap() = Some(fate);
        let head = store.head().await.unwrap().position;
        let passed = async {
            while checkpoints(log).await != [head] {
                assert!(super::is_waiting(&mut opened).await, "there is nothing for it");
            }
        };
        timeout(Duration::from_mins(1), passed).await.unwrap();
        assert_eq!(*plan.lock().unwrap(), None, "it was not asked");
        opened.close().await.unwrap();
        store.close().await;
    }
}

/// Others do not have to wait for it.
async fn closing_gives_up_whatever_has_failed(log: &Log) {
    let (store, plan) = planned(log).await;
    append(&store, "a", 1..=3).await;
    let wanted = EventQuery::log().named(["Wanted"]);
    let mut opened = store.durable_subscription("mails", wanted).open().await.unwrap();
    assert!(super::is_waiting(&mut opened).await);
    *plan.lock().unwrap() = Some((Asked::Advance, Fate::LostBefore));
    opened.close().await.unwrap();
    assert_eq!(*plan.lock().unwrap(), None, "nothing was to be passed");
    let other = open(&store).await;
    let backend = log.backend().await;
    let standing = backend.checkpoints("subscription mails").await.unwrap();
    assert_eq!(standing[0].worker, Some(other.worker()));
    backend.close().await;
    store.close().await;
}

/// Whether it went through or not, what is written is written once.
async fn a_commit_that_is_not_answered(log: &Log) {
    let (store, plan) = planned(log).await;
    let sent = Sent::create(&database(log).url).await;
    append(&store, "a", 1..=6).await;
    let mut opened = open(&store).await;
    let unanswered = async |opened: &mut Subscriber, fate| {
        let event = next(opened).await;
        *plan.lock().unwrap() = Some((Asked::Commit, fate));
        let lost = Sent::send(opened, &event).await;
        assert!(is_unknown(&lost), "{lost:?}");
        event
    };
    let event = unanswered(&mut opened, Fate::LostBefore).await;
    assert_eq!((number(&event), sent.count().await), (1, 0));
    Sent::send(&mut opened, &event).await.unwrap();
    let event = unanswered(&mut opened, Fate::LostAfterwards).await;
    assert_eq!((number(&event), sent.count().await), (2, 2));
    let again = Sent::send(&mut opened, &event).await;
    assert!(matches!(again, Err(SubscriptionError::Confirmed { .. })), "{again:?}");
    for (fate, next) in [(Fate::LostBefore, 3), (Fate::LostAfterwards, 4)] {
        assert_eq!(number(&unanswered(&mut opened, fate).await), 3);
        opened.rewind();
        assert_eq!(number(&super::next(&mut opened).await), next, "{fate:?}");
        opened.rewind();
    }
    for (fate, next) in [(Fate::LostBefore, 4), (Fate::LostAfterwards, 5)] {
        assert_eq!(number(&unanswered(&mut opened, fate).await), 4);
        opened.close().await.unwrap();
        opened = open(&store).await;
        assert_eq!(number(&super::next(&mut opened).await), next, "{fate:?}");
        opened.rewind();
    }
    // Nothing has begun, as far as is known.
    for fate in [Fate::LostBefore, Fate::LostAfterwards] {
        *plan.lock().unwrap() = Some((Asked::Begin, fate));
        let event = next(&mut opened).await;
        let lost = Sent::send(&mut opened, &event).await;
        assert!(is_unknown(&lost), "{lost:?}");
        Sent::send(&mut opened, &event).await.unwrap();
    }
    sent.is_all_of(&all(&store).await).await;
    store.close().await;
}

const STREAMS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Two share the streams; any answer may be lost, any commit given up, and they come and go.
async fn through_thick_and_thin(log: &Log) {
    let mut rng = Rng::new();
    println!("seed {}", rng.get_seed());
    let calm = log.open().await;
    let sent = Sent::create(&database(log).url).await;
    for number in 1..=90 {
        let name = if rng.bool() { "Rare" } else { "Happened" };
        calm.append(events(STREAMS[rng.usize(0..STREAMS.len())], name, [number])).await.unwrap();
    }
    let log_of_it = all(&calm).await;
    let ended = AtomicBool::new(false);
    let tasks = [rng.fork(), rng.fork()].map(|mut rng| {
        let (sent, ended, count) = (&sent, &ended, log_of_it.len());
        async move {
            let store = faulty(log, lossy(rng.fork())).await;
            let mut opened = None;
            while !ended.load(Ordering::Relaxed) {
                let subscriber = match opened.take() {
                    Some(subscriber) => subscriber,
                    None => shared(&store).await,
                };
                opened = handle_one(subscriber, &mut rng, || ended.load(Ordering::Relaxed)).await;
                if sent.count().await >= count {
                    ended.store(true, Ordering::Relaxed);
                }
            }
            store.close().await;
        }
    });
    futures_util::future::join_all(tasks).await;
    sent.is_all_of(&log_of_it).await;
    calm.close().await;
}

fn lossy(mut rng: Rng) -> impl FnMut(Asked) -> Fate {
    move |_| match rng.u32(0..20) {
        0 => Fate::LostBefore,
        1 => Fate::LostAfterwards,
        _ => Fate::Answered,
    }
}

async fn shared(store: &EventStore) -> Subscriber {
    loop {
        let mails = store.durable_subscription("mails", EventQuery::log()).partitions(3);
        match mails.lease_time(Duration::from_millis(200)).open().await {
            Err(error) if error.is_retryable() => {}
            opened => return opened.unwrap(),
        }
    }
}

/// Handles an event, in one way or the other; who it is afterwards, unless it is gone.
async fn handle_one(mut subscriber: Subscriber, rng: &mut Rng, ended: impl Fn() -> bool) -> Option<Subscriber> {
    let event = tokio::select! {
        event = subscriber.next() => event.unwrap(),
        () = async { while !ended() { tokio::task::yield_now().await; } } => return None,
    };
    let what = rng.u32(0..16);
    let outcome =
        if what == 0 { cancelled(&mut subscriber, &event).await } else { Sent::send(&mut subscriber, &event).await };
    match outcome {
        Ok(()) => {}
        Err(error) if error.is_retryable() => subscriber.rewind(),
        Err(error) => panic!("{error:?}"),
    }
    match what {
        // Without a word.
        1 => None,
        2 => {
            // Some answers are lost, too.
            let _ = subscriber.close().await;
            None
        }
        _ => Some(subscriber),
    }
}

/// Begins to commit, and does not wait for it.
async fn cancelled(
    subscriber: &mut Subscriber,
    event: &cqrs_runtime::store::StoredEvent,
) -> Result<(), SubscriptionError> {
    let handling = subscriber.begin(event).await?;
    let sent = format!("INSERT INTO sent (position) VALUES ({})", event.position);
    handling.connection()?.execute_unprepared(&sent).await.map_err(|error| handling.error(error))?;
    let outcome = handling.commit().now_or_never();
    outcome.unwrap_or(Err(SubscriptionError::Store(StoreError::Unreachable("it is not known".into()))))
}

/// A sign of life that is not answered, and one that fails, leave time for another one before the session ends.
#[tokio::test(start_paused = true)]
async fn a_silent_sign_of_life_costs_no_lease() {
    let log = Log::memory();
    let tries = Arc::new(Mutex::new(Vec::new()));
    let fates = {
        let tries = Arc::clone(&tries);
        move |asked| {
            if asked != Asked::Heartbeat {
                return Fate::Answered;
            }
            let mut tries = tries.lock().unwrap();
            tries.push(tokio::time::Instant::now());
            [Fate::Silent, Fate::LostBefore].get(tries.len() - 1).copied().unwrap_or(Fate::Answered)
        }
    };
    let store = faulty(&log, fates).await;
    let opened_at = tokio::time::Instant::now();
    let lease_time = Duration::from_secs(12);
    let opened = store.durable_subscription("mails", EventQuery::log()).lease_time(lease_time).open().await.unwrap();
    while tries.lock().unwrap().len() < 3 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let third = tries.lock().unwrap()[2];
    assert!(third - opened_at < lease_time * 2 / 3, "{:?}", third - opened_at);
    drop(opened);
}

/// Where it starts is asked of the log only if the name is new.
#[tokio::test]
async fn a_known_name_needs_no_log_to_be_opened() {
    let log = Log::memory();
    let store = log.open().await;
    append(&store, "a", [1]).await;
    open(&store).await.close().await.unwrap();
    let blind = faulty(&log, |asked| if asked == Asked::Read { Fate::LostBefore } else { Fate::Answered }).await;
    for start in [Start::End, Start::After(1)] {
        let named = |name: &str| blind.durable_subscription(name, EventQuery::log()).start(start);
        named("mails").open().await.unwrap().close().await.unwrap();
        assert!(named("another").open().await.is_err());
    }
}

/// How many events are handled between two restarts.
const BETWEEN: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_is_used_again() {
    let cluster = Arc::new(Cluster::start());
    let store = EventStore::open(&cluster.url).await.unwrap();
    let sent = Sent::create(&cluster.url).await;
    let (handled, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let handling = {
        let (store, handled, ended) = (store.clone(), Arc::clone(&handled), Arc::clone(&ended));
        tokio::spawn(async move {
            let mut mails = shared(&store).await;
            while !ended.load(Ordering::Relaxed) {
                let event = mails.next().await.unwrap();
                match Sent::send(&mut mails, &event).await {
                    Ok(()) => drop(handled.fetch_add(1, Ordering::Relaxed)),
                    Err(error) if error.is_retryable() => mails.rewind(),
                    Err(error) => panic!("{error:?}"),
                }
            }
            mails.close().await.unwrap();
        })
    };
    let appending = {
        let (store, ended) = (store.clone(), Arc::clone(&ended));
        tokio::spawn(async move {
            let mut number = 0;
            while !ended.load(Ordering::Relaxed) {
                number += 1;
                // Some are not known to be there, while the server is away.
                let _ = store.append(events(STREAMS[number as usize % 6], "Happened", [number])).await;
            }
        })
    };
    for crash in [true, false, true] {
        let enough = handled.load(Ordering::Relaxed) + BETWEEN;
        reaches(&handled, enough, &handling).await;
        let cluster = Arc::clone(&cluster);
        let crashing = move || {
            if crash {
                cluster.kill();
            }
            cluster.restart();
        };
        spawn_blocking(crashing).await.unwrap();
    }
    let enough = handled.load(Ordering::Relaxed) + BETWEEN;
    reaches(&handled, enough, &handling).await;
    ended.store(true, Ordering::Relaxed);
    appending.await.unwrap();
    append(&store, "last", [u128::MAX]).await;
    handling.await.unwrap();
    let mut mails = shared(&store).await;
    let log = all(&store).await;
    while sent.count().await < log.len() {
        let event = next(&mut mails).await;
        match Sent::send(&mut mails, &event).await {
            Err(error) if error.is_retryable() => mails.rewind(),
            sent => sent.unwrap(),
        }
    }
    sent.is_all_of(&log).await;
    store.close().await;
}

async fn reaches(count: &AtomicUsize, enough: usize, counting: &JoinHandle<()>) {
    while count.load(Ordering::Relaxed) < enough {
        assert!(!counting.is_finished(), "nobody counts any more");
        tokio::task::yield_now().await;
    }
}
