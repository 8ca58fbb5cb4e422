//! Writing a batch until each of its appends has a verdict of its own.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::Pending;
use crate::store::{Append, AppendError, Appended, Backend, CommitError, Receipt, ReceiptAnswer, StoreError, Verdict};

/// The first pause between two tries to reach a lost database; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// How often a batch may break the connection before its members are tried apart.
const TRIES_TOGETHER: u32 = 3;

/// Hands batches to the database.
pub(super) struct Committer {
    backend: Arc<dyn Backend>,
    settle_within: Duration,
}

type Answer = oneshot::Sender<Result<Appended, AppendError>>;

/// Appends that go to the database together.
struct Part {
    appends: Vec<Append>,
    answers: Vec<Answer>,
    /// Whether an earlier try, of which it is not known what it wrote, had these appends.
    uncertain: bool,
}

enum Failure {
    /// Nothing was written.
    Refused(StoreError),
    /// The connection broke again and again; each try has been made to end.
    Broke(StoreError),
    /// It is not known whether anything was written.
    Unknown(StoreError),
}

impl Failure {
    /// A full disk, a refusal, a corrupt row or a broken connection may be due to one member; the rest concerns all.
    fn may_be_one_members_fault(&self) -> bool {
        match self {
            Self::Refused(error) => matches!(error, StoreError::Refused(_) | StoreError::Full(_)) || is_corrupt(error),
            Self::Broke(_) => true,
            Self::Unknown(_) => false,
        }
    }
}

/// Whether the log itself is in the way, so that trying again can't help.
fn is_corrupt(error: &StoreError) -> bool {
    matches!(error, StoreError::CorruptRow { .. } | StoreError::CorruptEvent { .. })
}

impl Committer {
    pub(super) fn new(backend: Arc<dyn Backend>, settle_within: Duration) -> Self {
        Self { backend, settle_within }
    }

    /// Answers each member of `batch`.
    ///
    /// What the database refuses as a whole, or what breaks the connection again, is halved until the culprit stands
    /// alone.
    pub(super) async fn write(&self, batch: Vec<Pending>) {
        let give_up = Instant::now() + self.settle_within;
        let (appends, answers) = batch.into_iter().map(|pending| (pending.append, pending.answer)).unzip();
        let mut parts = vec![Part { appends, answers, uncertain: false }];
        while let Some(mut part) = parts.pop() {
            match self.commit(&mut part, give_up).await {
                Ok(verdicts) => part.answer(verdicts),
                Err(failure) if part.appends.len() > 1 && failure.may_be_one_members_fault() => {
                    let second = part.split_off_half();
                    parts.push(second);
                    parts.push(part);
                }
                Err(Failure::Refused(error)) => part.refuse(error),
                Err(Failure::Broke(error) | Failure::Unknown(error)) => part.leave_open(error),
            }
        }
    }

    /// Commits until the outcome is known.
    ///
    /// After a try with an unknown outcome has been made to end, the same appends are judged again: what was written
    /// is recognised by event ids and receipts.
    async fn commit(&self, part: &mut Part, give_up: Instant) -> Result<Vec<Verdict>, Failure> {
        let mut pause = FIRST_PAUSE;
        let mut broken = 0;
        loop {
            let attempt = Uuid::now_v7();
            match self.backend.commit(attempt, &part.appends).await {
                Ok(verdicts) => return Ok(verdicts),
                Err(CommitError::Refused(error)) if !part.uncertain => return Err(Failure::Refused(error)),
                Err(CommitError::Refused(error)) if !error.is_retryable() && part.appends.len() > 1 => {
                    return Err(Failure::Refused(error));
                }
                Err(CommitError::Refused(error)) if !error.is_retryable() || Instant::now() >= give_up => {
                    return Err(Failure::Unknown(error));
                }
                Err(CommitError::Refused(_)) => {
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Err(CommitError::Unknown(error)) => {
                    part.uncertain = true;
                    tracing::warn!(error = %error, appends = part.appends.len(), "the outcome of a commit is unknown");
                    if !self.settle(attempt, give_up).await || Instant::now() >= give_up {
                        return Err(Failure::Unknown(error));
                    }
                    broken += 1;
                    let again_and_again = broken == TRIES_TOGETHER && part.appends.len() > 1;
                    if again_and_again || is_corrupt(&error) {
                        return Err(Failure::Broke(error));
                    }
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn settle(&self, attempt: Uuid, give_up: Instant) -> bool {
        let mut pause = FIRST_PAUSE;
        while let Err(error) = self.backend.settle(attempt).await {
            if Instant::now() >= give_up {
                tracing::warn!(error = %error, "the outcome of a commit stays unknown");
                return false;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        true
    }
}

impl Part {
    fn split_off_half(&mut self) -> Self {
        let half = self.appends.len() / 2;
        Self { appends: self.appends.split_off(half), answers: self.answers.split_off(half), uncertain: self.uncertain }
    }

    fn answer(self, verdicts: Vec<Verdict>) {
        for ((append, answer), verdict) in self.appends.into_iter().zip(self.answers).zip(verdicts) {
            let judged_again = self.uncertain && append.events.is_empty();
            reply(answer, if judged_again { without_events_again(append, verdict) } else { accepted(append, verdict) });
        }
    }

    fn refuse(self, error: StoreError) {
        let error = Arc::new(error);
        for (append, answer) in self.appends.into_iter().zip(self.answers) {
            let error = Arc::clone(&error);
            let refusal = if self.uncertain { indeterminate(&append, error) } else { AppendError::Store(error) };
            reply(answer, Err(refusal));
        }
    }

    fn leave_open(self, error: StoreError) {
        let error = Arc::new(error);
        for (append, answer) in self.appends.into_iter().zip(self.answers) {
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
fn without_events_again(append: Append, verdict: Verdict) -> Result<Appended, AppendError> {
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

fn indeterminate(append: &Append, error: Arc<StoreError>) -> AppendError {
    AppendError::Indeterminate { event_ids: append.events.iter().map(|event| event.id).collect(), source: Some(error) }
}

fn reply(answer: Answer, verdict: Result<Appended, AppendError>) {
    // A caller that has gone away needs no answer; its append has been completed all the same.
    let _ = answer.send(verdict);
}
