//! The tasks that keep read models up to date.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use uuid::Uuid;

use super::super::engine::{EngineError, Progress};
use super::ReadModels;
use super::model::{Model, Works};
use crate::store::{GenerationKey, GenerationState, Hints, StoreError, SwapVerdict, WorkerId};

/// The pauses after an error: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Read models that are kept up to date; they stop when this is dropped.
#[derive(Debug)]
#[must_use = "what is dropped stops"]
pub struct Running {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Completes the batches under way, gives the partitions up to other processes, and ends.
    pub async fn stop(self) {
        // Without a receiver, all tasks have ended.
        let _ = self.stop.send(true);
        for task in self.tasks {
            // One that panicked has ended too.
            let _ = task.await;
        }
    }
}

impl ReadModels {
    /// Keeps the read models up to date from now on, in tasks of their own; several processes share the work.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn start(&self) -> Running {
        let (stop, stopped) = watch::channel(false);
        let id = WorkerId(Uuid::now_v7());
        let mut tasks = vec![tokio::spawn(prolong(self.clone(), id, stopped.clone()))];
        for model in &self.models {
            let driver = Driver {
                read_models: self.clone(),
                model: Arc::clone(model),
                id,
                hints: self.store.hints(),
                workers: Vec::new(),
                looked_at: None,
            };
            tasks.push(tokio::spawn(driver.run(stopped.clone())));
        }
        Running { stop, tasks }
    }
}

/// Gives signs of life, so that the partitions stay with this worker while a batch takes its time.
async fn prolong(read_models: ReadModels, id: WorkerId, mut stopped: watch::Receiver<bool>) {
    let lease_time = read_models.options.lease_time;
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = sleep(lease_time / 3) => {}
        }
        let beat = async { read_models.store.tables()?.heartbeat(id, lease_time).await };
        if let Err(error) = beat.await {
            // Partitions that are lost by it are noticed when the next batch is written.
            tracing::warn!(error = &error as &dyn std::error::Error, "the leases of this process can't be prolonged");
        }
    }
}

/// Keeps one read model up to date: what serves, and what is being built beside it.
struct Driver {
    read_models: ReadModels,
    model: Arc<dyn Model>,
    id: WorkerId,
    hints: Hints,
    workers: Vec<Box<dyn Works>>,
    looked_at: Option<Instant>,
}

impl Driver {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let mut pause = PAUSES.0;
        while !*stopped.borrow() {
            let wait = match self.step().await {
                Ok(true) => {
                    pause = PAUSES.0;
                    continue;
                }
                Ok(false) => {
                    pause = PAUSES.0;
                    self.read_models.options.lease_time / 3
                }
                Err(EngineError::Store(StoreError::Closed)) => break,
                Err(error) => {
                    let name = self.model.table().name;
                    tracing::warn!(read_model = name, error = &error as &dyn std::error::Error, "will try again");
                    pause = (pause * 2).min(PAUSES.1);
                    pause
                }
            };
            tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => break,
                () = sleep(wait) => {}
                hinted = self.hints.next() => {
                    if hinted.is_err() {
                        break;
                    }
                }
            }
        }
        for worker in &mut self.workers {
            // What is not given up falls to others when the session ends.
            let _ = worker.release().await;
        }
    }

    /// A step of each worker; whether there may be more to do at once.
    async fn step(&mut self) -> Result<bool, EngineError> {
        self.look().await?;
        let mut moved = false;
        for worker in &mut self.workers {
            moved |= worker.step().await? != Progress::Idle;
        }
        if !moved {
            moved = self.swap().await?;
        }
        Ok(moved)
    }

    /// Looks, from time to time, which generations there are.
    async fn look(&mut self) -> Result<(), EngineError> {
        let every = self.read_models.options.lease_time / 3;
        if self.looked_at.is_some_and(|at| at.elapsed() < every) {
            return Ok(());
        }
        let generations = self.read_models.generations(&*self.model).await?;
        let keys: Vec<&GenerationKey> = generations.iter().map(|known| &known.key).collect();
        let (stay, leave) = std::mem::take(&mut self.workers)
            .into_iter()
            .partition::<Vec<_>, _>(|worker| keys.contains(&&worker.generation().key));
        self.workers = stay;
        for mut worker in leave {
            worker.release().await?;
        }
        for generation in generations {
            if let Some(worker) = self.workers.iter_mut().find(|worker| worker.generation().key == generation.key) {
                worker.set_state(generation.state);
                continue;
            }
            let (store, options) = (self.read_models.store.clone(), self.read_models.options);
            self.workers.push(self.model.worker(store, generation, self.id, options)?);
        }
        self.looked_at = Some(Instant::now());
        Ok(())
    }

    /// Lets what was being built serve, if it has caught up.
    async fn swap(&mut self) -> Result<bool, EngineError> {
        let tables = self.read_models.store.tables()?;
        for worker in &mut self.workers {
            if worker.generation().state != GenerationState::Building || worker.partitions() == 0 {
                continue;
            }
            worker.settle().await?;
            if tables.swap(&worker.generation().key).await? != SwapVerdict::Serves {
                continue;
            }
            tracing::info!(
                read_model = self.model.table().name,
                generation = worker.generation().key.number,
                "it serves"
            );
            self.looked_at = None;
            return Ok(true);
        }
        Ok(false)
    }
}
