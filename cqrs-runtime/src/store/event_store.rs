//! The event store as an application holds it.

use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::SubsecRound;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use uuid::Uuid;

use super::guard::guarded;
use super::hints::Hints;
use super::keeper::Keeper;
use super::lookout::Lookout;
use super::pages::{self, EventPosition, Pages};
use super::writer::{Writer, WriterOptions};
use super::{
    Append, AppendError, Appended, Backend, Claim, Cursor, EventQuery, LoadQuery, LoadSink, LogHead, MemoryBackend,
    Receipt, ReceiptKey, RowHints, Snapshot, StoreError, StoredEvent, StreamHints, StreamKey, Tables, valid,
};
use crate::event::RawEvent;

/// How many of those that follow the log in turn read at the same time: fewer than a backend has connections for reading.
const TURNS: usize = 2;

/// A log of events: appends, reads, receipts, claims and snapshots. Cheap to clone; clones share the log.
#[derive(Clone)]
pub struct EventStore {
    backend: Arc<dyn Backend>,
    writer: Writer,
    keeper: Keeper,
    lookout: Lookout,
    turns: Arc<Semaphore>,
}

impl std::fmt::Debug for EventStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStore").finish_non_exhaustive()
    }
}

impl EventStore {
    /// How many events are read at once: by a statement, and into the memory of who reads.
    pub(crate) const PAGE: u64 = 1_000;

    /// A log in memory, gone with the process.
    ///
    /// # Panics
    /// Outside of a tokio runtime, as every store.
    #[must_use]
    #[track_caller]
    pub fn memory() -> Self {
        Self::with_backend(Arc::new(MemoryBackend::default()), WriterOptions::default())
    }

    /// A log in `backend`.
    ///
    /// # Panics
    /// Outside of a tokio runtime, which runs the task that writes.
    #[must_use]
    #[track_caller]
    pub fn with_backend(backend: Arc<dyn Backend>, options: WriterOptions) -> Self {
        let Ok(runtime) = Handle::try_current() else { panic!("{}", StoreError::NoRuntime) };
        let lookout = Lookout::new(Arc::clone(&backend), runtime.clone());
        let writer = Writer::start(Arc::clone(&backend), lookout.clone(), &runtime, options);
        let keeper = Keeper::new(Arc::clone(&backend), runtime);
        Self { backend, writer, keeper, lookout, turns: Arc::new(Semaphore::new(TURNS)) }
    }

