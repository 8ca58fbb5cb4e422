//! Group commit: appends that wait at the same time share one transaction, each with its own verdict.
//!
//! One task does all the writing. A lone append is handed to it and written at once; while the database is
//! at work, others gather, and the next transaction takes them all.

mod batch;
mod commit;
mod part;
mod patience;
mod ticket;
mod trace;

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use self::batch::Gatherer;
use self::commit::Committer;
use self::ticket::Ticket;
use super::lookout::Lookout;
use super::{Append, AppendError, Appended, Backend, StoreError};

/// How appends share transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriterOptions {
    /// How many appends may wait; further callers wait for room.
    pub queue: usize,
    /// How many appends share a transaction at most.
    pub batch_appends: usize,
    /// How many bytes of text share a transaction at most, [`Append::MAX_BYTES`] where it is more; a larger append has
    /// one of its own.
    pub batch_bytes: usize,
    /// How long a database that is of no help is asked for the outcome of a commit after the connection broke, before
    /// it is `Indeterminate`; `Duration::MAX` for without end.
    pub settle_within: Duration,
}

impl Default for WriterOptions {
    fn default() -> Self {
        Self { queue: 4096, batch_appends: 512, batch_bytes: 8 << 20, settle_within: Duration::from_secs(30) }
    }
}

/// The way to the task that writes.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    /// Its sender is gone when the task has ended.
    ended: watch::Receiver<()>,
}

enum Message {
    Append(Box<Pending>),
    Close,
}

/// An append that waits for its verdict.
struct Pending {
    append: Append,
    ticket: Ticket,
    answer: oneshot::Sender<Result<Appended, AppendError>>,
}

impl Writer {
    /// Starts the task; it ends when the last `Writer` is dropped and all that waits is written.
    pub(super) fn start(backend: Arc<dyn Backend>, lookout: Lookout, runtime: &Handle, options: WriterOptions) -> Self {
        let (queue, waiting) = mpsc::channel(options.queue.max(1));
        let options = WriterOptions {
            batch_appends: options.batch_appends.max(1),
            batch_bytes: options.batch_bytes.clamp(1, Append::MAX_BYTES),
            ..options
        };
        let (ending, ended) = watch::channel(());
        let committer = Committer::new(backend, lookout, options.settle_within);
        runtime.spawn(work(Gatherer::new(waiting, options), committer, ending));
        Self { queue, ended }
    }

    /// Waits for the verdict on `append`.
    ///
    /// Dropping the future withdraws an append that still waits; one that the database has been given is completed.
    pub(super) async fn append(&self, append: Append, deadline: Option<Instant>) -> Result<Appended, AppendError> {
        let event_ids: Vec<Uuid> = append.events.iter().map(|event| event.id).collect();
        let (answer, verdict) = oneshot::channel();
        let ticket = Ticket::default();
        let withdrawal = ticket.withdraw_on_drop();
        let pending = Message::Append(Box::new(Pending { append, ticket: ticket.clone(), answer }));
        match within(deadline, self.queue.send(pending)).await {
            None => return Err(AppendError::DeadlineExceeded),
            Some(Err(_)) => return Err(AppendError::Store(Arc::new(StoreError::Closed))),
            Some(Ok(())) => {}
        }
        let outcome = within(deadline, verdict).await;
        let untouched = withdrawal.withdraw();
        match outcome {
            Some(Ok(verdict)) => verdict,
            None if untouched => Err(AppendError::DeadlineExceeded),
            Some(Err(_)) if untouched => Err(AppendError::Store(Arc::new(StoreError::Closed))),
            None | Some(Err(_)) => Err(AppendError::Indeterminate { event_ids, source: None }),
        }
    }

    /// Takes no more appends, and returns when all that wait are answered.
    pub(super) async fn close(&self) {
        // An error means that another call has closed the queue; what waited then may not be written yet.
        let _ = self.queue.send(Message::Close).await;
        let mut ended = self.ended.clone();
        while ended.changed().await.is_ok() {}
    }
}

async fn within<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

async fn work(mut gatherer: Gatherer, committer: Committer, ending: watch::Sender<()>) {
    while let Some(batch) = gatherer.next_batch().await {
        committer.write(batch).await;
    }
    drop(ending);
}
