//! Appends to random streams of a log until its input ends or it is killed: `keep_appending URL SEED`.
//!
//! Its output says what became of each event: `+ID` is in the log, `-ID` is not. Of others it is not known.

use std::collections::HashMap;
use std::error::Error;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use cqrs_runtime::store::{Append, AppendError, EventStore, ExpectedVersion, NewEvent, StoreError, StreamKey};
use cqrs_tests::appending::{PLAIN, REFUSED, SLOW, end_of_input};
use fastrand::Rng;
use futures_util::future::try_join_all;
use uuid::Uuid;

const STREAMS: usize = 10;
const TASKS: u64 = 3;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("the first argument is the database's URL")?;
    let seed: u64 = arguments.next().ok_or("the second argument is a seed")?.parse()?;
    let ended = end_of_input();
    let store = open(&url).await?;
    try_join_all((0..TASKS).map(|task| keep_appending(&store, seed * TASKS + task, &ended))).await?;
    store.close().await;
    Ok(())
}

/// Opens the log; connections are being ended all the time, this one as well.
async fn open(url: &str) -> Result<EventStore, StoreError> {
    loop {
        match EventStore::open(url).await {
            Err(error) if error.is_retryable() => {}
            opened => return opened,
        }
    }
}

async fn keep_appending(store: &EventStore, seed: u64, ended: &AtomicBool) -> Result<(), AppendError> {
    let mut task = Task { rng: Rng::with_seed(seed), versions: HashMap::new() };
    while !ended.load(Ordering::Acquire) {
        let append = task.append();
        let (stream, ids) = (append.stream.clone(), append.events.iter().map(|event| event.id).collect::<Rc<[_]>>());
        match store.append(append).await {
            Ok(appended) => {
                task.versions.insert(stream, appended.version);
                report('+', &ids);
            }
            Err(AppendError::Conflict { actual, .. }) => {
                task.versions.insert(stream, actual);
                report('-', &ids);
            }
            Err(AppendError::Store(error)) if error.is_retryable() || matches!(*error, StoreError::Refused(_)) => {
                report('-', &ids);
            }
            Err(AppendError::Indeterminate { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn report(sign: char, ids: &[Uuid]) {
    for id in ids {
        println!("{sign}{id}");
    }
}

/// One of the appenders of this process, with what it believes the streams' versions to be.
struct Task {
    rng: Rng,
    versions: HashMap<StreamKey, u64>,
}

impl Task {
    fn append(&mut self) -> Append {
        let stream = StreamKey::new("Account", self.rng.usize(..STREAMS).to_string());
        let believed = self.versions.get(&stream).copied().unwrap_or(0);
        let (expected, last) = match self.rng.u8(..10) {
            0..=4 => (ExpectedVersion::Any, PLAIN),
            5..=6 => (ExpectedVersion::Exact(believed), PLAIN),
            7 => (ExpectedVersion::Exact(believed + 1), PLAIN),
            8 => (ExpectedVersion::Any, SLOW),
            _ => (ExpectedVersion::Any, REFUSED),
        };
        let count = self.rng.usize(1..=3);
        let events = (1..=count).map(|number| {
            let name = if self.rng.u8(..6) == 0 { "Rare" } else { "Happened" };
            NewEvent::new(Uuid::now_v7(), name, if number == count { last } else { PLAIN })
        });
        Append::new(stream, expected, events.collect())
    }
}
