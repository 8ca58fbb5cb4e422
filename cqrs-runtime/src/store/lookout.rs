//! Looking out for appends, as long as somebody has a use for it.

mod rows;
mod task;

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::watch;

pub(super) use self::rows::{Mark, RowsOf};

use super::guard::guarded;
use super::hints::Hints;
use super::row_hints::RowHints;
use super::stream_hints::StreamHints;
use super::tail::{Looked, Tail};
use super::watch::Waiting;
use super::{Appended, Backend, StoreError, StreamKey, Verdict};

/// Knows where the log ends, and tells all [`Hints`] when that changes. Clones share what they know.
#[derive(Clone)]
pub(super) struct Lookout(Arc<Shared>);

struct Shared {
    backend: Arc<dyn Backend>,
    /// The store's own: that of who waits may be gone before the others.
    runtime: Handle,
    /// The end of the log, as far as is known; each change is a hint.
    head: watch::Sender<Head>,
    /// What the last events are about.
    tail: Tail,
    /// What is known of changes of rows.
    rows: rows::Rows,
    /// How many wait for a hint.
    waiting: watch::Sender<usize>,
    /// Whether a task looks at the database.
    running: watch::Sender<bool>,
    closed: watch::Sender<bool>,
}

/// The end of the log, as far as is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head {
    position: u64,
    /// How many hints there were.
    hint: u64,
}

impl std::fmt::Debug for Lookout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lookout").field("head", &self.0.head).finish_non_exhaustive()
    }
}

impl Lookout {
    pub(super) fn new(backend: Arc<dyn Backend>, runtime: Handle) -> Self {
        Self(Arc::new(Shared {
            backend,
            runtime,
            head: watch::Sender::default(),
            tail: Tail::default(),
            rows: rows::Rows::default(),
            waiting: watch::Sender::new(0),
            running: watch::Sender::new(false),
            closed: watch::Sender::new(false),
        }))
    }

    /// The store's runtime.
    pub(super) fn runtime(&self) -> &Handle {
        &self.0.runtime
    }

    /// Hints of what is appended from now on.
    pub(super) fn hints(&self) -> Hints {
        let hints = Hints::new(self.0.head.subscribe(), self.clone());
        // Behind the subscription: a task that ends sees it, or is seen to have ended.
        if !self.is_closed() && !self.0.running.send_replace(true) {
            self.0.runtime.spawn(task::run(task::Running::of(&self.0)));
        }
        hints
    }

    /// Hints of what is appended to a stream from now on; without one, to any.
    pub(super) fn stream_hints(&self, stream: Option<StreamKey>) -> StreamHints {
        StreamHints::new(self.hints(), stream, self.clone())
    }

    /// Whether a stream may have got events since it was looked last, and up to where it has been looked now.
    ///
    /// A task of its own looks: who waits may not be polled any more, and others wait behind.
    pub(super) async fn has_news(&self, stream: StreamKey, last: Option<Looked>) -> Result<(bool, Looked), StoreError> {
        let lookout = self.clone();
        let look = async move {
            let shared = &*lookout.0;
            let hint = shared.head.borrow().hint;
            shared.tail.has_news(&*shared.backend, hint, &stream, last).await
        };
        self.0.runtime.spawn(guarded(look)).await.map_or(Err(StoreError::Closed), Result::flatten)
    }

    /// Hints of rows of a read model that change from now on.
    pub(super) fn row_hints(&self, projection: &str, fingerprint: &str) -> RowHints {
        let of = (projection.to_owned(), fingerprint.to_owned());
        RowHints::new(self.0.rows.told.subscribe(), of, self.hints(), self.clone())
    }

    /// This process has changed rows of a read model that serves.
    pub(super) fn changed_rows(&self, projection: &str, fingerprint: &str) {
        self.0.rows.changed(projection, fingerprint);
    }

    /// Takes note that somebody waits for changes of rows, until the value is dropped.
    pub(super) fn follows(&self) -> rows::Follows<'_> {
        self.0.rows.follows()
    }

    /// This process has committed a batch.
    pub(super) fn committed(&self, verdicts: &[Verdict]) {
        let positions = verdicts.iter().filter_map(|verdict| match verdict {
            Verdict::Appended(Appended { position, .. }) => *position,
            _ => None,
        });
        if let Some(last) = positions.max() {
            self.0.rows.stir();
            self.0.head.send_if_modified(|head| last > head.position && head.moves_to(last));
        }
    }

    /// This process may have committed a batch.
    pub(super) fn may_have_committed(&self) {
        self.0.nudge();
    }

    /// Takes note that somebody waits, until the value is dropped.
    pub(super) fn waits(&self) -> Waits<'_> {
        self.0.waiting.send_modify(|count| *count += 1);
        Waits(&self.0)
    }

    /// Whether the store is closed.
    pub(super) fn is_closed(&self) -> bool {
        *self.0.closed.borrow()
    }

    /// Waits until the store is closed.
    pub(super) async fn closed(&self) {
        // The sender is held by `self`, so that it can't be gone.
        let _ = self.0.closed.subscribe().wait_for(|closed| *closed).await;
    }

    /// Tells all who wait that there is no more to come, and ends the connection that looks out.
    pub(super) async fn close(&self) {
        self.0.closed.send_replace(true);
        let _ = self.0.running.subscribe().wait_for(|running| !running).await;
    }
}

impl Head {
    /// Whether that is news.
    fn moves_to(&mut self, position: u64) -> bool {
        let is_news = position != self.position;
        self.position = position;
        self.hint += u64::from(is_news);
        is_news
    }
}

/// Somebody who waits.
pub(super) struct Waits<'l>(&'l Shared);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.send_modify(|count| *count -= 1);
    }
}

impl Shared {
    /// Asks where the log ends, and tells whoever waits if that is news.
    ///
    /// Where the database does not answer, all of them find out by themselves what is the matter.
    async fn look(&self) {
        match guarded(async { self.backend.head().await }).await.flatten() {
            Ok(found) => {
                if self.head.send_if_modified(|head| head.moves_to(found.position)) {
                    self.rows.stir();
                }
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "the end of the log can't be read");
                self.nudge();
            }
        }
    }

    fn nudge(&self) {
        self.head.send_modify(|head| head.hint += 1);
    }

    fn waiting(&self) -> Waiting {
        Waiting::of(&self.waiting)
    }

    /// Waits until nobody has hints any more, or the store is closed.
    async fn unneeded(&self) {
        let mut closed = self.closed.subscribe();
        tokio::select! {
            () = self.head.closed() => {}
            _ = closed.wait_for(|closed| *closed) => {}
        }
    }
}
