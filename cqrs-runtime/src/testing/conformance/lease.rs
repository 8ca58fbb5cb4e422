//! Sessions, leases and checkpoints.
//!
//! A session that is prolonged by no time has expired: so time passes without anybody's waiting for it.

use std::time::Duration;

use uuid::Uuid;

use super::{accepted, any, stream};
use crate::store::{Advance, AdvanceVerdict, Backend, Lease, Session, StoreError, WorkerId};

const NAME: &str = "summary";
const HOUR: Duration = Duration::from_hours(1);

/// Workers by number; their ids sort as their numbers.
fn worker(number: u128) -> WorkerId {
    WorkerId(Uuid::from_u128(number))
}

fn session(number: u128) -> Session {
    Session::new(NAME, worker(number), 4, HOUR)
}

async fn acquire(backend: &dyn Backend, session: &Session) -> Vec<Lease> {
    match backend.acquire(session).await {
        Ok(leases) => leases,
        Err(error) => panic!("{session:?}: {error:?}"),
    }
}

/// The partitions that a worker has after it has asked.
async fn partitions(backend: &dyn Backend, number: u128) -> Vec<u32> {
    acquire(backend, &session(number)).await.iter().map(|lease| lease.partition).collect()
}

/// Lets all sessions of a worker expire.
async fn expire(backend: &dyn Backend, number: u128) {
    let prolonged = backend.heartbeat(worker(number), Duration::ZERO).await;
    assert!(prolonged.is_ok_and(|names| !names.is_empty()), "worker {number} had no session");
}

fn to(lease: Lease, position: u64) -> Advance {
    Advance { lease, position, event_id: Uuid::from_u128(position.into()) }
}

async fn advance(backend: &dyn Backend, number: u128, steps: &[Advance]) -> AdvanceVerdict {
    match backend.advance(NAME, worker(number), steps).await {
        Ok(verdict) => verdict,
        Err(error) => panic!("{steps:?}: {error:?}"),
    }
}

/// Where the checkpoints of all partitions stand.
async fn positions(backend: &dyn Backend) -> Vec<u64> {
    match backend.checkpoints(NAME).await {
        Ok(checkpoints) => checkpoints.iter().map(|checkpoint| checkpoint.lease.checkpoint).collect(),
        Err(error) => panic!("{error:?}"),
    }
}

/// The first worker of a name has all its partitions, from the start of the log.
pub async fn a_new_name_starts_at_the_first_event(backend: &dyn Backend) {
    assert!(backend.checkpoints(NAME).await.is_ok_and(|checkpoints| checkpoints.is_empty()));
    let leases = acquire(backend, &session(1)).await;
    let expected = (0..4).map(|partition| Lease { partition, epoch: 1, checkpoint: 0, event_id: Uuid::nil() });
    assert_eq!(leases, expected.collect::<Vec<_>>());
    assert_eq!(acquire(backend, &session(1)).await, leases, "who has its share keeps it");
}

/// Partitions are shared evenly; a newcomer gets its share when the others have asked again.
pub async fn workers_share_partitions(backend: &dyn Backend) {
    assert_eq!(partitions(backend, 1).await, [0, 1, 2, 3]);
    assert_eq!(partitions(backend, 2).await, [0; 0], "nothing is taken from a worker whose session lasts");
    assert_eq!(partitions(backend, 1).await, [0, 1]);
    assert_eq!(partitions(backend, 2).await, [2, 3]);
    assert_eq!(partitions(backend, 3).await, [0; 0]);
    assert_eq!(partitions(backend, 1).await, [0, 1]);
    assert_eq!(partitions(backend, 2).await, [2]);
    assert_eq!(partitions(backend, 3).await, [3]);
}

/// More workers than partitions wait without one, and for one.
pub async fn a_worker_may_have_to_wait(backend: &dyn Backend) {
    for _ in 0..2 {
        for number in 1..=5 {
            partitions(backend, number).await;
        }
    }
    assert_eq!(partitions(backend, 5).await, [0; 0]);
    expire(backend, 2).await;
    assert_eq!(partitions(backend, 5).await, [1]);
}

/// What a worker had whose session has expired, the others have when they ask.
pub async fn the_partitions_of_the_dead_are_taken(backend: &dyn Backend) {
    for number in [1, 2, 1, 2] {
        partitions(backend, number).await;
    }
    expire(backend, 1).await;
    assert_eq!(partitions(backend, 2).await, [0, 1, 2, 3]);
}

