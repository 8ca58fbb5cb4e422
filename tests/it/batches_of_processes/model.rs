//! Answers of several processes against the log that they have left.

use cqrs_tests::together::{Answer, Answers, Planned};
use proptest::test_runner::TestCaseError;

use super::alone::{Alone, Log};

/// How many answers of each kind there were.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) written: usize,
    pub(super) repeated: usize,
    pub(super) conflicts: usize,
    pub(super) reused: usize,
    pub(super) refused: usize,
}

impl Tally {
    pub(super) fn add(&mut self, answers: &Answers) {
        for (answer, _) in &answers.answers {
            match answer {
                Answer::Appended { repeated: false, .. } => self.written += 1,
                Answer::Appended { repeated: true, .. } => self.repeated += 1,
                Answer::Conflict { .. } => self.conflicts += 1,
                Answer::Reused { .. } => self.reused += 1,
                Answer::Refused => self.refused += 1,
                Answer::Other(_) => {}
            }
        }
    }

    /// That no kind was left out.
    pub(super) fn check(self) {
        let Self { written, repeated, conflicts, reused, refused } = self;
        assert!([written, repeated, conflicts, reused, refused].iter().all(|count| *count > 20), "{self:?}");
    }
}

/// Each answer must be the one that the append alone would have got at some moment between its submission and the
/// answer; one that was written, at its place in the log.
pub(super) fn check(log: &Log, wave: &[Planned], answers: &Answers) -> Result<(), TestCaseError> {
    assert_eq!(wave.len(), answers.answers.len());
    for (append, (answer, head_after)) in wave.iter().zip(&answers.answers) {
        let mut ends = log.ends(answers.head_before, *head_after);
        let possible = match answer {
            Answer::Appended { version, position, repeated: false } => {
                is_at_its_place(log, append, answers.head_before, *version, *position)
            }
            Answer::Appended { version, position, repeated: true } => {
                let repeated = Alone::Repeated { version: *version, position: *position };
                ends.any(|end| log.alone(append, end) == repeated)
            }
            Answer::Conflict { actual } => {
                ends.any(|end| log.alone(append, end) == Alone::Conflict { actual: *actual })
            }
            Answer::Reused { id } => ends.any(|end| log.alone(append, end) == Alone::Reused { id: *id }),
            Answer::Refused => ends.any(|end| log.alone(append, end) == Alone::Refused),
            Answer::Other(_) => false,
        };
        if !possible {
            let verdicts: Vec<_> =
                log.ends(answers.head_before, *head_after).map(|end| (end, log.alone(append, end))).collect();
            return Err(TestCaseError::fail(format!("{append:?}: {answer:?}, alone {verdicts:?}")));
        }
    }
    Ok(())
}

fn is_at_its_place(log: &Log, append: &Planned, head_before: u64, version: u64, position: u64) -> bool {
    let events: Option<Vec<_>> = append.events.iter().map(|(id, _)| log.event(*id)).collect();
    let Some(events) = events else { return false };
    let (first, last) = (events[0], events[events.len() - 1]);
    let in_a_row = events.windows(2).all(|pair| pair[0].version + 1 == pair[1].version);
    let as_it_was_sent = events
        .iter()
        .zip(&append.events)
        .all(|(event, (_, payload))| event.payload == *payload && event.stream.id == append.stream);
    (last.version, last.position) == (version, position)
        && in_a_row
        && as_it_was_sent
        && first.position > head_before
        && log.alone(append, first.position - 1) == Alone::Written { behind: first.version - 1 }
}
