//! Submits the appends of each line of its input together: `append_together URL`. Answers with a line each.

use std::error::Error;
use std::io::stdin;

use cqrs_runtime::backend::sea_orm::Options;
use cqrs_runtime::store::{EventStore, StoreError, WriterOptions};
use cqrs_tests::together::{Answer, Answers, Planned};
use futures_util::future::try_join_all;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("the argument is the database's URL")?;
    // Small batches, so that those of several processes alternate.
    let writer = WriterOptions { batch_appends: 4, ..WriterOptions::default() };
    let store = EventStore::open_with(&url, &Options::default(), writer).await?;
    for line in stdin().lines() {
        let planned: Vec<Planned> = serde_json::from_str(&line?)?;
        println!("{}", serde_json::to_string(&append_together(&store, &planned).await?)?);
    }
    store.close().await;
    Ok(())
}

async fn append_together(store: &EventStore, planned: &[Planned]) -> Result<Answers, StoreError> {
    let head_before = store.head().await?.position;
    let submitted = planned.iter().map(|planned| async {
        let answer = Answer::from(store.append(planned.append()).await);
        Ok::<_, StoreError>((answer, store.head().await?.position))
    });
    Ok(Answers { head_before, answers: try_join_all(submitted).await? })
}