    /// Appends events and all that belongs to them, or nothing of it.
    ///
    /// Appends that wait at the same time share one transaction; none has a say in another's verdict. Dropping the
    /// future either withdraws the append or leaves it to be completed, never half of it.
    ///
    /// # Errors
    /// See [`AppendError`]; only `Indeterminate` leaves open whether the append was written.
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.append_before(append, None).await
    }

    /// Appends like [`EventStore::append`], but answers by `deadline`.
    ///
    /// # Errors
    /// `DeadlineExceeded` where the append was still waiting, `Indeterminate` where the database had been given it.
    pub async fn append_before(&self, mut append: Append, deadline: Option<Instant>) -> Result<Appended, AppendError> {
        valid::check(&append)?;
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(AppendError::DeadlineExceeded);
        }
        // What is answered is what is stored.
        append.recorded_at = append.recorded_at.trunc_subsecs(6);
        self.writer.append(append, deadline).await
    }

    /// The events of `query`, read page by page as the stream is polled.
    #[must_use]
    pub fn read(&self, query: EventQuery) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
        self.read_by(query, (Self::PAGE, usize::MAX))
    }

    /// The same, with at most so many events and bytes of payloads at once; one event always is.
    pub(crate) fn read_by(
        &self,
        query: EventQuery,
        size: (u64, usize),
    ) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
        let pages = Pages::of(Arc::clone(&self.backend), query, size);
        let pages = stream::try_unfold(pages, |mut pages| async move {
            let page = pages.next().await?;
            Ok::<_, StoreError>(page.map(|events| (stream::iter(events.into_iter().map(Ok)), pages)))
        });
        pages.try_flatten().boxed()
    }

    /// The events of `query` behind `cursor`.
    ///
    /// # Errors
    /// [`StoreError::LogDiverged`] when the log no longer has the event at which the cursor stands: after the restore
    /// of a backup, or a failover that lost events. [`StoreError::Lagging`] when this is a replica that has not come as
    /// far as the cursor.
    pub async fn read_after(
        &self,
        cursor: Cursor,
        query: EventQuery,
    ) -> Result<BoxStream<'static, Result<StoredEvent, StoreError>>, StoreError> {
        self.check_cursor(cursor).await?;
        let after = query.after_position.map_or(cursor.position, |after| after.max(cursor.position));
        Ok(self.read(query.after_position(after)))
    }

    /// The cursor before the first event of this log; [`Cursor::at`] leads from there to an event.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn start_cursor(&self) -> Result<Cursor, StoreError> {
        let LogHead { log, .. } = self.head().await?;
        Ok(Cursor { log, position: 0, event_id: Uuid::nil() })
    }

    pub(crate) async fn check_cursor(&self, cursor: Cursor) -> Result<(), StoreError> {
        let head = self.head().await?;
        if head.log != cursor.log {
            return Err(StoreError::LogDiverged { cursor });
        }
        if cursor.position == 0 || self.has_event(cursor.position, cursor.event_id).await? {
            return Ok(());
        }
        match head {
            // The event is lost, or has yet to come: the position alone can't tell. Once the replica has come as far,
            // or is one no more, the event is there or it is not.
            LogHead { is_replica: true, position, .. } if position < cursor.position => {
                Err(StoreError::Lagging { cursor, head: position })
            }
            LogHead { .. } => Err(StoreError::LogDiverged { cursor }),
        }
    }

    /// As for a cursor, of a reader of this very log.
    pub(crate) async fn check_event(&self, position: u64, event_id: Uuid) -> Result<(), StoreError> {
        if self.has_event(position, event_id).await? {
            return Ok(());
        }
        let LogHead { log, .. } = self.head().await?;
        self.check_cursor(Cursor { log, position, event_id }).await
    }

    async fn has_event(&self, position: u64, event_id: Uuid) -> Result<bool, StoreError> {
        let there = EventQuery::log().after_position(position - 1).to_position(position);
        let mut found = false;
        let mut compare = |event: RawEvent<'_>| {
            found = event.event_id == event_id;
            ControlFlow::Break(())
        };
        self.backend.read(&there, &mut compare).await?;
        Ok(found)
    }

    /// The last event of a stream, or of the log.
    pub(crate) async fn last_event(&self, stream: Option<&StreamKey>) -> Result<Option<EventPosition>, StoreError> {
        let query = EventQuery { stream: stream.cloned(), ..EventQuery::log().backwards().limit(1) };
        let mut last = None;
        let mut keep = |event: RawEvent<'_>| {
            last = Some(EventPosition::of(&event));
            ControlFlow::Break(())
        };
        self.backend.read(&query, &mut keep).await?;
        Ok(last)
    }

    /// The events of `query`, all at once, up to the one with which their payloads have so many bytes; where an error has
    /// ended the reading, those before it.
    pub(crate) async fn page(&self, query: &EventQuery, bytes: usize) -> (Vec<StoredEvent>, Result<(), StoreError>) {
        pages::page(&*self.backend, query, bytes).await
    }

    /// The turn of one of many that follow the log, as long as it is held.
    pub(crate) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).acquire_owned().await.ok()
    }

    /// Runs `reading` to its end, whether or not the future that waits for it is polled or dropped: a connection is not
    /// held by one who is busy elsewhere, and may need it there.
    pub(crate) async fn detached<T: Send + 'static>(
        &self,
        reading: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        // A task that is ended has lost its runtime, and so has the store.
        self.runtime().spawn(guarded(reading)).await.map_or(Err(StoreError::Closed), Result::flatten)
    }

    /// Hands a stream's snapshot and the events after it to `sink`; see [`Backend::load`].
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn load(&self, query: &LoadQuery, sink: &mut dyn LoadSink) -> Result<(), StoreError> {
        self.backend.load(query, sink).await
    }

    /// The kept answer to a command.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn receipt(&self, key: &ReceiptKey) -> Result<Option<Receipt>, StoreError> {
        self.backend.receipt(key).await
    }

    /// Who holds a name.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn claim_holder(&self, tenant: &str, claim: &Claim) -> Result<Option<StreamKey>, StoreError> {
        self.backend.claim_holder(tenant, claim).await
    }

    /// Keeps a snapshot in the place of the stream's earlier one.
    ///
    /// # Errors
    /// When the database can't be written.
    pub async fn save_snapshot(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.backend.save_snapshot(snapshot).await
    }

    /// Whether a snapshot of `stream` is worth taking now.
    pub(crate) fn wants_snapshot(&self, stream: &StreamKey) -> bool {
        self.keeper.wants(stream)
    }

    /// Keeps a snapshot when there is time, and tells `done` what has come of it.
    pub(crate) fn keep_snapshot(&self, snapshot: Snapshot, done: impl FnOnce(Result<(), StoreError>) + Send + 'static) {
        self.keeper.keep(snapshot, Box::new(done));
    }

    /// Waits until no snapshot that a repository has taken is left to be kept.
    pub async fn snapshots_kept(&self) {
        self.keeper.idle().await;
    }

    /// The log's identity and its end.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn head(&self) -> Result<LogHead, StoreError> {
        self.backend.head().await
    }

    /// Hints when something has been appended, by this process or another one.
    ///
    /// However many there are, one task looks at the database for all of them, and ends with the last.
    #[must_use]
    pub fn hints(&self) -> Hints {
        self.lookout.hints()
    }

    /// Hints when something may have been appended to a stream; without one, to any.
    pub(crate) fn stream_hints(&self, stream: Option<StreamKey>) -> StreamHints {
        self.lookout.stream_hints(stream)
    }

    /// Hints when rows of a read model may have changed, by this process or another one.
    pub(crate) fn row_hints(&self, projection: &str, fingerprint: &str) -> RowHints {
        self.lookout.row_hints(projection, fingerprint)
    }

    /// Tells those who follow the rows of a read model that this process has changed some.
    pub(crate) fn changed_rows(&self, projection: &str, fingerprint: &str) {
        self.lookout.changed_rows(projection, fingerprint);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lookout.is_closed()
    }

    /// Waits until the store is closed.
    pub(crate) async fn closed(&self) {
        self.lookout.closed().await;
    }

    /// What runs its tasks.
    pub(crate) fn runtime(&self) -> &Handle {
        self.lookout.runtime()
    }

    /// The database itself.
    pub(crate) fn backend(&self) -> &dyn Backend {
        &*self.backend
    }

    /// Its tables of read models.
    pub(crate) fn tables(&self) -> Result<&dyn Tables, StoreError> {
        self.backend.tables().ok_or(StoreError::NoTables)
    }

    /// Takes no more appends, completes those that wait, keeps the snapshots that were taken, tells all who wait for
    /// hints, and ends all connections.
    pub async fn close(&self) {
        self.writer.close().await;
        self.keeper.idle().await;
        self.lookout.close().await;
        self.backend.close().await;
    }
}