/// Whoever takes a partition has it in a later epoch, and goes on from its checkpoint.
pub async fn every_owner_has_an_epoch(backend: &dyn Backend) {
    let mut last = Lease { partition: 2, epoch: 0, checkpoint: 0, event_id: Uuid::nil() };
    for number in [1, 2, 1, 3] {
        let leases = acquire(backend, &session(number)).await;
        let [_, _, lease, _] = leases[..] else { panic!("{leases:?}") };
        assert_eq!(lease, Lease { epoch: last.epoch + 1, ..last });
        let step = to(lease, last.checkpoint + 5);
        assert_eq!(advance(backend, number, &[step]).await, AdvanceVerdict::Advanced);
        last = step.done();
        expire(backend, number).await;
    }
}

/// A worker that has lost its partition moves nothing, whatever it still believes.
pub async fn a_worker_without_its_lease_moves_nothing(backend: &dyn Backend) {
    let leases = acquire(backend, &session(1)).await;
    expire(backend, 1).await;
    partitions(backend, 2).await;
    assert_eq!(advance(backend, 1, &[to(leases[0], 7)]).await, AdvanceVerdict::LeaseLost);
    partitions(backend, 1).await;
    assert_eq!(advance(backend, 1, &[to(leases[0], 7)]).await, AdvanceVerdict::LeaseLost, "back, but without it");
    expire(backend, 2).await;
    let again = acquire(backend, &session(1)).await;
    assert_eq!(advance(backend, 1, &[to(leases[0], 7)]).await, AdvanceVerdict::LeaseLost, "its epoch is over");
    assert_eq!(advance(backend, 1, &[to(again[0], 7)]).await, AdvanceVerdict::Advanced);
    assert_eq!(advance(backend, 3, &[to(again[1], 7)]).await, AdvanceVerdict::LeaseLost, "a lease is nobody else's");
    assert_eq!(positions(backend).await, [7, 0, 0, 0]);
}

/// A session that has expired moves nothing, even if nobody has taken its partitions.
pub async fn an_expired_session_moves_nothing(backend: &dyn Backend) {
    let leases = acquire(backend, &session(1)).await;
    expire(backend, 1).await;
    assert_eq!(advance(backend, 1, &[to(leases[0], 7)]).await, AdvanceVerdict::LeaseLost);
    assert_eq!(backend.heartbeat(worker(1), HOUR).await.ok(), Some(Vec::new()), "an expired session is not prolonged");
    assert_eq!(advance(backend, 1, &[to(leases[0], 7)]).await, AdvanceVerdict::LeaseLost);
    assert_eq!(positions(backend).await, [0; 4]);
}

/// A checkpoint moves from where it stands, and forward.
pub async fn a_checkpoint_moves_from_where_it_stands(backend: &dyn Backend) {
    let lease = acquire(backend, &session(1)).await[1];
    let step = to(lease, 7);
    assert_eq!(advance(backend, 1, &[step]).await, AdvanceVerdict::Advanced);
    let moved = |expected| AdvanceVerdict::CheckpointMoved { partition: 1, expected, actual: 7 };
    assert_eq!(advance(backend, 1, &[step]).await, moved(0), "repeated");
    assert_eq!(advance(backend, 1, &[to(to(lease, 8).done(), 9)]).await, moved(8), "skipped ahead");
    for position in [3, 7] {
        let verdict = advance(backend, 1, &[to(step.done(), position)]).await;
        assert_eq!(verdict, AdvanceVerdict::NotForward { partition: 1 });
    }
    let twice = [to(step.done(), 8), to(step.done(), 9)];
    assert_eq!(advance(backend, 1, &twice).await, AdvanceVerdict::NotForward { partition: 1 });
    assert_eq!(acquire(backend, &session(1)).await[1], step.done());
}

