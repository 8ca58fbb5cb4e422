//! Databases that tell of other processes' appends; nothing is polled for.

use super::closing::listeners;
use super::{append, hears_of, hinted, is_told, told};
use crate::database::{Database, execute};

async fn is_told_again_and_again(database: &Database) {
    let (here, elsewhere) = (told(&database.url).await, told(&database.url).await);
    let mut hints = here.hints();
    for _ in 0..20 {
        is_told(&mut hints, &elsewhere).await;
    }
    // Many at once, and none of them the last one that is told.
    for _ in 0..200 {
        append(&elsewhere).await;
    }
    hears_of(&here, &mut hints, 220).await;
    here.close().await;
    elsewhere.close().await;
}

#[tokio::test]
async fn a_file_is_asked_for_changes() {
    is_told_again_and_again(&Database::sqlite()).await;
}

#[tokio::test]
async fn a_server_notifies() {
    is_told_again_and_again(&Database::postgres().await).await;
}

#[tokio::test]
async fn a_file_that_is_only_read_is_asked_for_changes() {
    let database = Database::sqlite();
    let elsewhere = told(&database.url).await;
    append(&elsewhere).await;
    let here = told(&format!("{}?mode=ro", database.url)).await;
    let mut hints = here.hints();
    is_told(&mut hints, &elsewhere).await;
    here.close().await;
    elsewhere.close().await;
}

/// Whatever is appended while nobody listens is told when somebody does again.
#[tokio::test]
async fn a_listener_that_was_ended_comes_back() {
    let database = Database::postgres().await;
    let (here, elsewhere) = (told(&database.url).await, told(&database.url).await);
    let server = sea_orm::Database::connect(&database.url).await.unwrap();
    let mut hints = here.hints();
    for _ in 0..5 {
        is_told(&mut hints, &elsewhere).await;
        listeners(&server, 1).await;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()";
        execute(&database.url, end).await;
        is_told(&mut hints, &elsewhere).await;
    }
    here.close().await;
    elsewhere.close().await;
    server.close().await.unwrap();
}

/// Two logs of one database: each has its own channel.
#[tokio::test]
async fn another_schema_is_not_told() {
    let database = Database::postgres().await;
    database.execute("CREATE SCHEMA other").await;
    let other = format!("{}?options=-csearch_path%3Dother", database.url);
    let (here, elsewhere) = (told(&database.url).await, told(&database.url).await);
    let (there, also_there) = (told(&other).await, told(&other).await);
    let (mut hints, mut other_hints) = (here.hints(), there.hints());
    is_told(&mut hints, &elsewhere).await;
    is_told(&mut other_hints, &also_there).await;
    while hinted(&mut hints) || hinted(&mut other_hints) {}
    for _ in 0..20 {
        append(&elsewhere).await;
    }
    hears_of(&here, &mut hints, 21).await;
    // What it would have been told, it would have been told before: the server notifies in one order.
    is_told(&mut other_hints, &also_there).await;
    assert_eq!(there.head().await.unwrap().position, 2);
    for store in [here, elsewhere, there, also_there] {
        store.close().await;
    }
}
