//! A commit that arrives after its client has given it up meets a fence.

use cqrs_runtime::store::ExpectedVersion;

use super::proxy::{Cut, Then};
use super::{FENCED, Lines, all_true, two_events};

#[tokio::test]
async fn a_commit_that_arrives_late_writes_nothing() {
    let lines = Lines::open().await;
    let appends: Vec<_> = (0..10).map(|_| two_events("a", ExpectedVersion::Any)).collect();
    lines.proxy.cut([(Cut::Held, Then::Reachable), (Cut::Held, Then::Reachable)]);
    let answers = lines.append(&appends).await;
    let log = lines.log().await;
    assert_eq!(all_true(&appends, &answers, &log), 0, "{answers:?}");
    assert_eq!(log.len(), 20);
    for _ in 0..2 {
        assert_eq!(lines.proxy.held().await.deliver().await.as_deref(), Some(FENCED));
    }
    assert_eq!(lines.log().await, log);
}

/// Before the fence stands, the commit may arrive: then the answer is that it was written.
#[tokio::test]
async fn a_commit_that_arrives_before_the_fence_counts() {
    let lines = Lines::open().await;
    let appends: Vec<_> = (0..10).map(|_| two_events("a", ExpectedVersion::Any)).collect();
    lines.proxy.cut([(Cut::Held, Then::Unreachable)]);
    let arriving = async {
        let held = lines.proxy.held().await;
        lines.proxy.has_vanished().await;
        let refused = held.deliver().await;
        lines.proxy.set_reachable(true);
        refused
    };
    let (answers, refused) = futures_util::join!(lines.append(&appends), arriving);
    assert_eq!(refused, None);
    assert_eq!(all_true(&appends, &answers, &lines.log().await), 0, "{answers:?}");
    assert!(answers.iter().flatten().all(|appended| appended.repeated), "{answers:?}");
}
