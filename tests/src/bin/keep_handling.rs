//! Handles the events of the durable subscription `mails`, until its input ends or it is killed: `keep_handling URL
//! PARTITIONS LEASE`.
//!
//! LEASE are milliseconds. Into the table `sent` it writes the position of each event, in the transaction that confirms it.
//! It says `ready` once it subscribes.

use std::error::Error;
use std::time::Duration;

use cqrs_runtime::store::{EventQuery, EventStore, StoredEvent};
use cqrs_runtime::subscription::{Subscriber, SubscriptionError};
use cqrs_tests::appending::end_of_input;
use sea_orm::ConnectionTrait;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, partitions, lease_time] = arguments.as_slice() else {
        return Err("usage: keep_handling URL PARTITIONS LEASE".into());
    };
    let store = EventStore::open(url).await?;
    let mails = store.durable_subscription("mails", EventQuery::log()).partitions(partitions.parse()?);
    let mut mails = mails.lease_time(Duration::from_millis(lease_time.parse()?)).open().await?;
    println!("ready");
    let ended = end_of_input();
    let mut pause = tokio::time::interval(Duration::from_millis(5));
    loop {
        let event = tokio::select! {
            event = mails.next() => event?,
            _ = pause.tick() => if ended.load(std::sync::atomic::Ordering::Acquire) { break } else { continue },
        };
        match send(&mut mails, &event).await {
            Err(error) if error.is_retryable() => mails.rewind(),
            sent => sent?,
        }
    }
    mails.close().await?;
    store.close().await;
    Ok(())
}

async fn send(mails: &mut Subscriber, event: &StoredEvent) -> Result<(), SubscriptionError> {
    let handling = mails.begin(event).await?;
    let sent = format!("INSERT INTO sent (position) VALUES ({})", event.position);
    handling.connection()?.execute_unprepared(&sent).await.map_err(|error| handling.error(error))?;
    handling.commit().await
}
