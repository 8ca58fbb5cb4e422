//! The verdict on an append, as plain logic: the reference in memory and SQLite judge with it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    Append, Appended, Claim, ClaimChange, ExpectedVersion, NewEvent, Receipt, ReceiptAnswer, ReceiptKey, StreamKey,
    Verdict,
};

/// Where a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) version: u64,
    pub(crate) recorded_at: DateTime<Utc>,
}

/// A written event, as far as a repeated sending is compared with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownEvent {
    pub(crate) stream: StreamKey,
    pub(crate) version: u64,
    pub(crate) position: u64,
    pub(crate) name: String,
    pub(crate) schema_version: u32,
    pub(crate) payload: String,
    pub(crate) recorded_at: DateTime<Utc>,
}

impl KnownEvent {
    fn is(&self, stream: &StreamKey, event: &NewEvent) -> bool {
        self.stream == *stream
            && self.name == event.name
            && self.schema_version == event.schema_version
            && self.payload == event.payload
    }
}

/// What the database knows of all that a batch touches.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) heads: HashMap<StreamKey, Head>,
    pub(crate) events: HashMap<Uuid, KnownEvent>,
    pub(crate) receipts: HashMap<ReceiptKey, Receipt>,
    pub(crate) holders: HashMap<(String, Claim), StreamKey>,
}

/// What becomes of an append.
#[derive(Debug)]
pub(crate) enum Judgement {
    /// It is to be written.
    Write(Placement),
    /// Nothing is to be written.
    Settled(Verdict),
}

/// Where accepted events go.
#[derive(Debug)]
pub(crate) struct Placement {
    /// The version of its first event.
    pub(crate) first_version: u64,
    /// The time to record with its events: never before the stream's last one.
    pub(crate) recorded_at: DateTime<Utc>,
    /// The receipt to keep, its versions filled in.
    pub(crate) receipt: Option<Receipt>,
}

impl Facts {
    /// Judges `append`; if it is accepted, the facts are those after it.
    pub(crate) fn judge(&mut self, append: &Append) -> Judgement {
        let head = self.heads.get(&append.stream).copied();
        let version = head.map_or(0, |head| head.version);
        if append.events.iter().any(|event| self.events.contains_key(&event.id)) {
            return Judgement::Settled(judge_repeat(append, &self.events, version));
        }
        if let Some(receipt) = append.receipt.as_ref().and_then(|receipt| self.receipts.get(&receipt.key)) {
            return Judgement::Settled(Verdict::Receipted(receipt.clone()));
        }
        // An append that was decided on an older state says nothing of claims: it may be decided otherwise.
        if !append.expected.accepts(version) {
            return Judgement::Settled(Verdict::Conflict { actual: version });
        }
        if let Some(taken) = self.taken_claim(append) {
            return Judgement::Settled(taken);
        }
        Judgement::Write(self.accept(append, head))
    }

    fn taken_claim(&self, append: &Append) -> Option<Verdict> {
        append.claims.iter().find_map(|change| {
            let ClaimChange::Take(claim) = change else { return None };
            let holder = self.holders.get(&(append.stream.tenant.clone(), claim.clone()))?;
            (*holder != append.stream).then(|| Verdict::ClaimTaken { claim: claim.clone(), holder: holder.clone() })
        })
    }

    fn accept(&mut self, append: &Append, head: Option<Head>) -> Placement {
        let version = head.map_or(0, |head| head.version);
        let recorded_at = head.map_or(append.recorded_at, |head| head.recorded_at.max(append.recorded_at));
        let last = version + append.events.len() as u64;
        if last > version {
            self.heads.insert(append.stream.clone(), Head { version: last, recorded_at });
        }
        apply_claims(&mut self.holders, append);
        let receipt = append.receipt.clone().map(|receipt| fill_in(receipt, version + 1, last));
        Placement { first_version: version + 1, recorded_at, receipt }
    }
}

/// Changes hands as an accepted append says.
pub(crate) fn apply_claims(holders: &mut HashMap<(String, Claim), StreamKey>, append: &Append) {
    for change in &append.claims {
        let key = (append.stream.tenant.clone(), change.claim().clone());
        match change {
            ClaimChange::Take(_) => {
                holders.insert(key, append.stream.clone());
            }
            ClaimChange::Release(_) if holders.get(&key) == Some(&append.stream) => {
                holders.remove(&key);
            }
            ClaimChange::Release(_) => {}
        }
    }
}

fn fill_in(mut receipt: Receipt, first: u64, last: u64) -> Receipt {
    if matches!(receipt.answer, ReceiptAnswer::Events { .. }) {
        receipt.answer = ReceiptAnswer::Events { first, last };
    }
    receipt
}

/// The verdict on an append of which at least one event id is known; `head` is its stream's version.
///
/// The same events in the same place are a repetition. An id with other content, or in another stream, is an error of
/// its own; known events beside new ones, or at another expected version, conflict.
pub(crate) fn judge_repeat(append: &Append, known: &HashMap<Uuid, KnownEvent>, head: u64) -> Verdict {
    let found: Vec<_> = append.events.iter().map(|event| known.get(&event.id)).collect();
    for (event, known) in append.events.iter().zip(&found) {
        if known.is_some_and(|known| !known.is(&append.stream, event)) {
            return Verdict::EventIdReused { id: event.id };
        }
    }
    let written: Option<Vec<_>> = found.into_iter().collect();
    match written.as_deref() {
        Some(written @ ([first, .., last] | [first @ last])) if in_place(append.expected, first, written) => {
            Verdict::Appended(Appended {
                version: last.version,
                count: append.events.len() as u64,
                position: Some(last.position),
                recorded_at: last.recorded_at,
                repeated: true,
            })
        }
        _ => Verdict::Conflict { actual: head },
    }
}

fn in_place(expected: ExpectedVersion, first: &KnownEvent, written: &[&KnownEvent]) -> bool {
    let contiguous = written.windows(2).all(|pair| pair[0].version + 1 == pair[1].version);
    contiguous
        && match expected {
            ExpectedVersion::Exact(version) => version + 1 == first.version,
            ExpectedVersion::NoStream => first.version == 1,
            ExpectedVersion::Exists | ExpectedVersion::Any => true,
        }
}
