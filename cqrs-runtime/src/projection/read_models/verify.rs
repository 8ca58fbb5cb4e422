//! Holding a read model against the log: its events are projected anew, into tables of their own, and the rows compared.
//!
//! A row is only judged where both sides have seen the same events of its sequence. The replay comes to the very
//! checkpoints that the partitions of what serves had at one moment; whatever has changed there between that moment and
//! the comparison is looked at once more, at a moment to whose checkpoints the replay comes as well. What is parked in the
//! replay alone was retried or left out in what serves since: it is tried again first. So each row is judged exactly,
//! while others append, project, and see to dead letters.

mod begin;
mod end;
mod judge;
mod report;
mod run;
mod sweep;

use std::time::Duration;

pub use self::report::{ColumnDifference, Difference, DifferenceKind, Verified};

pub(super) use self::sweep::Silent;

use self::run::Run;
use super::super::engine::EngineError;
use super::{ReadModels, RebuildError, StoreError};

/// How far a verification has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyProgress {
    /// The read model.
    pub name: &'static str,
    /// What it is at.
    pub step: VerifyStep,
    /// The position up to which events were projected anew.
    pub position: u64,
    /// The position up to which they are to be.
    pub to: u64,
    /// How many events were projected anew.
    pub events: u64,
    /// How many rows were compared.
    pub rows: u64,
    /// For how long it has been at it.
    pub elapsed: Duration,
}

/// What a verification is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyStep {
    /// It projects the events anew.
    Replaying,
    /// It compares the rows.
    Comparing,
    /// What was projected anew is brought up to date, so that it can serve.
    Repairing,
}

/// What a verification is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Let what was projected anew serve where there is a difference. What served is kept, to go back to.
    pub repair: bool,
    /// Let it serve although events are parked in it that what serves has projected.
    pub accept_parked: bool,
    /// How many differences are told in full; all are counted.
    pub differences: usize,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self { repair: false, accept_parked: false, differences: 20 }
    }
}

/// Why a read model was not held against the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// No such read model is listed.
    #[error("no read model `{name}` is listed")]
    NotListed {
        /// The name.
        name: String,
    },
    /// Nothing serves that could be verified.
    #[error("`{name}` is not served: build it first")]
    NotServed {
        /// The read model.
        name: &'static str,
    },
    /// The database can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It writes in a transaction, and only it knows what: there are no rows to compare.
    #[error("`{name}` writes in a transaction, and only it knows what: it can be rebuilt, and not compared")]
    NoRows {
        /// The projection.
        name: &'static str,
    },
    /// Events can't be projected.
    #[error("the read model `{name}` can't be verified for now")]
    Engine {
        /// The read model.
        name: &'static str,
        /// Why.
        source: Box<EngineError>,
    },
    /// Another process verifies it at the moment.
    #[error("`{name}` is being verified already")]
    Running {
        /// The read model.
        name: &'static str,
    },
    /// Another generation has begun to serve meanwhile.
    #[error("`{name}` was rebuilt while it was verified")]
    Replaced {
        /// The read model.
        name: &'static str,
    },
    /// Somebody has dropped what was projected anew.
    #[error("the verification of `{name}` was cancelled")]
    Cancelled {
        /// The read model.
        name: &'static str,
    },
    /// A comparison is not as it should be.
    #[error("a comparison of `{name}` can't be read")]
    Unreadable {
        /// The read model.
        name: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// The differences were found, and what was projected anew does not serve.
    #[error("`{}` differs from the log, and is not repaired", found.name)]
    Repair {
        /// What was found.
        found: Box<Verified>,
        /// Why.
        source: Box<RebuildError>,
    },
}

impl ReadModels {
    /// Holds a read model against the log: projects all of its events anew, into tables of their own, and compares every row
    /// with that of the tables that serve, while these go on serving and are kept up to date.
    ///
    /// Where there is a difference, the tables that were made can be let [serve](VerifyOptions::repair); else they are
    /// dropped. A verification that does not come to its end, its process having been killed, this future dropped, or for an
    /// error of the database, is gone on with by the next one, or its tables are dropped by any process in which read models
    /// [run](Self::start). A database that is busy or restarts is waited for.
    ///
    /// ```no_run
    /// # use cqrs_runtime::projection::{ReadModels, VerifyError, VerifyOptions};
    /// # async fn f(read_models: ReadModels) -> Result<(), VerifyError> {
    /// let verified = read_models.verify("account_summary", VerifyOptions::default(), |_| ()).await?;
    /// for difference in &verified.differences {
    ///     println!("{difference:?}");
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When nothing serves, events can't be projected, another process is at it, or another generation begins to serve; when
    /// the database can't be read or written. A difference is none.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub async fn verify(
        &self,
        name: &str,
        options: VerifyOptions,
        mut progress: impl FnMut(VerifyProgress) + Send,
    ) -> Result<Verified, VerifyError> {
        let model = self.model(name).ok_or_else(|| VerifyError::NotListed { name: name.to_owned() })?;
        let mut run = Run::begin(self, model, options).await?;
        if let Err(error) = run.run(&mut progress).await {
            run.give_up(&error).await;
            return Err(error);
        }
        if run.found.is_clean() || !options.repair {
            return Ok(run.leave().await);
        }
        run.repair(&mut progress).await
    }
}
