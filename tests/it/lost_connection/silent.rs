//! Connections that stay, but on which nothing passes any more: each call ends all the same, and no answer is false.

use std::time::Duration;

use cqrs_runtime::backend::sea_orm::Options;
use cqrs_runtime::store::{Append, EventQuery, ExpectedVersion, StoreError, WriterOptions};
use futures_util::TryStreamExt;
use uuid::Uuid;

use super::proxy::{Cut, Then};
use super::wire::Commits;
use super::{Lines, all_true, append_all, two_events};

/// How long a call that has fallen silent is waited for; none that goes through takes nearly as long.
const LIMIT: Duration = Duration::from_secs(3);

async fn lines(writer: WriterOptions, commits: Commits) -> Lines {
    let options = Options {
        connect_timeout: LIMIT,
        commit_timeout: LIMIT,
        read_timeout: LIMIT,
        readers: 2,
        ..Options::default()
    };
    Lines::open_through(writer, commits, &options).await
}

/// Looks for an outcome only as long as it takes to find that there is no way.
fn impatient() -> WriterOptions {
    WriterOptions { settle_within: Duration::ZERO, ..WriterOptions::default() }
}

fn own_streams() -> Vec<Append> {
    (0..5).map(|_| two_events(&Uuid::now_v7().to_string(), ExpectedVersion::NoStream)).collect()
}

async fn is_looked_for(commits: Commits) {
    let lines = lines(WriterOptions::default(), commits).await;
    // More often than there are connections.
    for cut in [Cut::Swallowed, Cut::Unanswered, Cut::Swallowed, Cut::Unanswered] {
        let appends = own_streams();
        lines.proxy.cut([(cut, Then::Reachable)]);
        let answers = lines.append(&appends).await;
        assert_eq!(all_true(&appends, &answers, &lines.log().await), 0, "{answers:?}");
        // Whether one that was swallowed is a repetition is up to how long the next try has taken.
        for appended in answers.into_iter().map(Result::unwrap) {
            assert!(appended.repeated || cut == Cut::Swallowed, "{appended:?}");
        }
    }
    lines.store.close().await;
}

#[tokio::test]
async fn a_commit_that_falls_silent_is_looked_for_over_another_connection() {
    is_looked_for(Commits::WithTheAppend).await;
}

#[tokio::test]
async fn a_commit_of_its_own_that_falls_silent_is_looked_for_over_another_connection() {
    is_looked_for(Commits::ByItself).await;
}

/// Neither the outcome nor whether it will ever be written can be found out.
#[tokio::test]
async fn a_network_that_falls_silent_leaves_the_outcome_open() {
    for commits in [Commits::WithTheAppend, Commits::ByItself] {
        for (cut, written) in [(Cut::Swallowed, false), (Cut::Unanswered, true)] {
            let lines = lines(impatient(), commits).await;
            let (appends, before) = (own_streams(), lines.log().await.len());
            lines.proxy.cut([(cut, Then::Silent)]);
            let answers = lines.append(&appends).await;
            let log = lines.log().await;
            assert_eq!(all_true(&appends, &answers, &log), appends.len(), "{answers:?}");
            assert_eq!(log.len() > before, written, "{cut:?}");
            lines.proxy.set_silent(false);
            while lines.append(&appends).await.iter().any(Result::is_err) {}
            assert_eq!(lines.log().await.len(), before + 2 * appends.len(), "each is written once");
            lines.proxy.set_silent(true);
            lines.store.close().await;
        }
    }
}

/// Where the commit is a statement of its own, the server is left with a transaction that holds the log's lock.
#[tokio::test]
async fn others_go_on_after_a_client_that_fell_silent_before_its_commit() {
    let lines = lines(impatient(), Commits::ByItself).await;
    lines.proxy.cut([(Cut::Swallowed, Then::Silent)]);
    let own = own_streams();
    let answers = lines.append(&own).await;
    let others = own_streams();
    for answer in append_all(&lines.direct, &others).await {
        answer.unwrap();
    }
    let log = lines.log().await;
    assert_eq!(all_true(&own, &answers, &log), own.len(), "{answers:?}");
    assert_eq!(log.len(), 2 * others.len(), "only those of the others");
}

#[tokio::test]
async fn a_read_that_falls_silent_ends_and_the_next_one_has_another_connection() {
    let lines = lines(WriterOptions::default(), Commits::WithTheAppend).await;
    let appends = own_streams();
    all_true(&appends, &lines.append(&appends).await, &lines.log().await);
    let read = || lines.store.read(EventQuery::log()).try_collect::<Vec<_>>();
    // A machine that is busy elsewhere may take longer than the limit.
    let healthy = async || {
        loop {
            match read().await {
                Err(error) if error.is_retryable() => {}
                events => return events.unwrap().len(),
            }
        }
    };
    // More often than there are connections.
    for _ in 0..3 {
        assert_eq!(healthy().await, 10);
        lines.proxy.set_silent(true);
        let (one, other) = futures_util::join!(read(), read());
        for error in [one.unwrap_err(), other.unwrap_err()] {
            assert!(matches!(error, StoreError::Unreachable(_)) && error.is_retryable(), "{error:?}");
        }
        lines.proxy.set_silent(false);
    }
    assert_eq!(healthy().await, 10);
    lines.store.close().await;
}
