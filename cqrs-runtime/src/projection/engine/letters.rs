//! Dead letters: events that were not projected, and those behind them in their sequences.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::super::fold::{Parked, Prepared};
use super::super::target::Target;
use super::super::{ProjectionError, Sequence};
use super::{EngineOptions, RetryPolicy};
use crate::store::sequence::UNKNOWN;
use crate::store::{DeadLetter, LetterChanges, LetterRequest};

/// The letters of the partitions that a worker has.
#[derive(Debug, Default)]
pub(super) struct Letters {
    pub(super) sequences: BTreeMap<i64, Vec<DeadLetter>>,
    /// Events of which nobody knows the sequence, whoever's they are: the position of each tenant's first.
    held: HashMap<String, u64>,
    /// The positions of all letters, whoever's they are.
    positions: BTreeSet<u64>,
    /// Those that are called as events are of which nobody knows the sequence.
    unknown: Vec<u64>,
    /// How far all partitions had come before the letters were read.
    checkpoints: Vec<(u32, u64)>,
}

impl Letters {
    /// The letters that are a worker's, of all that there are.
    pub(super) fn of(letters: Vec<DeadLetter>, mine: impl Fn(i64) -> bool, checkpoints: Vec<(u32, u64)>) -> Self {
        let mut known = Self { checkpoints, ..Self::default() };
        for letter in letters {
            known.positions.insert(letter.position);
            if letter.sequence_key.starts_with(UNKNOWN) {
                known.unknown.push(letter.position);
            }
            if is_unknown(&letter) {
                known.held.entry(letter.stream.tenant.clone()).or_insert(letter.position);
            }
            if mine(letter.sequence) {
                known.sequences.entry(letter.sequence).or_default().push(letter);
            }
        }
        known
    }

    /// How many the read model has, those of other workers too.
    pub(super) fn count(&self) -> usize {
        self.positions.len()
    }

    /// What waits.
    pub(super) fn parked(&self) -> Parked {
        Parked::new(self.sequences.keys().copied().collect(), self.held.clone())
    }

    /// Whether an event is parked, whoever's it is.
    pub(super) fn has(&self, position: u64) -> bool {
        self.positions.contains(&position)
    }

    /// Whether an event is the first of its tenant that is parked as nobody knows its sequence.
    pub(super) fn is_first_unknown(&self, tenant: &str, position: u64) -> bool {
        self.held.get(tenant) == Some(&position)
    }

    /// Whether a tenant has an event that is parked as nobody knows its sequence.
    pub(super) fn holds(&self, tenant: &str) -> bool {
        self.held.contains_key(tenant)
    }

    /// The letters of events of which nobody knew the sequence, behind a position and up to another.
    pub(super) fn unknown_between(&self, after: u64, to: u64) -> Vec<u64> {
        self.unknown.iter().copied().filter(|position| after < *position && *position <= to).collect()
    }

    /// Whether a partition had come so far before the letters were read.
    pub(super) fn is_passed(&self, position: u64) -> bool {
        self.checkpoints.iter().any(|(_, come)| *come >= position)
    }

    /// Whether all partitions had.
    fn is_passed_by_all(&self, position: u64) -> bool {
        !self.checkpoints.is_empty() && self.checkpoints.iter().all(|(_, come)| *come >= position)
    }

    /// Whether a letter waits: for an event of which nobody knows the sequence; and such an event itself until all partitions
    /// have passed it, for whoever can place it takes the letter as the sign that it is not to be projected.
    fn is_held(&self, letter: &DeadLetter) -> bool {
        if is_unknown(letter) {
            return !self.is_passed_by_all(letter.position);
        }
        self.held.get(&letter.stream.tenant).is_some_and(|from| *from < letter.position)
    }

    /// The letters of a sequence that wait for no other sequence.
    pub(super) fn free(&self, sequence: i64) -> &[DeadLetter] {
        let letters = self.sequences.get(&sequence).map(Vec::as_slice).unwrap_or_default();
        let free = letters.iter().take_while(|letter| !self.is_held(letter)).count();
        &letters[..free]
    }

    /// A sequence in which something is left to be done that time won't bring: its first letter is to be left out, as it was
    /// before, or has waited for what is no more.
    pub(super) fn outstanding(&self) -> Option<(i64, LetterRequest)> {
        self.sequences.keys().find_map(|sequence| {
            let first = self.free(*sequence).first()?;
            match first.request {
                Some(LetterRequest::Discard) => Some((*sequence, LetterRequest::Discard)),
                _ => first.error.is_empty().then_some((*sequence, LetterRequest::Retry)),
            }
        })
    }

    /// A sequence whose first letter is to be tried again now, or for which somebody has asked.
    pub(super) fn due(&self, now: DateTime<Utc>) -> Option<(i64, LetterRequest)> {
        self.sequences.keys().find_map(|sequence| {
            let first = self.free(*sequence).first()?;
            // One that has not failed itself has waited for what is no more.
            let due = first.error.is_empty() || first.retry_at.is_some_and(|at| at <= now);
            Some((*sequence, first.request.or(due.then_some(LetterRequest::Retry))?))
        })
    }
}

/// Whether none of a generation's letters is to be tried by itself, or as somebody has asked, at this time: what is parked then
/// stays parked, for now.
pub(crate) fn are_at_rest(letters: &[DeadLetter], now: DateTime<Utc>) -> bool {
    let (mut seen, mut held) = (HashSet::new(), HashSet::new());
    letters.iter().all(|letter| {
        let is_first = seen.insert(letter.sequence);
        let is_held = held.contains(&letter.stream.tenant);
        if is_unknown(letter) {
            held.insert(&letter.stream.tenant);
        }
        let is_due = letter.error.is_empty() || letter.retry_at.is_some_and(|at| at <= now);
        letter.request.is_none() && (!is_first || is_held || !is_due)
    })
}

/// Whether nobody knows the sequence of a letter's event.
fn is_unknown(letter: &DeadLetter) -> bool {
    letter.sequence == Sequence::unknown(&letter.stream.tenant).hash()
}

/// The letter of an event that was not projected.
pub(super) fn letter<T: Target>(
    event: &Prepared<T>,
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
        error: failed.map(ProjectionError::told).unwrap_or_default(),
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
                letter.error = error.told();
                letter.attempts += 1;
                letter.retry_at = retry_at(&options.retry, letter.attempts, now);
            }
            None if index == 0 => letter.retry_at = Some(now),
            _ => {}
        }
    }
    left.retain(|letter| !letters.contains(letter));
    LetterChanges { parked: left, settled, ..LetterChanges::default() }
}

fn retry_at(policy: &RetryPolicy, attempts: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let pause = chrono::Duration::from_std(policy.pause_after(attempts)?).ok()?;
    now.checked_add_signed(pause)
}