/// Steps are taken together or not at all.
pub async fn checkpoints_move_together(backend: &dyn Backend) {
    let leases = acquire(backend, &session(1)).await;
    assert_eq!(advance(backend, 1, &[]).await, AdvanceVerdict::Advanced);
    assert_eq!(advance(backend, 1, &[to(leases[3], 2), to(leases[0], 9)]).await, AdvanceVerdict::Advanced);
    let stale = [to(leases[1], 4), to(leases[3], 4), to(leases[0], 10)];
    let moved = AdvanceVerdict::CheckpointMoved { partition: 0, expected: 0, actual: 9 };
    assert_eq!(advance(backend, 1, &stale).await, moved);
    partitions(backend, 2).await;
    assert_eq!(partitions(backend, 1).await, [0, 1]);
    let lost = [to(leases[1], 4), to(leases[2], 4)];
    assert_eq!(advance(backend, 1, &lost).await, AdvanceVerdict::LeaseLost, "2 was given up");
    let unknown = [to(leases[1], 4), to(Lease { partition: 4, ..leases[1] }, 4)];
    assert_eq!(advance(backend, 1, &unknown).await, AdvanceVerdict::LeaseLost, "there is no such partition");
    assert_eq!(positions(backend).await, [9, 0, 0, 2]);
}

/// What a worker gives up is free at once.
pub async fn a_released_partition_is_free(backend: &dyn Backend) {
    let leases = acquire(backend, &session(1)).await;
    assert!(backend.release(NAME, worker(1)).await.is_ok());
    assert_eq!(advance(backend, 1, &[to(leases[0], 7)]).await, AdvanceVerdict::LeaseLost);
    assert_eq!(partitions(backend, 2).await, [0, 1, 2, 3]);
    assert!(backend.release(NAME, worker(1)).await.is_ok(), "there is nothing left to release");
    assert_eq!(partitions(backend, 2).await, [0, 1, 2, 3]);
}

/// A session without time has ended as it begins.
pub async fn no_time_is_no_session(backend: &dyn Backend) {
    partitions(backend, 1).await;
    let ended = Session { lease_time: Duration::ZERO, ..session(1) };
    assert_eq!(acquire(backend, &ended).await, []);
    assert_eq!(partitions(backend, 2).await, [0, 1, 2, 3]);
}

/// A heartbeat prolongs all sessions of its worker that last, and says which.
pub async fn a_heartbeat_is_for_all_names(backend: &dyn Backend) {
    let other = Session { name: "statement".to_owned(), partitions: 1, ..session(1) };
    let short = Session { name: "totals".to_owned(), lease_time: Duration::ZERO, ..session(1) };
    for session in [&session(1), &other, &short, &session(2)] {
        acquire(backend, session).await;
    }
    assert_eq!(backend.heartbeat(worker(1), HOUR).await.ok(), Some(vec!["statement".to_owned(), NAME.to_owned()]));
    assert_eq!(backend.heartbeat(worker(3), HOUR).await.ok(), Some(Vec::new()));
    expire(backend, 1).await;
    assert_eq!(backend.heartbeat(worker(2), HOUR).await.ok(), Some(vec![NAME.to_owned()]));
}

/// Names have their own partitions, leases and checkpoints.
pub async fn names_are_kept_apart(backend: &dyn Backend) {
    let other = Session { name: "statement".to_owned(), ..session(2) };
    let (one, two) = (acquire(backend, &session(1)).await, acquire(backend, &other).await);
    assert_eq!((one.len(), two.len()), (4, 4));
    assert_eq!(advance(backend, 1, &[to(one[0], 7)]).await, AdvanceVerdict::Advanced);
    assert_eq!(advance(backend, 2, &[to(two[0], 7)]).await, AdvanceVerdict::LeaseLost);
    assert!(backend.release(NAME, worker(1)).await.is_ok());
    assert_eq!(acquire(backend, &other).await, two);
}

/// A number of partitions is for ever: with another one, a stream's events would be handled by two.
pub async fn the_number_of_partitions_does_not_change(backend: &dyn Backend) {
    partitions(backend, 1).await;
    for asked in [3, 5] {
        let outcome = backend.acquire(&Session { partitions: asked, ..session(2) }).await;
        let Err(StoreError::PartitionsChanged { name, found: 4, asked: told }) = outcome else { panic!("{outcome:?}") };
        assert_eq!((name.as_str(), told), (NAME, asked));
    }
    assert_eq!(partitions(backend, 1).await, [0, 1, 2, 3], "who was refused has no session");
}

