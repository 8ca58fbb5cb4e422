//! Dead letters: events that were not projected, and those behind them in their sequences.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};

use super::super::fold::Prepared;
use super::super::{Projection, ProjectionError};
use super::{EngineOptions, RetryPolicy};
use crate::store::{DeadLetter, LetterChanges, LetterRequest};

/// The letters of the partitions that a worker has.
#[derive(Debug, Default)]
pub(super) struct Letters {
    pub(super) sequences: BTreeMap<i64, Vec<DeadLetter>>,
}

impl Letters {
    pub(super) fn of(letters: Vec<DeadLetter>) -> Self {
        let mut sequences: BTreeMap<i64, Vec<DeadLetter>> = BTreeMap::new();
        for letter in letters {
            sequences.entry(letter.sequence).or_default().push(letter);
        }
        Self { sequences }
    }

    pub(super) fn len(&self) -> usize {
        self.sequences.values().map(Vec::len).sum()
    }

    /// The sequences of which no event is projected.
    pub(super) fn parked(&self) -> HashSet<i64> {
        self.sequences.keys().copied().collect()
    }

    /// A sequence whose first letter is to be tried again now, or for which somebody has asked.
    pub(super) fn due(&self, now: DateTime<Utc>) -> Option<(i64, LetterRequest)> {
        let asked = |letters: &[DeadLetter]| letters.iter().find_map(|letter| letter.request);
        self.sequences.iter().find_map(|(sequence, letters)| {
            let due = letters.first()?.retry_at.is_some_and(|at| at <= now).then_some(LetterRequest::Retry);
            Some((*sequence, asked(letters).or(due)?))
        })
    }
}

/// The letter of an event that was not projected.
pub(super) fn letter<M: Projection>(
    event: &Prepared<M>,
    failed: Option<&ProjectionError>,
    attempts: u32,
    now: DateTime<Utc>,
    options: &EngineOptions,
) -> DeadLetter {
    DeadLetter {
        position: event.position,
        sequence: event.sequence.hash(),
        sequence_key: event.sequence.to_string(),
        stream: event.stream.clone(),
        version: event.version,
        name: event.name.clone(),
        schema_version: event.schema_version,
        error: failed.map(told).unwrap_or_default(),
        attempts,
        parked_at: now,
        retry_at: failed.and_then(|_| retry_at(&options.retry, attempts, now)),
        request: None,
    }
}

/// What becomes of a sequence's letters that were tried again: those that are settled go, the one that failed waits for its
/// next time, and where none failed, the next one is due at once. What was asked for is done with it.
pub(super) fn after_retry(
    letters: &[DeadLetter],
    settled: Vec<u64>,
    failed: Option<(u64, &ProjectionError)>,
    now: DateTime<Utc>,
    options: &EngineOptions,
) -> LetterChanges {
    let gone: HashSet<u64> = settled.iter().copied().collect();
    let mut left: Vec<DeadLetter> = letters.iter().filter(|letter| !gone.contains(&letter.position)).cloned().collect();
    for (index, letter) in left.iter_mut().enumerate() {
        letter.request = None;
        match failed {
            Some((position, error)) if position == letter.position => {
                letter.error = told(error);
                letter.attempts += 1;
                letter.retry_at = retry_at(&options.retry, letter.attempts, now);
            }
            None if index == 0 => letter.retry_at = Some(now),
            _ => {}
        }
    }
    left.retain(|letter| !letters.contains(letter));
    LetterChanges { parked: left, settled }
}

fn retry_at(policy: &RetryPolicy, attempts: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let pause = chrono::Duration::from_std(policy.pause_after(attempts)?).ok()?;
    now.checked_add_signed(pause)
}

/// An error and what lies below it, in a line.
fn told(error: &ProjectionError) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    // What no database takes.
    text.replace('\0', "\u{fffd}")
}
