//! Leases: which worker handles which partition of a projection or a durable subscription, and how far it has come.
//!
//! A *worker* joins a *name* for a while: its *session*. The partitions of the name are shared among the workers whose
//! sessions last. A *lease* is a partition in the hands of a worker; its *epoch* grows with every worker that takes it, so
//! that one who has lost it and does not know can't move the partition's *checkpoint*.

mod alive;
mod share;

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::{Begun, StoreError};

pub(crate) use self::alive::Alive;
pub(crate) use self::share::{Partition, Share, judge, judged_unasked};

/// The longest time that a session is given at once.
pub(crate) const LONGEST: Duration = Duration::from_hours(24);

/// Who handles events: one process, or one engine of several in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerId(pub Uuid);

/// What a worker joins, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The projection or the durable subscription.
    pub name: String,
    /// The worker.
    pub worker: WorkerId,
    /// How many partitions the name has, the same for all workers and for ever.
    pub partitions: u32,
    /// How long the session lasts unless it is prolonged; a day at most.
    pub lease_time: Duration,
    /// The position at which the partitions of a new name start; 0 before the first event.
    pub checkpoint: u64,
    /// The id of the event at that position; nil before the first.
    pub event_id: Uuid,
    /// Whether a name that is not there is made; one who has been with it finds it forgotten.
    pub makes: bool,
}

impl Session {
    /// A worker's session with a name whose partitions start before the first event, and which is made if it is not there.
    #[must_use]
    pub fn new(name: impl Into<String>, worker: WorkerId, partitions: u32, lease_time: Duration) -> Self {
        let (name, event_id) = (name.into(), Uuid::nil());
        Self { name, worker, partitions, lease_time, checkpoint: 0, event_id, makes: true }
    }
}

/// A partition in the hands of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The partition, from 0.
    pub partition: u32,
    /// The number of times that the partition has been taken.
    pub epoch: u64,
    /// The position up to which the partition's events have been handled; 0 before the first.
    pub checkpoint: u64,
    /// The id of the event at that position; nil before the first.
    pub event_id: Uuid,
}

/// A step of a partition's checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// The lease, with the checkpoint that the step starts from.
    pub lease: Lease,
    /// The position that the partition has been handled up to.
    pub position: u64,
    /// The id of the event at that position.
    pub event_id: Uuid,
}

impl Advance {
    /// The lease after the step.
    #[must_use]
    pub fn done(self) -> Lease {
        Lease { checkpoint: self.position, event_id: self.event_id, ..self.lease }
    }
}

/// What became of steps that are taken all together or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdvanceVerdict {
    /// All checkpoints have moved.
    Advanced,
    /// A partition is another worker's by now, or the session has expired; nothing was written.
    LeaseLost,
    /// A checkpoint does not stand where its step starts; nothing was written.
    CheckpointMoved {
        /// The partition.
        partition: u32,
        /// Where the step starts.
        expected: u64,
        /// Where the checkpoint stands.
        actual: u64,
    },
    /// A step does not lead forward, or its partition has another one; nothing was written.
    NotForward {
        /// The partition.
        partition: u32,
    },
}

/// How a partition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The partition, its epoch and its position.
    pub lease: Lease,
    /// Who took it last and has not given it up.
    pub worker: Option<WorkerId>,
    /// Whether that worker's session lasts.
    pub is_alive: bool,
    /// By how many positions it lies behind the end of the log.
    pub behind: u64,
}

