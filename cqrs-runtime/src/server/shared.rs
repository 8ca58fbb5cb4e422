use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use async_graphql::{Executor, Request};
use axum::http::HeaderMap;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use tokio::time::Instant;

use super::answer::Answer;
use super::authenticate::{Authenticate, AuthenticationError, Credentials};
use super::document::{Operation, Parameters};
use super::drain::Drain;
use super::health::Checks;
use super::metrics::{Counted, Gauge, Metrics, Outcome};
use super::options::ServerOptions;
use super::order::Order;
use super::persisted::PersistedQueries;
use super::refusal::Refusal;
use crate::access::DenyByDefault;
use crate::principal::Principal;

/// What all requests of a server share.
pub(super) struct Shared<E> {
    pub(super) schema: E,
    pub(super) options: ServerOptions,
    /// Without, nobody is known, and what says nothing of who may is granted to all.
    pub(super) authenticate: Option<Box<dyn Authenticate>>,
    pub(super) checks: Checks,
    pub(super) persisted: Option<PersistedQueries>,
    pub(super) metrics: Arc<Metrics>,
    /// What `/metrics` appends to its own text.
    pub(super) more_metrics: Vec<Box<dyn Fn() -> String + Send + Sync>>,
    pub(super) drain: Drain,
}

impl<E: Executor> Shared<E> {
    /// Who asks.
    pub(super) async fn identify(
        &self,
        headers: &HeaderMap,
        payload: Option<&serde_json::Value>,
    ) -> Result<Principal, Refusal> {
        let Some(authenticate) = &self.authenticate else { return Ok(Principal::default()) };
        match authenticate.authenticate(Credentials { headers, payload }).await {
            Ok(principal) => Ok(principal.unwrap_or_default()),
            Err(AuthenticationError::Refused { reason }) => Err(Refusal::Unauthenticated(reason)),
            Err(AuthenticationError::Unavailable) => Err(Refusal::Unavailable),
        }
    }

    /// A request as that of somebody.
    fn asked_by(&self, request: Request, principal: Principal) -> Request {
        let request = request.data(principal);
        if self.authenticate.is_some() { request.data(DenyByDefault) } else { request }
    }

    /// A request's operation, within the limits.
    pub(super) fn prepare(&self, parameters: Parameters) -> Result<Operation, Refusal> {
        let began = Instant::now();
        let prepared = Operation::prepare(parameters, &self.options, self.persisted.as_ref());
        if prepared.is_err() {
            self.metrics.record(None, Outcome::Refused, began.elapsed());
        }
        prepared
    }

    /// Runs a query or a mutation, until a deadline.
    pub(super) async fn execute(&self, operation: Operation, principal: Principal, deadline: Instant) -> Answer {
        let Operation { request, kind, order } = operation;
        let began = Instant::now();
        let execution = AssertUnwindSafe(self.schema.execute(self.asked_by(request, principal))).catch_unwind();
        let answer = match tokio::time::timeout_at(deadline, execution).await {
            Ok(Ok(response)) => self.answer(response, &order),
            Ok(Err(_panic)) => Answer::Refused(Refusal::Internal),
            Err(_elapsed) if kind == OperationType::Mutation => Answer::Refused(Refusal::Indeterminate),
            Err(_elapsed) => Answer::Refused(Refusal::Timeout),
        };
        self.metrics.record(Some(kind), outcome(&answer), began.elapsed());
        answer
    }

    /// Runs an operation of any kind as a stream of answers: one of a query or a mutation, as many as there are of a
    /// subscription. Nothing happens unless it is polled.
    pub(super) fn stream(self: &Arc<Self>, operation: Operation, principal: Principal) -> BoxStream<'static, Answer> {
        if operation.kind == OperationType::Subscription {
            return self.subscribe(self.asked_by(operation.request, principal), operation.order);
        }
        let shared = Arc::clone(self);
        let counted = Counted::new(Arc::clone(&self.metrics), subscriptions);
        let answer = async move {
            let _counted = counted;
            let deadline = Instant::now() + shared.options.request_timeout;
            shared.execute(operation, principal, deadline).await
        };
        futures_util::stream::once(answer).boxed()
    }

    fn subscribe(self: &Arc<Self>, request: Request, order: Order) -> BoxStream<'static, Answer> {
        let shared = Arc::clone(self);
        let open = Subscription {
            began: Instant::now(),
            outcome: Outcome::Ok,
            counted: Counted::new(Arc::clone(&self.metrics), subscriptions),
        };
        let answers = AssertUnwindSafe(self.schema.execute_stream(request, None)).catch_unwind();
        let answers = answers.scan(open, move |open, response| {
            let answer = match response {
                Ok(response) => shared.answer(response, &order),
                Err(_panic) => Answer::Refused(Refusal::Internal),
            };
            open.outcome = outcome(&answer);
            std::future::ready(Some(answer))
        });
        answers.boxed()
    }

    fn answer(&self, mut response: async_graphql::Response, order: &Order) -> Answer {
        if !response.errors.is_empty() {
            order.complete(&mut response.data);
        }
        order.apply(&mut response.data);
        Answer::of(response, self.options.suggestions)
    }
}

/// A subscription that is open; what became of it is recorded when it ends, or its client leaves.
struct Subscription {
    began: Instant,
    outcome: Outcome,
    counted: Counted,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.counted.metrics().record(Some(OperationType::Subscription), self.outcome, self.began.elapsed());
    }
}

fn subscriptions(metrics: &Metrics) -> &Gauge {
    &metrics.subscriptions
}

fn outcome(answer: &Answer) -> Outcome {
    match answer {
        Answer::Executed(response) if response.errors.is_empty() => Outcome::Ok,
        Answer::Executed(_) => Outcome::Errors,
        Answer::Refused(Refusal::Timeout | Refusal::Indeterminate) => Outcome::Timeout,
        Answer::Refused(_) | Answer::Invalid(_) => Outcome::Refused,
    }
}
