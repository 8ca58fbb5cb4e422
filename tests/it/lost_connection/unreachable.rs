//! After the cut the server stays away, or somebody else writes before it is asked again.

use std::time::Duration;

use cqrs_runtime::store::{Append, AppendError, ExpectedVersion, StoreError, WriterOptions};

use super::proxy::{Cut, Then};
use super::wire::Commits;
use super::{Lines, all_true, append_all, two_events};

async fn impatient() -> Lines {
    let writer = WriterOptions { settle_within: Duration::from_millis(20), ..WriterOptions::default() };
    Lines::open_with(writer, Commits::WithTheAppend).await
}

fn five_appends() -> Vec<Append> {
    (0..5).map(|_| two_events("a", ExpectedVersion::Any)).collect()
}

#[tokio::test]
async fn an_outcome_that_nobody_can_tell_is_indeterminate() {
    let lines = impatient().await;
    for (cut, written) in [(Cut::After, true), (Cut::Before, false), (Cut::Uncommitted, false)] {
        let (appends, before) = (five_appends(), lines.log().await.len());
        lines.proxy.cut([(cut, Then::Unreachable)]);
        let answers = lines.append(&appends).await;
        let log = lines.log().await;
        assert_eq!(all_true(&appends, &answers, &log), appends.len(), "{answers:?}");
        assert_eq!(log.len() > before, written);
        lines.proxy.set_reachable(true);
        sending_again_tells(&lines, &appends, written).await;
    }
}

async fn sending_again_tells(lines: &Lines, appends: &[Append], written: bool) {
    loop {
        let answers = lines.append(appends).await;
        // The impatient store may need another try to have a connection again.
        if all_true(appends, &answers, &lines.log().await) == 0 && answers.iter().all(Result::is_ok) {
            assert!(answers.iter().flatten().all(|appended| appended.repeated == written), "{answers:?}");
            return;
        }
    }
}

/// The first appends find their connection dead, and don't know since when; those after them are never sent.
#[tokio::test]
async fn what_was_never_sent_was_not_written() {
    let lines = impatient().await;
    lines.proxy.set_reachable(false);
    let first = five_appends();
    all_true(&first, &lines.append(&first).await, &lines.log().await);
    let appends = five_appends();
    for answer in lines.append(&appends).await {
        let unreachable = |error: &StoreError| matches!(error, StoreError::Unreachable(_));
        assert!(matches!(&answer, Err(AppendError::Store(error)) if unreachable(error)), "{answer:?}");
    }
    assert_eq!(lines.log().await, []);
    lines.proxy.set_reachable(true);
    sending_again_tells(&lines, &appends, false).await;
}

/// Somebody else appends to the stream after the cut, before the store can ask again.
#[tokio::test]
async fn others_that_write_meanwhile_make_no_answer_false() {
    for cut in [Cut::After, Cut::Before] {
        let lines = Lines::open().await;
        let own = [two_events("a", ExpectedVersion::NoStream)];
        let others = [two_events("a", ExpectedVersion::Any)];
        lines.proxy.cut([(cut, Then::Unreachable)]);
        let other = async {
            lines.proxy.has_vanished().await;
            let answers = append_all(&lines.direct, &others).await;
            lines.proxy.set_reachable(true);
            answers
        };
        let (answers, of_others) = futures_util::join!(lines.append(&own), other);
        let log = lines.log().await;
        assert_eq!(all_true(&own, &answers, &log) + all_true(&others, &of_others, &log), 0, "{answers:?}");
        match (cut, &answers[0]) {
            (Cut::After, Ok(appended)) => assert!(appended.repeated && appended.version == 2, "{appended:?}"),
            (Cut::Before, Err(AppendError::Conflict { actual: 2, .. })) => {}
            other => panic!("{other:?}"),
        }
    }
}
