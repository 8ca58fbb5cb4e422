//! The tasks that keep read models up to date.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use uuid::Uuid;

use super::super::engine::{EngineError, Progress};
use super::ReadModels;
use super::model::{Model, Works};
use super::verify::Silent;
use crate::store::lease::Alive;
use crate::store::pause::Pause;
use crate::store::{Generation, GenerationKey, GenerationState, Hints, StoreError, SwapVerdict, WorkerId};

/// The longest pause after an error.
const LONGEST: Duration = Duration::from_secs(5);

/// The pause after what is built was found to have parked too much to serve: all of it is counted each time.
const HELD_BACK: Duration = Duration::from_secs(1);

/// Tells of an error of a generation, 0 where it is none's; the pause before it is tried again.
fn pause_after(
    pause: &mut Pause,
    model: &dyn Model,
    generation: u32,
    worker: WorkerId,
    error: EngineError,
) -> Duration {
    let error = model.local().failed(generation, worker, error);
    let read_model = model.name();
    tracing::warn!(read_model, error = &*error as &dyn std::error::Error, "it will be tried again");
    pause.next()
}

/// Which generations of its read models a process takes on.
#[derive(Clone, Debug)]
pub(super) enum Scope {
    /// All that are kept up to date or built.
    All,
    /// The one that serves, or else the first that is built.
    First,
    /// One, beside somebody who sees to the rest: it is left at an error that nobody gets over by waiting.
    Beside(GenerationKey, Arc<AtomicU64>),
}

impl Scope {
    /// Leaves those that are taken on.
    fn choose(&self, generations: &mut Vec<Generation>) {
        match self {
            Self::All => {}
            Self::First => generations.truncate(1),
            Self::Beside(key, _) => generations.retain(|known| known.key == *key),
        }
    }

    /// Whether who has begun it is to meet an error instead.
    fn leaves_at(&self, error: &EngineError) -> bool {
        matches!(self, Self::Beside(..)) && !matches!(error, EngineError::Store(error) if error.is_retryable())
    }
}

/// A worker, and how long it rests after an error.
struct Post {
    worker: Box<dyn Works>,
    id: WorkerId,
    pause: Pause,
    rests_until: Option<Instant>,
    /// Whether it has seen all events that there were at its last step.
    is_caught_up: bool,
    /// Until when it is taken for granted that what is built does not serve, as events are parked in it.
    held_back_until: Option<Instant>,
}

impl Post {
    /// Whether it is worth a look whether what is built can serve.
    fn may_serve(&self) -> bool {
        self.is_caught_up
            && self.worker.generation().state == GenerationState::Building
            && self.worker.partitions() > 0
            && self.held_back_until.is_none_or(|until| until <= Instant::now())
    }

    /// A step, unless it rests; whether there may be more to do at once.
    async fn step(&mut self, model: &dyn Model, scope: &Scope) -> Result<bool, EngineError> {
        if self.rests_until.is_some_and(|until| until > Instant::now()) {
            return Ok(false);
        }
        self.rests_until = None;
        let number = self.worker.generation().key.number;
        match self.worker.step().await {
            Ok(progress) => {
                if let (Scope::Beside(_, count), Progress::Moved { events, .. }) = (scope, progress) {
                    count.fetch_add(events, Ordering::Relaxed);
                }
                if progress.is_over_errors() {
                    model.local().succeeded(number, self.id);
                }
                if self.worker.generation().state == GenerationState::Serving {
                    model.local().has_come(self.worker.position().unwrap_or(0));
                }
                self.pause = Pause::up_to(LONGEST);
                self.is_caught_up = matches!(progress, Progress::Idle | Progress::Moved { caught_up: true, .. });
                Ok(matches!(progress, Progress::Moved { .. }))
            }
            Err(error @ EngineError::Store(StoreError::Closed | StoreError::NoTables)) => Err(error),
            Err(error) if scope.leaves_at(&error) => Err(error),
            Err(error) => {
                self.rests_until = Some(Instant::now() + pause_after(&mut self.pause, model, number, self.id, error));
                Ok(false)
            }
        }
    }
}

/// Read models that are kept up to date; they stop when this is dropped.
#[derive(Debug)]
#[must_use = "what is dropped stops"]
pub struct Running {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    /// The partitions stay with their workers while batches take their time.
    _alive: Vec<Alive>,
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
        self.run(&self.models, self.options.workers, &Scope::All)
    }

    /// Keeps some of them up to date, by so many workers each.
    pub(super) fn run(&self, models: &[Arc<dyn Model>], workers: u32, scope: &Scope) -> Running {
        let (stop, stopped) = watch::channel(false);
        let (mut tasks, mut alive) = (Vec::new(), Vec::new());
        // With none, there is one to say what is wrong.
        for _ in 0..workers.max(1) {
            let id = WorkerId(Uuid::now_v7());
            alive.push(self.store.keep_alive(id, self.options.session()));
            for model in models {
                let driver = Driver {
                    read_models: self.clone(),
                    model: Arc::clone(model),
                    id,
                    scope: scope.clone(),
                    hints: self.store.hints(),
                    posts: Vec::new(),
                    looked_at: None,
                    silent: Silent::default(),
                };
                tasks.push(tokio::spawn(driver.run(stopped.clone())));
            }
        }
        Running { stop, tasks, _alive: alive }
    }
}

