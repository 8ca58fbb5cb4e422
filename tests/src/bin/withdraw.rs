//! A process of the test `crowd`: `withdraw URL PURSES TASKS EACH` takes 1 from a purse, TASKS × EACH times.
//!
//! Says `ready` when the store is open, waits for a line, and at the end says how many were accepted and refused. Any
//! other answer is a failure.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use cqrs_runtime::dispatch::{CommandError, Dispatcher};
use cqrs_runtime::store::EventStore;
use cqrs_tests::purse::{Purse, PurseError, Take};
use uuid::Uuid;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok((accepted, refused)) => {
            println!("{accepted} {refused}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("withdraw: {error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(u64, u64), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, purses, tasks, each] = arguments.as_slice() else {
        return Err("usage: withdraw URL PURSES TASKS EACH".into());
    };
    let (purses, tasks, each): (u128, u128, u64) = (purses.parse()?, tasks.parse()?, each.parse()?);
    let store = EventStore::open(url).await?;
    let dispatcher = Dispatcher::<Purse>::new(store.clone());
    println!("ready");
    io::stdout().flush()?;
    io::stdin().read_line(&mut String::new())?;
    let tasks: Vec<_> =
        (0..tasks).map(|task| tokio::spawn(withdraw(dispatcher.clone(), task % purses, each))).collect();
    let (mut accepted, mut refused) = (0, 0);
    for task in tasks {
        let (task_accepted, task_refused) = task.await??;
        accepted += task_accepted;
        refused += task_refused;
    }
    store.close().await;
    Ok((accepted, refused))
}

async fn withdraw(
    dispatcher: Dispatcher<Purse>,
    purse: u128,
    times: u64,
) -> Result<(u64, u64), CommandError<PurseError>> {
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..times {
        match dispatcher.dispatch(Take { purse: Uuid::from_u128(purse).into(), amount: 1 }).await {
            Ok(_) => accepted += 1,
            Err(CommandError::Refused(_)) => refused += 1,
            Err(error) => return Err(error),
        }
    }
    Ok((accepted, refused))
}
