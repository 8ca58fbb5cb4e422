//! However long events are, not many of them are fetched at once.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cqrs_runtime::event::RawEvent;
use cqrs_runtime::store::{LoadQuery, LoadSink, StoredSnapshot, Until};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const LENGTH: usize = 1 << 20;
const EVENTS: usize = 40;
/// A page of 16 MiB, the event with which it is full, and what else is said.
const MOST: usize = 18 << 20;

/// Passes all on between a client and the server at `url`: where it listens, and how many bytes the server has sent.
async fn counting(url: &str) -> (String, Arc<AtomicUsize>) {
    let (server, database) = url.rsplit_once('@').unwrap().1.split_once('/').unwrap();
    let (server, listener) = (server.to_owned(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let url = format!("postgres://postgres@{}/{database}?sslmode=disable", listener.local_addr().unwrap());
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = TcpStream::connect(&server).await.unwrap().into_split();
            tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let mut bytes = vec![0; 1 << 16];
                while let Ok(read @ 1..) = from_server.read(&mut bytes).await {
                    count.fetch_add(read, Ordering::SeqCst);
                    if to_client.write_all(&bytes[..read]).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    (url, sent)
}

/// Takes so many events, and notes their versions.
struct First {
    most: usize,
    versions: Vec<u64>,
}

impl First {
    fn of(most: usize) -> Self {
        Self { most, versions: Vec::new() }
    }

    fn take(&mut self, event: &RawEvent<'_>) -> ControlFlow<()> {
        assert_eq!(event.payload.len(), LENGTH);
        self.versions.push(event.version);
        if self.versions.len() < self.most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

impl LoadSink for First {
    fn snapshot(&mut self, _: StoredSnapshot<'_>) -> ControlFlow<()> {
        panic!("there is none")
    }

    fn damaged_snapshot(&mut self) {
        panic!("there is none")
    }

    fn event(&mut self, event: RawEvent<'_>) -> ControlFlow<()> {
        self.take(&event)
    }
}

#[tokio::test]
async fn a_server_sends_no_more_than_a_page() {
    let database = Database::postgres().await;
    let (url, sent) = counting(&database.url).await;
    let backend = cqrs_runtime::backend::sea_orm::open(&url, &Options::default()).await.unwrap();
    let stream = append().stream;
    for _ in 0..EVENTS / 4 {
        let event = || NewEvent::new(Uuid::now_v7(), "Opened", format!("\"{}\"", "a".repeat(LENGTH - 2)));
        let events = (0..4).map(|_| event()).collect();
        let append = Append::new(stream.clone(), ExpectedVersion::Any, events);
        backend.commit(Uuid::now_v7(), &[append]).await.unwrap();
    }
    let versions: Vec<u64> = (1..=EVENTS as u64).collect();
    let backwards: Vec<u64> = versions.iter().rev().copied().collect();
    for (query, all) in [
        (EventQuery::log(), &versions),
        (EventQuery::log().backwards(), &backwards),
        (EventQuery::stream(stream.clone()), &versions),
    ] {
        for most in [1, EVENTS + 1] {
            let (before, mut first) = (sent.load(Ordering::SeqCst), First::of(most));
            backend.read(&query, &mut |event| first.take(&event)).await.unwrap();
            assert_eq!(first.versions, all[..most.min(EVENTS)], "{query:?}");
            let bytes = sent.load(Ordering::SeqCst) - before;
            assert!(most > 1 || (LENGTH..MOST).contains(&bytes), "{query:?}: {bytes} bytes");
            assert!(bytes < (EVENTS + 1) * LENGTH, "none is sent twice");
        }
    }
    let load = LoadQuery { stream, snapshot: None, until: Until::Head };
    for most in [1, EVENTS + 1] {
        let (before, mut first) = (sent.load(Ordering::SeqCst), First::of(most));
        backend.load(&load, &mut first).await.unwrap();
        assert_eq!(first.versions, versions[..most.min(EVENTS)]);
        let bytes = sent.load(Ordering::SeqCst) - before;
        assert!(most > 1 || (LENGTH..MOST).contains(&bytes), "{bytes} bytes");
    }
    backend.close().await;
}
