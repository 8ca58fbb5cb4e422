//! Writes as it is told, line by line, and answers each line with one: `commit_when_told URL`.
//!
//! `commit ID` writes an event of that id past the store's writer, once; `settle` sees to it that the last such commit
//! has ended; `append ID` writes through the writer.

use std::error::Error;
use std::io::stdin;
use std::sync::Arc;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::store::{
    Append, Backend, CommitError, EventStore, ExpectedVersion, NewEvent, StoreError, StreamKey, Verdict, WriterOptions,
};
use cqrs_tests::appending::PLAIN;
use uuid::Uuid;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("the argument is the database's URL")?;
    let backend = open(&url, &Options::default()).await?;
    let store = EventStore::with_backend(Arc::clone(&backend), WriterOptions::default());
    let mut last = Uuid::nil();
    for line in stdin().lines() {
        let line = line?;
        let answer = match line.split_once(' ') {
            Some(("commit", id)) => {
                last = Uuid::now_v7();
                committed(&*backend, last, one(id.parse()?)).await
            }
            Some(("append", id)) => appended(&store, one(id.parse()?)).await,
            _ => settled(&*backend, last).await,
        };
        println!("{answer}");
    }
    store.close().await;
    Ok(())
}

fn one(id: Uuid) -> Append {
    Append::new(StreamKey::new("Told", "1"), ExpectedVersion::Any, vec![NewEvent::new(id, "Written", PLAIN)])
}

async fn committed(backend: &dyn Backend, attempt: Uuid, append: Append) -> String {
    match backend.commit(attempt, &[append]).await.as_deref() {
        Ok([Verdict::Appended(appended)]) if appended.repeated => "repeated".to_owned(),
        Ok([Verdict::Appended(_)]) => "written".to_owned(),
        Ok(verdicts) => format!("{verdicts:?}"),
        Err(CommitError::Refused(error)) => format!("refused: {}", kind(error)),
        Err(CommitError::Unknown(error)) => format!("unknown: {}", kind(error)),
    }
}

async fn settled(backend: &dyn Backend, attempt: Uuid) -> String {
    backend.settle(attempt).await.map_or_else(|error| kind(&error), |()| "settled".to_owned())
}

async fn appended(store: &EventStore, append: Append) -> String {
    match store.append(append).await {
        Ok(appended) if appended.repeated => "repeated".to_owned(),
        Ok(_) => "written".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn kind(error: &StoreError) -> String {
    error.to_string()
}