/// How workers share partitions: the part of a [`Backend`](super::Backend) that projections and durable subscriptions
/// stand on.
///
/// Time is the database's. A clock that is set back or forward costs a worker its leases at worst: a partition has one
/// owner, whatever the time.
///
/// ```
/// # use std::time::Duration;
/// # use cqrs_runtime::store::{Advance, AdvanceVerdict, Leases, MemoryBackend, Session, StoreError, WorkerId};
/// # use uuid::Uuid;
/// # async fn f(backend: &MemoryBackend) -> Result<(), StoreError> {
/// let worker = WorkerId(Uuid::now_v7());
/// let lease_time = Duration::from_secs(10);
/// let session = Session::new("account_summary", worker, 4, lease_time);
/// let leases = backend.acquire(&session).await?;
/// // .. handle the events behind `leases[0].checkpoint` up to the one at position 7, then:
/// let step = Advance { lease: leases[0], position: 7, event_id: Uuid::now_v7() };
/// let verdict = backend.advance(&session.name, worker, &[step]).await?;
/// assert_eq!(verdict, AdvanceVerdict::Advanced);
/// backend.release(&session.name, worker).await?;
/// # Ok(()) }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(f(&MemoryBackend::default())).unwrap();
/// ```
#[async_trait]
pub trait Leases: Send + Sync + 'static {
    /// Joins a name or stays with it, and takes and gives up partitions up to the worker's fair share: all that the
    /// worker has now, in order.
    ///
    /// The partitions of a new name start where the session says. Those whose worker has given them up, or whose session has
    /// expired, are free; one whose last step is being written is passed over until that has ended. Of `n` partitions
    /// and `w` workers, each has `n / w`, and the first `n % w` by their ids one more. What a newcomer is to have, the
    /// others give up when they ask the next time, so this is called again and again, between two batches. Of a projection's
    /// generation that stands still or is gone, nobody has any.
    ///
    /// # Errors
    /// [`StoreError::PartitionsChanged`] when the name has another number of partitions, [`StoreError::Forgotten`] when it
    /// is not there and the session does not make it; when the database can't be written.
    async fn acquire(&self, session: &Session) -> Result<Vec<Lease>, StoreError>;

    /// Prolongs all sessions of a worker that have not expired: their names, in order. A name that is missing has been
    /// lost, and has to be acquired again.
    ///
    /// # Errors
    /// When the database can't be written.
    async fn heartbeat(&self, worker: WorkerId, lease_time: Duration) -> Result<Vec<String>, StoreError>;

    /// Gives up all partitions of a name at once and ends the session.
    ///
    /// # Errors
    /// When the database can't be written.
    async fn release(&self, name: &str, worker: WorkerId) -> Result<(), StoreError>;

    /// Moves checkpoints, all or none: each partition must be the worker's in the lease's epoch, its session must last,
    /// and the checkpoint must stand where the step starts.
    ///
    /// # Errors
    /// When the database can't be written. Whether it was written is not known where the connection broke;
    /// [`acquire`](Self::acquire) tells.
    async fn advance(&self, name: &str, worker: WorkerId, steps: &[Advance]) -> Result<AdvanceVerdict, StoreError>;

    /// Begins a transaction and moves checkpoints in it, as [`advance`](Self::advance) does; what else is written in it
    /// commits with them. One that is left alone for longer than the session lasts is rolled back.
    ///
    /// # Errors
    /// [`StoreError::NoTables`] where nothing else can be written, [`StoreError::NoTransactions`] where a transaction can't
    /// be handed out; when the database can't be written.
    async fn begin(&self, session: &Session, steps: &[Advance]) -> Result<Begun, StoreError> {
        let _ = (session, steps);
        Err(StoreError::NoTables)
    }

    /// How the partitions of a name stand, in order; none where nobody has joined it yet.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn checkpoints(&self, name: &str) -> Result<Vec<Checkpoint>, StoreError>;

    /// The names that have been joined, in order.
    ///
    /// # Errors
    /// When the database can't be read.
    async fn names(&self) -> Result<Vec<String>, StoreError>;

    /// Forgets a name and its checkpoints, so that it is as new; whether it was there, and no worker's session lasts.
    ///
    /// # Errors
    /// When the database can't be written.
    async fn forget(&self, name: &str) -> Result<bool, StoreError>;
}

/// A time of a session as databases count it.
pub(crate) fn micros(lease_time: Duration) -> i64 {
    // A day fits.
    i64::try_from(lease_time.min(LONGEST).as_micros()).unwrap_or(i64::MAX)
}