/// Keeps one read model up to date: what serves, and what is being built beside it.
struct Driver {
    read_models: ReadModels,
    model: Arc<dyn Model>,
    id: WorkerId,
    scope: Scope,
    hints: Hints,
    posts: Vec<Post>,
    looked_at: Option<Instant>,
    silent: Silent,
}

impl Driver {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let mut pause = Pause::up_to(LONGEST);
        if let Err(error) = self.read_models.options.check() {
            // Nothing makes them better.
            pause_after(&mut pause, &*self.model, 0, self.id, error.into());
            return;
        }
        // Nobody can stop what was dropped.
        while !*stopped.borrow() && stopped.has_changed().is_ok() {
            let wait = match self.step().await {
                Ok(true) => {
                    self.model.local().succeeded(0, self.id);
                    continue;
                }
                Ok(false) => {
                    self.model.local().succeeded(0, self.id);
                    pause = Pause::up_to(LONGEST);
                    self.wait()
                }
                Err(EngineError::Store(StoreError::Closed | StoreError::NoTables)) => break,
                Err(error) if self.scope.leaves_at(&error) => break,
                Err(error) => pause_after(&mut pause, &*self.model, 0, self.id, error),
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
        for Post { worker, .. } in &mut self.posts {
            // What is not given up falls to others when the session ends.
            let _ = worker.release().await;
        }
        self.model.local().left(self.id);
    }

    /// A step of each worker; whether there may be more to do at once. One that fails does not hinder the others.
    async fn step(&mut self) -> Result<bool, EngineError> {
        self.look().await?;
        let mut moved = false;
        for post in &mut self.posts {
            moved |= post.step(&*self.model, &self.scope).await?;
        }
        Ok(self.swap().await? || moved)
    }

    /// How long there is nothing to do unless something is appended.
    fn wait(&self) -> Duration {
        let now = Instant::now();
        let paused = self.posts.iter().filter_map(|post| post.rests_until).map(|until| until - now);
        paused.min().unwrap_or(Duration::MAX).min(self.read_models.options.beat())
    }

    /// Looks, from time to time, which generations there are.
    async fn look(&mut self) -> Result<(), EngineError> {
        let every = self.read_models.options.lease_time / 3;
        if self.looked_at.is_some_and(|at| at.elapsed() < every) {
            return Ok(());
        }
        self.read_models.sweep(self.model.name(), &mut self.silent).await?;
        let mut generations = self.read_models.generations(&*self.model).await?;
        self.scope.choose(&mut generations);
        let keys: Vec<&GenerationKey> = generations.iter().map(|known| &known.key).collect();
        let posts = std::mem::take(&mut self.posts).into_iter();
        let (stay, leave) = posts.partition::<Vec<_>, _>(|post| keys.contains(&&post.worker.generation().key));
        self.posts = stay;
        for mut post in leave {
            post.worker.release().await?;
        }
        for generation in generations {
            let posted = self.posts.iter_mut().find(|post| post.worker.generation().key == generation.key);
            if let Some(post) = posted {
                post.worker.set_state(generation.state);
                continue;
            }
            let (store, options) = (self.read_models.store.clone(), self.read_models.options);
            let worker = self.model.worker(store, generation, self.id, options)?;
            let pause = Pause::up_to(LONGEST);
            let (id, held_back_until) = (self.id, None);
            self.posts.push(Post { worker, id, pause, rests_until: None, is_caught_up: false, held_back_until });
        }
        self.looked_at = Some(Instant::now());
        Ok(())
    }

    /// Lets what was being built serve, if it has caught up.
    async fn swap(&mut self) -> Result<bool, EngineError> {
        let tables = self.read_models.store.tables()?;
        for post in self.posts.iter_mut().filter(|post| post.may_serve()) {
            post.worker.settle().await?;
            post.is_caught_up = false;
            let key = post.worker.generation().key.clone();
            let (name, generation) = (self.model.name(), key.number);
            // Looked at first, which holds up nobody.
            let verdict = match tables.standing(&key).await? {
                SwapVerdict::Serves => tables.swap(&key, false).await?,
                refused => refused,
            };
            match verdict {
                SwapVerdict::Serves => {}
                SwapVerdict::Parked { events } => {
                    if post.held_back_until.replace(Instant::now() + HELD_BACK).is_none() {
                        tracing::warn!(read_model = name, generation, events, "it has parked too much to serve");
                    }
                    continue;
                }
                SwapVerdict::Behind { .. } | SwapVerdict::Gone => continue,
            }
            post.worker.set_state(GenerationState::Serving);
            tracing::info!(read_model = name, generation, "the generation serves");
            // What served is to be left.
            self.looked_at = None;
            return Ok(true);
        }
        Ok(false)
    }
}
