//! One command from its dispatch to its answer.

use std::sync::Arc;

use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use super::receipt::{Identity, answer_again};
use super::{CommandError, CommandOptions, Dispatcher, EnrichContext, Executed, Refusal};
use crate::aggregate::{Decide, DecideError, Events};
use crate::command::Command;
use crate::context::Context;
use crate::json;
use crate::metadata::CommandMetadata;
use crate::repository::{Decision, Loaded, Repository, SaveError};
use crate::store::{AppendError, Receipt, ReceiptAnswer};

type Answer<A> = Result<Executed<A>, CommandError<<A as crate::aggregate::Aggregate>::Error>>;

/// A command under way.
pub(super) struct Call<'d, A: Decide<C>, C: Command<Id = A::Id>> {
    dispatcher: &'d Dispatcher<A>,
    repository: Repository<A>,
    command: C,
    command_id: Uuid,
    id: A::Id,
    metadata: Arc<CommandMetadata>,
    options: CommandOptions,
    deadline: Option<Instant>,
}

/// What an attempt has come to.
enum Attempted<A: crate::aggregate::Aggregate> {
    Answered(Executed<A>),
    ChangedByOthers,
}

impl<'d, A: Decide<C>, C: Command<Id = A::Id>> Call<'d, A, C> {
    pub(super) fn new(
        dispatcher: &'d Dispatcher<A>,
        command: C,
        options: CommandOptions,
        deadline: Option<Instant>,
    ) -> Self {
        let repository = dispatcher.repository.clone().of_tenant(options.metadata.tenant.clone());
        let ids = dispatcher.repository.ids();
        let command_id = ids.next();
        let id = command.target(|| ids.next()).into_owned();
        let metadata = Arc::new(options.metadata.clone());
        Self { dispatcher, repository, command, command_id, id, metadata, options, deadline }
    }

    pub(super) async fn execute(self) -> Answer<A> {
        let Some(identity) = Identity::of::<A, C>(&self.command, &self.options).map_err(CommandError::Encode)? else {
            return self.decide_until_saved(None).await;
        };
        // A second sending waits here for the first one's answer.
        let _alone = self.in_time(self.dispatcher.receipts.lock(&identity.key)).await?;
        if let Some(receipt) = self.in_time(self.repository.store().receipt(&identity.key)).await?? {
            return self.in_time(self.answer_again(&identity, receipt)).await?;
        }
        self.decide_until_saved(Some(&identity)).await
    }

    async fn decide_until_saved(&self, identity: Option<&Identity>) -> Answer<A> {
        let enrichment = Arc::new(self.enrich().await?);
        let stream = self.repository.stream(&self.id);
        let _alone = self.in_time(self.dispatcher.streams.lock(&stream)).await?;
        let policy = self.dispatcher.retry;
        let mut attempt = 1;
        loop {
            match self.attempt(identity, &enrichment).await {
                Ok(Attempted::Answered(executed)) => return Ok(executed),
                Ok(Attempted::ChangedByOthers) if attempt >= policy.attempts => {
                    return Err(CommandError::RetriesExhausted { stream, attempts: attempt });
                }
                Err(error) => return self.unless_answered(identity, error).await,
                Ok(Attempted::ChangedByOthers) => {
                    self.in_time(sleep(policy.pause_after(attempt))).await?;
                    attempt += 1;
                }
            }
        }
    }

    /// What the state refuses may be the work of this very command, sent to another process: then its answer stands.
    async fn unless_answered(&self, identity: Option<&Identity>, error: CommandError<A::Error>) -> Answer<A> {
        let by_state = matches!(
            error,
            CommandError::AlreadyExists { .. } | CommandError::NotFound { .. } | CommandError::Conflict { .. }
        );
        let Some(identity) = identity.filter(|_| by_state) else { return Err(error) };
        match self.in_time(self.repository.store().receipt(&identity.key)).await?? {
            Some(receipt) => self.in_time(self.answer_again(identity, receipt)).await?,
            None => Err(error),
        }
    }

    async fn answer_again(&self, identity: &Identity, receipt: Receipt) -> Answer<A> {
        answer_again::<A, C>(&self.repository, identity, receipt).await
    }

    async fn enrich(&self) -> Result<C::Enrichment, CommandError<A::Error>> {
        let cx = EnrichContext {
            command_id: self.command_id,
            now: self.repository.clock().now(),
            metadata: Arc::clone(&self.metadata),
        };
        let answer = self.in_time(self.dispatcher.enrichers.answer(&self.command, &cx)).await?;
        answer.map_err(|source| CommandError::Enrichment { command: C::NAME, source })
    }