/// How each partition stands: whose it is, whether that worker lives, and how much is left to do.
pub async fn the_standing_of_partitions_is_told(backend: &dyn Backend) {
    accepted(backend, &any(&stream("a"), 3)).await;
    let head = accepted(backend, &any(&stream("b"), 2)).await.position.unwrap_or_default();
    for number in [1, 2, 1, 2] {
        partitions(backend, number).await;
    }
    let mine = acquire(backend, &session(2)).await;
    assert_eq!(advance(backend, 2, &[to(mine[0], head - 1), to(mine[1], head)]).await, AdvanceVerdict::Advanced);
    expire(backend, 1).await;
    let checkpoints = backend.checkpoints(NAME).await;
    let checkpoints = checkpoints.unwrap_or_else(|error| panic!("{error:?}"));
    let told = checkpoints.iter().map(|c| (c.lease.partition, c.worker, c.is_alive, c.lease.checkpoint, c.behind));
    let expected = [
        (0, Some(worker(1)), false, 0, head),
        (1, Some(worker(1)), false, 0, head),
        (2, Some(worker(2)), true, head - 1, 1),
        (3, Some(worker(2)), true, head, 0),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert_eq!(checkpoints[3].lease, to(mine[1], head).done());
}

/// The first session of a name says where its partitions start; later ones don't.
pub async fn a_new_name_starts_where_it_is_said(backend: &dyn Backend) {
    let start = |number, checkpoint: u64| Session {
        checkpoint,
        event_id: Uuid::from_u128(checkpoint.into()),
        ..session(number)
    };
    let leases = acquire(backend, &start(1, 7)).await;
    let expected = (0..4).map(|partition| Lease { partition, epoch: 1, checkpoint: 7, event_id: Uuid::from_u128(7) });
    assert_eq!(leases, expected.collect::<Vec<_>>());
    assert_eq!(advance(backend, 1, &[to(leases[0], 8)]).await, AdvanceVerdict::Advanced);
    expire(backend, 1).await;
    let taken = acquire(backend, &start(2, 3)).await;
    assert_eq!(taken.iter().map(|lease| lease.checkpoint).collect::<Vec<_>>(), [8, 7, 7, 7]);
}

/// What nobody handles any more can be forgotten, and begins anew; what somebody handles can't.
pub async fn a_name_can_be_forgotten(backend: &dyn Backend) {
    let other = Session { name: "statement".to_owned(), ..session(2) };
    let (one, _) = (acquire(backend, &session(1)).await, acquire(backend, &other).await);
    assert_eq!(advance(backend, 1, &[to(one[0], 7)]).await, AdvanceVerdict::Advanced);
    let names = async || backend.names().await.unwrap_or_else(|error| panic!("{error:?}"));
    let forget = async |name| backend.forget(name).await.unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(names().await, ["statement", NAME]);
    assert!(!forget(NAME).await, "its worker lives");
    assert!(!forget("nobody's").await);
    expire(backend, 1).await;
    assert!(forget(NAME).await);
    assert_eq!(names().await, ["statement"]);
    assert_eq!(advance(backend, 1, &[to(one[1], 7)]).await, AdvanceVerdict::LeaseLost);
    let anew = acquire(backend, &session(1)).await;
    assert!(anew.iter().all(|lease| lease.checkpoint == 0) && anew.len() == 4, "{anew:?}");
}

/// Who does not say that the name may be new finds it as it is, or forgotten.
pub async fn who_was_with_a_forgotten_name_makes_none_anew(backend: &dyn Backend) {
    let lease = acquire(backend, &session(1)).await[0];
    let returning = Session { makes: false, ..session(1) };
    assert_eq!(acquire(backend, &returning).await[0], lease, "it is there");
    expire(backend, 1).await;
    assert!(backend.forget(NAME).await.is_ok_and(|forgotten| forgotten));
    for _ in 0..2 {
        let outcome = backend.acquire(&returning).await;
        assert!(matches!(&outcome, Err(StoreError::Forgotten { name }) if name == NAME), "{outcome:?}");
        assert_eq!(positions(backend).await, [0; 0], "nothing is made anew");
    }
    assert_eq!(backend.heartbeat(worker(1), HOUR).await.ok(), Some(Vec::new()), "who was refused has no session");
    // Somebody else has made it: one is with it as with any other.
    assert_eq!(partitions(backend, 2).await, [0, 1, 2, 3]);
    assert_eq!(acquire(backend, &returning).await, []);
    assert_eq!(partitions(backend, 2).await, [0, 1]);
    assert_eq!(acquire(backend, &returning).await.len(), 2);
}
