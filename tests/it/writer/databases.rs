//! Shutdown and callers that go away, on real databases.

use std::task::Poll;

use cqrs_runtime::store::{Append, AppendError, EventStore, ExpectedVersion};
use futures_util::future::join_all;
use futures_util::{FutureExt, poll};
use tokio::task::yield_now;

use crate::database::Database;
use crate::lost_connection::{all_true, log, two_events};

const APPENDS: usize = 2_000;

/// To many streams, some of which others write to.
fn many() -> Vec<Append> {
    let stream = |number: usize| (number % 50).to_string();
    let expected =
        |number: usize| if number.is_multiple_of(5) { ExpectedVersion::NoStream } else { ExpectedVersion::Any };
    (0..APPENDS).map(|number| two_events(&stream(number), expected(number))).collect()
}

async fn closing_answers_all(database: &Database) {
    let store = EventStore::open(&database.url).await.unwrap();
    let appends = many();
    let mut answers: Vec<_> = appends.iter().map(|append| store.append(append.clone()).boxed()).collect();
    for answer in &mut answers {
        assert!(poll!(answer).is_pending());
    }
    let (answers, ()) = futures_util::join!(join_all(answers), store.close());
    assert!(matches!(store.append(appends[0].clone()).await, Err(AppendError::Store(_))), "it is closed");
    let store = EventStore::open(&database.url).await.unwrap();
    assert_eq!(all_true(&appends, &answers, &log(&store).await), 0);
    assert!(answers.iter().all(|answer| matches!(answer, Ok(_) | Err(AppendError::Conflict { .. }))), "{answers:?}");
    assert!(answers.iter().flatten().count() >= APPENDS * 4 / 5, "{answers:?}");
    store.close().await;
}

/// Each caller goes away after another number of steps of the runtime, some before and some after their answer.
async fn callers_that_go_away_leave_no_half(database: &Database) {
    let store = EventStore::open(&database.url).await.unwrap();
    let mut rng = fastrand::Rng::with_seed(7);
    let (mut kept, mut answers, mut dropped) = (Vec::new(), Vec::new(), Vec::new());
    for wave in many().chunks(40) {
        let mut callers: Vec<_> = wave.iter().map(|append| (append, store.append(append.clone()).boxed())).collect();
        for (_, caller) in &mut callers {
            assert!(poll!(caller).is_pending());
        }
        while !callers.is_empty() {
            for _ in 0..rng.usize(..3) {
                yield_now().await;
            }
            let (append, mut caller) = callers.swap_remove(rng.usize(..callers.len()));
            match poll!(&mut caller) {
                Poll::Ready(answer) => {
                    kept.push(append.clone());
                    answers.push(answer);
                }
                Poll::Pending => dropped.push(append.clone()),
            }
        }
    }
    store.close().await;
    let store = EventStore::open(&database.url).await.unwrap();
    let log = log(&store).await;
    assert_eq!(all_true(&kept, &answers, &log), 0);
    let written = |append: &&Append| {
        let found = append.events.iter().filter(|event| log.iter().any(|stored| stored.event_id == event.id)).count();
        assert!(found == 0 || found == append.events.len(), "half of {append:?} was written");
        found > 0
    };
    let completed = dropped.iter().filter(written).count();
    assert!(0 < completed && completed < dropped.len(), "{completed} of {} were completed", dropped.len());
    let of_answered = answers.iter().flatten().map(|appended| usize::try_from(appended.count).unwrap()).sum::<usize>();
    assert_eq!(log.len(), of_answered + 2 * completed, "nothing else is in the log");
    store.close().await;
}

#[tokio::test]
async fn a_closing_store_answers_all_that_waits_on_sqlite() {
    closing_answers_all(&Database::sqlite()).await;
}

#[tokio::test]
async fn a_closing_store_answers_all_that_waits_on_postgres() {
    closing_answers_all(&Database::postgres().await).await;
}

#[tokio::test]
async fn callers_that_go_away_leave_no_half_on_sqlite() {
    callers_that_go_away_leave_no_half(&Database::sqlite()).await;
}

#[tokio::test]
async fn callers_that_go_away_leave_no_half_on_postgres() {
    callers_that_go_away_leave_no_half(&Database::postgres().await).await;
}
