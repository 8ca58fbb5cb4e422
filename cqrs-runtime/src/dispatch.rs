//! Executing commands: load, decide, append, and again after a conflict.

mod attempt;
mod enrich;
mod error;
mod keyed_locks;
mod options;
mod receipt;
mod retry;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

pub use self::enrich::{EnrichContext, Enricher, EnrichmentError};
pub use self::error::{CommandError, DispatchJsonError, Refusal};
pub use self::options::CommandOptions;
pub use self::retry::RetryPolicy;

use self::attempt::Call;
use self::enrich::Enrichers;
use self::keyed_locks::KeyedLocks;
use crate::aggregate::{Aggregate, Decide};
use crate::command::{Command, CommandSet, CommandVisitor};
use crate::event::Recorded;
use crate::repository::Repository;
use crate::store::{EventStore, ReceiptKey, StreamKey};

/// Executes the commands of one aggregate. Cheap to clone; clones share their locks.
///
/// ```
/// # use cqrs_runtime::{prelude::*, dispatch::{CommandOptions, Dispatcher}, store::EventStore};
/// # async fn f<Account, Deposit>(store: EventStore, deposit: Deposit) -> Result<(), Box<dyn std::error::Error>>
/// # where Account: Aggregate + Decide<Deposit>, Deposit: Command<Id = Account::Id> {
/// let accounts = Dispatcher::<Account>::new(store);
/// let options = CommandOptions::new().principal("ada").idempotency_key("order-17");
/// let executed = accounts.dispatch_with(deposit, options).await?;
/// println!("version {} with {} events", executed.version, executed.events.len());
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Dispatcher<A: Aggregate> {
    repository: Repository<A>,
    config: Arc<A::Config>,
    enrichers: Enrichers,
    retry: RetryPolicy,
    deadline: Option<Duration>,
    streams: KeyedLocks<StreamKey>,
    receipts: KeyedLocks<ReceiptKey>,
}

impl<A: Aggregate> Clone for Dispatcher<A> {
    fn clone(&self) -> Self {
        Self {
            repository: self.repository.clone(),
            config: Arc::clone(&self.config),
            enrichers: self.enrichers.clone(),
            retry: self.retry,
            deadline: self.deadline,
            streams: self.streams.clone(),
            receipts: self.receipts.clone(),
        }
    }
}

/// The answer to an accepted command.
#[derive(Clone, Debug, PartialEq)]
pub struct Executed<A: Aggregate> {
    /// The aggregate's id; of one that was created, the id that it got.
    pub id: A::Id,
    /// The version of the aggregate after the command.
    pub version: u64,
    /// The position of the command's last event; `None` where nothing had to happen.
    pub position: Option<u64>,
    /// The command's events, in order.
    pub events: Vec<Recorded<A::Event>>,
    /// Whether this is the kept answer to an earlier sending.
    pub repeated: bool,
}

impl<A: Aggregate> Dispatcher<A> {
    /// Executes commands on the aggregates of `store`.
    #[must_use]
    pub fn new(store: EventStore) -> Self {
        Self::over(Repository::new(store))
    }

    /// Executes commands on the aggregates of `repository`, with its clock and its ids.
    ///
    /// A repository of one tenant executes that tenant's commands alone; over one without a tenant, each command says
    /// whose it is: [`CommandOptions::tenant`].
    #[must_use]
    pub fn over(repository: Repository<A>) -> Self {
        Self {
            repository,
            config: Arc::default(),
            enrichers: Enrichers::default(),
            retry: RetryPolicy::default(),
            deadline: None,
            streams: KeyedLocks::default(),
            receipts: KeyedLocks::default(),
        }
    }

    /// Sets what decisions see as their configuration.
    #[must_use]
    pub fn config(mut self, config: A::Config) -> Self {
        self.config = Arc::new(config);
        self
    }

    /// Sets who answers what `C` asks of the outside world.
    #[must_use]
    pub fn enricher<C: Command>(mut self, enricher: impl Enricher<C>) -> Self {
        self.enrichers.insert(enricher);
        self
    }

    /// Sets how often a command is decided again after a conflict.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how long a command may take that brings no deadline of its own.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Where the states are loaded from.
    #[must_use]
    pub fn repository(&self) -> &Repository<A> {
        &self.repository
    }

    /// Executes a command.
    ///
    /// # Errors
    /// See [`CommandError`]; only `Indeterminate` leaves open whether anything was written.
    pub async fn dispatch<C>(&self, command: C) -> Result<Executed<A>, CommandError<A::Error>>
    where
        A: Decide<C>,
        C: Command<Id = A::Id>,
    {
        self.dispatch_with(command, CommandOptions::default()).await
    }

    /// Executes a command with what the caller says beyond it.
    ///
    /// # Errors
    /// See [`CommandError`]; only `Indeterminate` leaves open whether anything was written.
    pub async fn dispatch_with<C>(
        &self,
        command: C,
        options: CommandOptions,
    ) -> Result<Executed<A>, CommandError<A::Error>>
    where
        A: Decide<C>,
        C: Command<Id = A::Id>,
    {
        options.check()?;
        let options = self.of_own_tenant(options)?;
        let deadline = options.deadline.or(self.deadline).and_then(|allowed| Instant::now().checked_add(allowed));
        Call::new(self, command, options, deadline).execute().await
    }

    fn of_own_tenant(&self, mut options: CommandOptions) -> Result<CommandOptions, CommandError<A::Error>> {
        let (own, tenant) = (self.repository.tenant(), &mut options.metadata.tenant);
        if tenant.is_empty() {
            own.clone_into(tenant);
        } else if !own.is_empty() && tenant != own {
            return Err(CommandError::OtherTenant { tenant: tenant.clone(), dispatcher: own.to_owned() });
        }
        Ok(options)
    }

    /// Executes whichever command it is.
    ///
    /// # Errors
    /// See [`CommandError`]; only `Indeterminate` leaves open whether anything was written.
    pub fn dispatch_any(
        &self,
        command: A::Command,
        options: CommandOptions,
    ) -> BoxFuture<'_, Result<Executed<A>, CommandError<A::Error>>> {
        command.visit(Dispatching { dispatcher: self, options })
    }

    /// Executes the command of a name and a JSON text.
    ///
    /// # Errors
    /// When there is no such command, the JSON is not of its shape, or the command is not accepted.
    pub async fn dispatch_json(
        &self,
        name: &str,
        json: &str,
        options: CommandOptions,
    ) -> Result<Executed<A>, DispatchJsonError<A::Error>> {
        let command = A::Command::from_json(name, json)?;
        Ok(self.dispatch_any(command, options).await?)
    }
}

struct Dispatching<'d, A: Aggregate> {
    dispatcher: &'d Dispatcher<A>,
    options: CommandOptions,
}

impl<'d, A: Aggregate> CommandVisitor<A> for Dispatching<'d, A> {
    type Output = BoxFuture<'d, Result<Executed<A>, CommandError<A::Error>>>;

    fn visit<C: Command<Id = A::Id>>(self, command: C) -> Self::Output
    where
        A: Decide<C>,
    {
        Box::pin(self.dispatcher.dispatch_with(command, self.options))
    }
}
