//! Appends that go to the database together, and what each is answered.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::Pending;
use crate::store::{Append, AppendError, Appended, Receipt, ReceiptAnswer, StoreError, Verdict};

/// Where the caller of an append waits.
pub(super) type Answer = oneshot::Sender<Result<Appended, AppendError>>;

/// Appends that go to the database together.
pub(super) struct Part {
    pub(super) appends: Vec<Append>,
    pub(super) answers: Vec<Answer>,
    /// Whether an earlier try, of which it is not known what it wrote, had these appends.
    pub(super) uncertain: bool,
}

impl Part {
    pub(super) fn of(batch: Vec<Pending>) -> Self {
        let (appends, answers) = batch.into_iter().map(|pending| (pending.append, pending.answer)).unzip();
        Self { appends, answers, uncertain: false }
    }

    pub(super) fn split_off_half(&mut self) -> Self {
        let half = self.appends.len() / 2;
        Self { appends: self.appends.split_off(half), answers: self.answers.split_off(half), uncertain: self.uncertain }
    }

    pub(super) fn into_members(self) -> impl Iterator<Item = (Append, Answer)> {
        self.appends.into_iter().zip(self.answers)
    }

    pub(super) fn answer(self, verdicts: Vec<Verdict>) {
        let uncertain = self.uncertain;
        for ((append, answer), verdict) in self.into_members().zip(verdicts) {
            let judged_again = uncertain && append.events.is_empty();
            reply(answer, if judged_again { without_events_again(append, verdict) } else { accepted(append, verdict) });
        }
    }

    /// Nothing was written.
    pub(super) fn refuse(self, error: StoreError) {
        let error = Arc::new(error);
        for (_, answer) in self.into_members() {
            reply(answer, Err(AppendError::Store(Arc::clone(&error))));
        }
    }

    /// It is not known whether anything was written.
    pub(super) fn leave_open(self, error: StoreError) {
        let error = Arc::new(error);
        for (append, answer) in self.into_members() {
            reply(answer, Err(indeterminate(&append, Arc::clone(&error))));
        }
    }
}

fn accepted(append: Append, verdict: Verdict) -> Result<Appended, AppendError> {
    match verdict {
        Verdict::Appended(appended) => Ok(appended),
        Verdict::EventIdReused { id } => Err(AppendError::EventIdReused { id }),
        Verdict::Receipted(receipt) => Err(AppendError::AlreadyAnswered(Box::new(receipt))),
        Verdict::ClaimTaken { claim, holder } => Err(AppendError::AlreadyTaken { claim, holder }),
        Verdict::Conflict { actual } => {
            Err(AppendError::Conflict { stream: append.stream, expected: append.expected, actual })
        }
    }
}

/// The answer to an append without events that an earlier try may have written: there is no event id to tell.
pub(super) fn without_events_again(append: Append, verdict: Verdict) -> Result<Appended, AppendError> {
    match (&append.receipt, verdict) {
        (Some(own), Verdict::Receipted(kept)) if is_same_answer(own, &kept) => Ok(Appended {
            version: version(&kept.answer),
            count: 0,
            position: None,
            recorded_at: append.recorded_at,
            repeated: true,
        }),
        // It may have taken its claims before the stream went on, or before they passed to others.
        (None, Verdict::Conflict { .. } | Verdict::ClaimTaken { .. }) => {
            Err(AppendError::Indeterminate { event_ids: Vec::new(), source: None })
        }
        (_, verdict) => accepted(append, verdict),
    }
}

fn is_same_answer(own: &Receipt, kept: &Receipt) -> bool {
    let both_filled_in =
        matches!(own.answer, ReceiptAnswer::Events { .. }) && matches!(kept.answer, ReceiptAnswer::Events { .. });
    own.stream == kept.stream && own.input_hash == kept.input_hash && (both_filled_in || own.answer == kept.answer)
}

fn version(answer: &ReceiptAnswer) -> u64 {
    match answer {
        ReceiptAnswer::Events { last: version, .. }
        | ReceiptAnswer::Nothing { version }
        | ReceiptAnswer::Refused { version, .. } => *version,
    }
}

pub(super) fn indeterminate(append: &Append, error: Arc<StoreError>) -> AppendError {
    AppendError::Indeterminate { event_ids: append.events.iter().map(|event| event.id).collect(), source: Some(error) }
}

pub(super) fn reply(answer: Answer, verdict: Result<Appended, AppendError>) {
    // A caller that has gone away needs no answer; its append has been completed all the same.
    let _ = answer.send(verdict);
}
