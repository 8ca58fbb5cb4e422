//! What a connection is told while somebody else has it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt;
use sea_orm::sqlx::sqlite::SqlitePoolOptions;
use sea_orm::sqlx::{Connection, query};

/// After how many steps of SQLite's machine a statement looks whether it is to end: no more than the smallest one has.
const STEPS: i32 = 4;

/// What the one connection of a pool is told.
#[derive(Debug, Default)]
pub(super) struct Signals {
    /// It is not used again.
    spoilt: AtomicBool,
    /// What is written on it may be committed, now.
    commits: AtomicBool,
    /// The statement on it that comes to look at this fails.
    interrupts: AtomicBool,
}

impl Signals {
    /// Has the connections of a pool obey.
    pub(super) fn rule(self: Arc<Self>, pool: SqlitePoolOptions) -> SqlitePoolOptions {
        let released = Arc::clone(&self);
        let pool = pool.after_connect(move |connection, _| {
            let (running, committing) = (Arc::clone(&self), Arc::clone(&self));
            async move {
                // The event store has none; the tables of others may.
                query("PRAGMA foreign_keys = ON").execute(&mut *connection).await?;
                let mut handle = connection.lock_handle().await?;
                handle.set_progress_handler(STEPS, move || {
                    !(running.interrupts.load(Ordering::Relaxed) && running.interrupts.swap(false, Ordering::AcqRel))
                });
                // A transaction that was ended, by whomever, leaves statements behind it that would be ones of their own.
                handle.set_commit_hook(move || committing.commits.load(Ordering::Acquire));
                Ok(())
            }
            .boxed()
        });
        pool.after_release(move |connection, _| {
            let is_spoilt = released.spoilt.swap(false, Ordering::AcqRel);
            async move {
                // What is still to be rolled back is before the answer.
                connection.ping().await?;
                // Where SQLite has ended a transaction by itself, the library does not know.
                Ok(!is_spoilt && !connection.is_in_transaction())
            }
            .boxed()
        })
    }

    pub(super) fn spoil(&self) {
        self.spoilt.store(true, Ordering::Release);
    }

    /// Lets what is written be committed while this is there.
    pub(super) fn committing(&self) -> Committing<'_> {
        self.commits.store(true, Ordering::Release);
        Committing(self)
    }

    pub(super) fn interrupt(&self) {
        self.interrupts.store(true, Ordering::Release);
    }

    /// Interrupts nothing that comes.
    pub(super) fn calm(&self) {
        self.interrupts.store(false, Ordering::Release);
    }
}

/// Somebody commits.
pub(super) struct Committing<'s>(&'s Signals);

impl Drop for Committing<'_> {
    fn drop(&mut self) {
        self.0.commits.store(false, Ordering::Release);
    }
}