    /// Decides once, on the state as it is.
    async fn attempt(
        &self,
        identity: Option<&Identity>,
        enrichment: &Arc<C::Enrichment>,
    ) -> Result<Attempted<A>, CommandError<A::Error>> {
        let loaded = self.in_time(self.repository.load(&self.id)).await??;
        let stream = self.repository.stream(&self.id);
        if !self.is_own(&loaded)? {
            self.check_version(0)?;
            return Err(CommandError::NotFound { stream });
        }
        self.check_version(loaded.version)?;
        if A::CREATES && loaded.version > 0 {
            return Err(CommandError::AlreadyExists { stream });
        }
        let cx = self.context(loaded.version, Arc::clone(enrichment));
        match A::decide(loaded.state.as_ref(), self.command.clone(), &cx) {
            Ok(events) => self.accept(loaded, events, identity).await,
            Err(DecideError::NotFound) => Err(CommandError::NotFound { stream }),
            Err(DecideError::Refused(error)) => self.refuse(loaded, error, identity).await,
        }
    }

    /// Whether the aggregate is one of those that the command may be for; one that is not there yet is.
    fn is_own(&self, loaded: &Loaded<A>) -> Result<bool, CommandError<A::Error>> {
        match (&self.options.own, &loaded.state) {
            (Some(own), Some(state)) => {
                own.includes(|field, value| state.ruled_field_is(field, value)).map_err(CommandError::Encode)
            }
            _ => Ok(true),
        }
    }

    fn check_version(&self, actual: u64) -> Result<(), CommandError<A::Error>> {
        match self.options.expected_version {
            Some(expected) if expected != actual => {
                Err(CommandError::Conflict { stream: self.repository.stream(&self.id), expected, actual })
            }
            _ => Ok(()),
        }
    }

    fn context(&self, version: u64, enrichment: Arc<C::Enrichment>) -> Context<A, C::Enrichment> {
        Context {
            id: self.id.clone(),
            version,
            now: self.repository.clock().now(),
            command_id: self.command_id,
            metadata: Arc::clone(&self.metadata),
            config: Arc::clone(&self.dispatcher.config),
            enrichment,
        }
    }

    async fn accept(
        &self,
        loaded: Loaded<A>,
        decided: Events<A>,
        identity: Option<&Identity>,
    ) -> Result<Attempted<A>, CommandError<A::Error>> {
        let (version, nothing) = (loaded.version, decided.is_nothing());
        if nothing && identity.is_none() {
            let executed =
                Executed { id: self.id.clone(), version, position: None, events: Vec::new(), repeated: false };
            return Ok(Attempted::Answered(executed));
        }
        let answer = match decided.as_slice() {
            [] => ReceiptAnswer::Nothing { version },
            _ => ReceiptAnswer::Events { first: 0, last: 0 },
        };
        self.save(loaded, decided, identity, answer).await
    }

    async fn refuse(
        &self,
        loaded: Loaded<A>,
        error: A::Error,
        identity: Option<&Identity>,
    ) -> Result<Attempted<A>, CommandError<A::Error>> {
        let refusal = Refusal::from(error);
        if identity.is_some() {
            let error = json::encode(&refusal).map_err(CommandError::Encode)?;
            let answer = ReceiptAnswer::Refused { version: loaded.version, error };
            match self.save(loaded, Events::none(), identity, answer).await? {
                // The receipt of the refusal is kept, and the refusal stands.
                Attempted::Answered(Executed { repeated: false, .. }) => {}
                by_others => return Ok(by_others),
            }
        }
        Err(CommandError::Refused(refusal))
    }

    async fn save(
        &self,
        loaded: Loaded<A>,
        decided: Events<A>,
        identity: Option<&Identity>,
        answer: ReceiptAnswer,
    ) -> Result<Attempted<A>, CommandError<A::Error>> {
        let (events, claims) = decided.into_parts();
        let receipt: Option<Receipt> =
            identity.map(|identity| identity.receipt(self.repository.stream(&self.id), answer));
        let decision = Decision {
            events,
            claims,
            command_id: self.command_id,
            metadata: &self.metadata,
            receipt,
            deadline: self.deadline,
        };
        match (self.repository.save_decision(loaded, decision).await, identity) {
            (Ok(saved), _) => Ok(Attempted::Answered(Executed {
                id: self.id.clone(),
                version: saved.loaded.version,
                position: saved.events.last().map(|event| event.position),
                events: saved.events,
                repeated: false,
            })),
            (Err(SaveError::Append(AppendError::AlreadyAnswered(receipt))), Some(identity)) => {
                self.in_time(self.answer_again(identity, *receipt)).await?.map(Attempted::Answered)
            }
            (Err(SaveError::Append(AppendError::Conflict { stream, actual, .. })), _) => {
                match self.options.expected_version {
                    Some(expected) => Err(CommandError::Conflict { stream, expected, actual }),
                    None => Ok(Attempted::ChangedByOthers),
                }
            }
            (Err(error), _) => Err(CommandError::of_save(error)),
        }
    }

    /// What is done before anything is handed to the database to write, and so can be given up.
    async fn in_time<F: Future>(&self, future: F) -> Result<F::Output, CommandError<A::Error>> {
        match self.deadline {
            // What is ready at once would be taken however late it is.
            Some(deadline) if deadline <= Instant::now() => Err(CommandError::DeadlineExceeded),
            Some(deadline) => timeout_at(deadline, future).await.map_err(|_| CommandError::DeadlineExceeded),
            None => Ok(future.await),
        }
    }
}
