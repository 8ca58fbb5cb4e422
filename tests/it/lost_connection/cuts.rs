//! The connection is cut once, and the server can be reached again at once: each answer is the true outcome.

use cqrs_runtime::store::{Append, ExpectedVersion, WriterOptions};
use cqrs_tests::appending::REFUSED;
use fastrand::Rng;
use uuid::Uuid;

use super::proxy::Cut::{self, After, AtOnce, Before, Held, Uncommitted};
use super::proxy::Then;
use super::wire::Commits;
use super::{FENCED, Lines, all_true, of_payload, two_events};

const WAVES: usize = 25;

/// Appends of which the store must accept some and refuse others, whatever the connection does.
fn mixed() -> Vec<Append> {
    let case = Uuid::now_v7();
    let stream = |name: &str| format!("{name} of {case}");
    let mut appends: Vec<_> = (0..20)
        .map(|number| match number % 4 {
            0 => two_events(&stream("new"), ExpectedVersion::NoStream),
            1 => two_events(&stream("many"), ExpectedVersion::Any),
            2 => two_events(&stream("gone"), ExpectedVersion::Exact(7)),
            _ => two_events(&stream(&format!("own {number}")), ExpectedVersion::NoStream),
        })
        .collect();
    // A member of what was sent before.
    let mut part = appends[1].clone();
    part.events.pop();
    appends.push(part);
    appends
}

/// One of the new ones, all of the many, the own ones and the part.
const ACCEPTED: usize = 1 + 5 + 5 + 1;

/// Cuts the first commit of `appends`; of each that is accepted in the end, whether it had been written before.
async fn cut(lines: &Lines, cut: Cut, appends: &[Append]) -> Vec<bool> {
    let before = lines.proxy.commits();
    lines.proxy.cut([(cut, Then::Reachable)]);
    let answers = lines.append(appends).await;
    assert!(lines.proxy.commits() > before + 1, "the first commit was cut");
    assert_eq!(all_true(appends, &answers, &lines.log().await), 0, "{answers:?}");
    answers.into_iter().filter_map(|answer| Some(answer.ok()?.repeated)).collect()
}

fn lone() -> [Append; 1] {
    [two_events(&Uuid::now_v7().to_string(), ExpectedVersion::NoStream)]
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_recognised() {
    for commits in [Commits::WithTheAppend, Commits::ByItself] {
        let lines = Lines::open_with(WriterOptions::default(), commits).await;
        assert_eq!(cut(&lines, After, &lone()).await, [true]);
        assert_eq!(cut(&lines, After, &mixed()).await, [true; ACCEPTED]);
    }
}

#[tokio::test]
async fn a_commit_that_never_arrives_is_made_again() {
    for (commits, cuts) in
        [(Commits::WithTheAppend, [Before, Uncommitted, Held].as_slice()), (Commits::ByItself, [Before].as_slice())]
    {
        let lines = Lines::open_with(WriterOptions::default(), commits).await;
        for at in cuts {
            assert_eq!(cut(&lines, *at, &lone()).await, [false]);
            let repeated = cut(&lines, *at, &mixed()).await;
            assert_eq!(repeated.iter().filter(|repeated| **repeated).count(), 1, "only the part: {repeated:?}");
            assert_eq!(repeated.len(), ACCEPTED);
        }
    }
}

#[tokio::test]
async fn a_commit_that_races_with_the_cut_is_one_or_the_other() {
    let lines = Lines::open().await;
    for _ in 0..5 {
        assert_eq!(cut(&lines, AtOnce, &mixed()).await.len(), ACCEPTED);
    }
}

/// The batch is sent again in halves because of one member that the database refuses: each of these may be cut, too.
#[tokio::test]
async fn random_cuts_leave_every_answer_true() {
    let lines = Lines::open().await;
    let mut rng = Rng::with_seed(7);
    let (mut appends, mut answers) = (Vec::new(), Vec::new());
    for _ in 0..WAVES {
        for _ in 0..rng.usize(..4) {
            let cut = rng.choice([Cut::Nowhere, Before, Uncommitted, AtOnce, After, Held]).unwrap();
            lines.proxy.cut([(cut, Then::Reachable)]);
        }
        let wave: Vec<_> = (0..rng.usize(1..8))
            .map(|_| {
                let stream = rng.u8(..3).to_string();
                match rng.u8(..5) {
                    0 => of_payload(&stream, ExpectedVersion::Any, REFUSED),
                    1 => two_events(&stream, ExpectedVersion::Exact(rng.u64(..20))),
                    _ => two_events(&stream, ExpectedVersion::Any),
                }
            })
            .collect();
        answers.extend(lines.append(&wave).await);
        appends.extend(wave);
        while let Some(held) = lines.proxy.try_held() {
            assert_eq!(held.deliver().await.as_deref(), Some(FENCED));
        }
    }
    // Also of what was refused after it had been sent in vain before.
    assert_eq!(all_true(&appends, &answers, &lines.log().await), 0, "{answers:?}");
    assert!(answers.iter().flatten().any(|appended| appended.repeated), "no lost answer was found again");
}
