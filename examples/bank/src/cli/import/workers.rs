//! Executing commands side by side, those to one account in their order.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bank::domain::{Account, AccountCommand, AccountError, AccountId};
use cqrs_runtime::dispatch::{CommandError, CommandOptions, Dispatcher, Executed};
use cqrs_runtime::prelude::*;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::line::Job;
use super::progress::Progress;
use super::report::{Refused, Report};
use crate::cli::failure;

/// How many commands wait for each worker at most.
const WAITING: usize = 64;

/// How many milliseconds a busy database is left alone before a command is tried again.
const PAUSES: [u64; 4] = [50, 200, 800, 3_200];

/// Each account is one worker's.
pub(super) struct Workers {
    queues: Vec<mpsc::Sender<Job>>,
    tasks: JoinSet<()>,
    report: Shared,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Report>>);

impl Shared {
    /// Counting can't leave a report in between.
    fn lock(&self) -> MutexGuard<'_, Report> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Workers {
    pub(super) fn start(dispatcher: &Dispatcher<Account>, count: u16, progress: &Progress) -> Self {
        let report = Shared::default();
        let mut tasks = JoinSet::new();
        let mut start = || {
            let (queue, jobs) = mpsc::channel(WAITING);
            tasks.spawn(work(dispatcher.clone(), jobs, report.clone(), progress.clone()));
            queue
        };
        let queues = (0..count).map(|_| start()).collect();
        Self { queues, tasks, report }
    }

    /// Has a command executed, once those before it on its account are.
    pub(super) async fn give(&self, job: Job) {
        let worker = self.worker_of(&job.account_id);
        if let Some(queue) = self.queues.get(worker)
            && queue.send(job).await.is_ok()
        {
            return;
        }
        self.report.lock().leave_out();
    }

    pub(super) fn refuse(&self, refused: Refused) {
        self.report.lock().refuse(refused);
    }

    /// Waits until all that was given is executed.
    pub(super) async fn finish(mut self) -> Report {
        self.queues.clear();
        while let Some(joined) = self.tasks.join_next().await {
            if let Err(error) = joined
                && let Ok(panic) = error.try_into_panic()
            {
                std::panic::resume_unwind(panic);
            }
        }
        std::mem::take(&mut *self.report.lock()).sorted()
    }

    fn worker_of(&self, id: &AccountId) -> usize {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(id);
        usize::try_from(hash % self.queues.len().max(1) as u64).unwrap_or_default()
    }
}

async fn work(dispatcher: Dispatcher<Account>, mut jobs: mpsc::Receiver<Job>, report: Shared, progress: Progress) {
    while let Some(Job { line, account_id, command, options }) = jobs.recv().await {
        if report.lock().is_stopped() {
            report.lock().leave_out();
            continue;
        }
        let name = command.name();
        match patiently(&dispatcher, command, options).await {
            Ok(executed) => report.lock().accept(&executed),
            Err(error) => report.lock().fail(line, name, account_id, error),
        }
        progress.executed();
    }
}

/// Executes a command, again after a pause where the database is busy: nothing was written then.
async fn patiently(
    dispatcher: &Dispatcher<Account>,
    command: AccountCommand,
    options: CommandOptions,
) -> Result<Executed<Account>, CommandError<AccountError>> {
    for pause in PAUSES {
        match dispatcher.dispatch_any(command.clone(), options.clone()).await {
            Err(error) if failure::is_busy(&error) => sleep(Duration::from_millis(pause)).await,
            outcome => return outcome,
        }
    }
    dispatcher.dispatch_any(command, options).await
}
