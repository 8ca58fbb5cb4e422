//! Writing a batch until each of its appends has a verdict of its own.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::Pending;
use super::part::{Part, indeterminate, reply};
use super::patience::Patience;
use super::trace::{Trace, trace};
use crate::store::guard::guarded;
use crate::store::lookout::Lookout;
use crate::store::pause::Pause;
use crate::store::{Append, AppendError, Backend, CommitError, StoreError, Verdict};

/// How often appends may break the connection before they are tried apart, and one alone is given up.
const TRIES: u32 = 3;

/// How often a batch is halved because of what may be due to one of its members, but may as well be due to none.
///
/// To find two of 512 takes not even so many. Each may cost a time-out, and all others wait meanwhile.
const GUESSES: u32 = 20;

/// Hands batches to the database.
pub(super) struct Committer {
    backend: Arc<dyn Backend>,
    lookout: Lookout,
    settle_within: Duration,
}

enum Failure {
    /// Nothing was written by this try.
    Refused(StoreError),
    /// The connection broke again and again; each try has been made to end.
    Broke(StoreError),
    /// It is not known whether anything was written, or whether it will be.
    Unknown(StoreError),
}

impl Failure {
    /// Whether the members are to be tried apart.
    fn may_be_one_members_fault(&self, guesses: &mut u32) -> bool {
        match self {
            Self::Refused(StoreError::Refused(_) | StoreError::Full(_)) => true,
            Self::Refused(error) if is_corrupt(error) => true,
            Self::Refused(StoreError::OverLimit(_) | StoreError::Damaged(_)) | Self::Broke(_) => {
                let left = guesses.checked_sub(1);
                *guesses = left.unwrap_or(0);
                left.is_some()
            }
            Self::Refused(_) | Self::Unknown(_) => false,
        }
    }
}

/// Whether the log itself is in the way, so that trying again can't help.
fn is_corrupt(error: &StoreError) -> bool {
    matches!(error, StoreError::CorruptRow { .. } | StoreError::CorruptEvent { .. })
}

/// Whether the same try may succeed in a while.
fn passes(error: &StoreError) -> bool {
    matches!(error, StoreError::Unreachable(_) | StoreError::Busy(_) | StoreError::Full(_))
}

impl Committer {
    pub(super) fn new(backend: Arc<dyn Backend>, lookout: Lookout, settle_within: Duration) -> Self {
        Self { backend, lookout, settle_within }
    }

    /// Answers each member of `batch`.
    ///
    /// What the database refuses as a whole, or what breaks the connection again, is halved until the culprit stands
    /// alone.
    pub(super) async fn write(&self, batch: Vec<Pending>) {
        let mut patience = Patience::of(self.settle_within);
        let mut guesses = GUESSES;
        let mut parts = vec![Part::of(batch)];
        while let Some(mut part) = parts.pop() {
            match self.commit(&mut part, &mut patience).await {
                Ok(verdicts) => part.answer(verdicts),
                Err(failure) if part.appends.len() > 1 && failure.may_be_one_members_fault(&mut guesses) => {
                    let second = part.split_off_half();
                    parts.push(second);
                    parts.push(part);
                }
                Err(Failure::Refused(error)) if !part.uncertain => part.refuse(error),
                Err(Failure::Refused(error) | Failure::Broke(error)) => self.look_up(part, error, &mut patience).await,
                Err(Failure::Unknown(error)) => part.leave_open(error),
            }
        }
    }

    /// Commits until the outcome is known.
    ///
    /// After a try with an unknown outcome has been made to end, the same appends are judged again, however long that
    /// took: what was written is recognised by event ids and receipts.
    async fn commit(&self, part: &mut Part, patience: &mut Patience) -> Result<Vec<Verdict>, Failure> {
        let mut pause = Pause::default();
        let mut broken = 0;
        loop {
            let attempt = Uuid::now_v7();
            match self.attempt(attempt, &part.appends).await {
                Ok(verdicts) => {
                    patience.renew();
                    return Ok(verdicts);
                }
                Err(CommitError::Refused(error)) if !part.uncertain || !passes(&error) => {
                    return Err(Failure::Refused(error));
                }
                Err(CommitError::Refused(error)) => match error {
                    _ if !patience.is_over() => {}
                    StoreError::Unreachable(_) => return Err(Failure::Unknown(error)),
                    _ => return Err(Failure::Refused(error)),
                },
                Err(CommitError::Unknown(error)) => {
                    part.uncertain = true;
                    tracing::warn!(error = %error, appends = part.appends.len(), "the outcome of a commit is unknown");
                    if !self.settle(attempt, patience).await {
                        return Err(Failure::Unknown(error));
                    }
                    broken += 1;
                    if broken == TRIES || is_corrupt(&error) {
                        return Err(Failure::Broke(error));
                    }
                }
            }
            pause.wait().await;
        }
    }

    async fn attempt(&self, attempt: Uuid, appends: &[Append]) -> Result<Vec<Verdict>, CommitError> {
        let commit = guarded(async { self.backend.commit(attempt, appends).await }).await;
        let commit = commit.unwrap_or_else(|panic| Err(CommitError::Unknown(panic)));
        match &commit {
            Ok(verdicts) => self.lookout.committed(verdicts),
            Err(CommitError::Unknown(_)) => self.lookout.may_have_committed(),
            Err(CommitError::Refused(_)) => {}
        }
        commit
    }

    /// Makes sure that `attempt` has ended.
    async fn settle(&self, attempt: Uuid, patience: &mut Patience) -> bool {
        let mut pause = Pause::default();
        patience.begin();
        while let Err(error) = guarded(async { self.backend.settle(attempt).await }).await.flatten() {
            if patience.is_over() {
                tracing::warn!(error = %error, "the outcome of a commit stays unknown");
                return false;
            }
            pause.wait().await;
        }
        patience.renew();
        true
    }

    /// Answers appends that are not tried again, and of which each earlier try has been made to end.
    async fn look_up(&self, part: Part, error: StoreError, patience: &mut Patience) {
        let error = Arc::new(error);
        for (append, answer) in part.into_members() {
            let outcome = match self.trace(&append, patience).await {
                Ok(Trace::Answered(outcome)) => outcome,
                Ok(Trace::Nothing) => Err(AppendError::Store(Arc::clone(&error))),
                Ok(Trace::Untold) | Err(_) => Err(indeterminate(&append, Arc::clone(&error))),
            };
            reply(answer, outcome);
        }
    }

    async fn trace(&self, append: &Append, patience: &mut Patience) -> Result<Trace, StoreError> {
        let mut pause = Pause::default();
        loop {
            match guarded(trace(&*self.backend, append)).await.flatten() {
                Err(error) if error.is_retryable() && !patience.is_over() => pause.wait().await,
                traced => return traced,
            }
        }
    }
}
