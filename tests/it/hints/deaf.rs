//! Where no notification comes through, the log is polled.

use std::io;

use cqrs_runtime::store::EventStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};

use super::{is_told, polling};
use crate::cluster::Cluster;
use crate::database::Database;

async fn is_found(here: EventStore, elsewhere: EventStore) {
    let mut hints = here.hints();
    for _ in 0..20 {
        is_told(&mut hints, &elsewhere).await;
    }
    here.close().await;
    elsewhere.close().await;
}

#[tokio::test]
async fn a_file_is_polled() {
    let database = Database::sqlite();
    is_found(polling(&database.url).await, polling(&database.url).await).await;
}

#[tokio::test]
async fn behind_what_keeps_no_connection() {
    let database = Database::postgres().await;
    let here = polling(&format!("{}?statement-cache-capacity=0", database.url)).await;
    is_found(here, polling(&database.url).await).await;
}

#[tokio::test]
async fn on_a_replica() {
    let cluster = Cluster::start();
    let elsewhere = polling(&cluster.url).await;
    let replica = cluster.replica();
    let here = polling(&replica.url).await;
    is_found(here, elsewhere).await;
}

/// Everything seems to be well, but nothing is told.
#[tokio::test]
async fn behind_what_swallows_notifications() {
    let database = Database::postgres().await;
    let here = polling(&swallowing(&database.url).await).await;
    is_found(here, polling(&database.url).await).await;
}

/// The address of a proxy in front of the database at `url`, that lets all pass but notifications.
async fn swallowing(url: &str) -> String {
    let address = url.rsplit_once('@').unwrap().1;
    let (server, database) = address.split_once('/').unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = server.to_owned();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = server.clone();
            tokio::spawn(async move { pass(client, &server).await });
        }
    });
    format!("postgres://postgres@127.0.0.1:{port}/{database}?sslmode=disable")
}

async fn pass(client: TcpStream, server: &str) -> io::Result<()> {
    const NOTIFICATION: u8 = b'A';
    let server = TcpStream::connect(server).await?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let answers = async {
        loop {
            let kind = from_server.read_u8().await?;
            let length = from_server.read_u32().await?;
            let mut body = vec![0; length as usize - 4];
            from_server.read_exact(&mut body).await?;
            if kind != NOTIFICATION {
                let head = [&[kind][..], &length.to_be_bytes()].concat();
                to_client.write_all(&[head, body].concat()).await?;
            }
        }
    };
    tokio::select! {
        asked = copy(&mut from_client, &mut to_server) => asked.map(drop),
        answered = answers => answered,
    }
}
