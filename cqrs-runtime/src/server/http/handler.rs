use std::sync::Arc;

use async_graphql::Executor;
use async_graphql::parser::types::OperationType;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use futures_util::future::join_all;
use tokio::time::{Instant, timeout_at};

use super::super::answer::Answer;
use super::super::document::{Operation, Parameters};
use super::super::refusal::Refusal;
use super::super::shared::Shared;
use super::super::{events, graphiql, websocket};
use super::accept::{Accepted, Media};
use super::{read, write};
use crate::principal::Principal;

/// Everything that `/graphql` answers.
pub(in super::super) async fn graphql<E: Executor>(State(shared): State<Arc<Shared<E>>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    if websocket::is_asked_for(&parts) {
        return websocket::upgrade(shared, &mut parts).await;
    }
    let accepted = Accepted::of(&parts.headers);
    let is_for_people = parts.method == Method::GET && accepted.best() == Some(Media::Html);
    if shared.options.graphiql && is_for_people && !has_query(&parts) {
        return graphiql::page();
    }
    let deadline = Instant::now() + shared.options.request_timeout;
    let media = accepted.json();
    let exchange = Exchange { shared, accepted, media, deadline };
    match exchange.answer(&parts, body).await {
        Ok(response) => response,
        Err(refusal) => {
            let allow = matches!(refusal, Refusal::MethodNotAllowed(_));
            let mut response = write::single(&refusal.into(), media);
            if allow {
                let allowed = if parts.method == Method::GET { "POST" } else { "GET, POST" };
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
            }
            response
        }
    }
}

fn has_query(parts: &Parts) -> bool {
    parts.uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("query=")))
}

/// One HTTP request.
struct Exchange<E> {
    shared: Arc<Shared<E>>,
    accepted: Accepted,
    media: Media,
    deadline: Instant,
}

impl<E: Executor> Exchange<E> {
    async fn answer(&self, parts: &Parts, body: axum::body::Body) -> Result<Response, Refusal> {
        let limits = &self.shared.options.limits;
        match parts.method {
            Method::GET => {
                let principal = self.principal(parts).await?;
                let parameters = read::from_query(parts.uri.query(), limits)?;
                self.single(parameters, principal, true).await
            }
            Method::POST => {
                read::check_content_type(&parts.headers)?;
                let principal = self.principal(parts).await?;
                let body = timeout_at(self.deadline, read::body(&parts.headers, body, limits)).await;
                match read::posted(&body.map_err(|_| Refusal::Timeout)??, limits)? {
                    read::Posted::Single(parameters) => self.single(*parameters, principal, false).await,
                    read::Posted::Batch(batch) => Ok(self.batch(batch, &principal).await),
                }
            }
            _ => Err(Refusal::MethodNotAllowed("ask by GET or POST")),
        }
    }

    /// Before anything of a body is read.
    async fn principal(&self, parts: &Parts) -> Result<Principal, Refusal> {
        if !(self.accepted.accepts(Media::Response)
            || self.accepted.accepts(Media::Json)
            || self.accepted.accepts(Media::Events))
        {
            return Err(Refusal::NotAcceptable);
        }
        let identified = timeout_at(self.deadline, self.shared.identify(&parts.headers, None)).await;
        identified.map_err(|_| Refusal::Timeout)?
    }

    async fn single(&self, parameters: Parameters, principal: Principal, is_get: bool) -> Result<Response, Refusal> {
        let operation = self.shared.prepare(parameters)?;
        if is_get && operation.kind == OperationType::Mutation {
            return Err(Refusal::MethodNotAllowed("a mutation is asked by POST"));
        }
        let wants_events = self.accepted.best() == Some(Media::Events);
        if wants_events || (operation.kind == OperationType::Subscription && self.accepted.accepts(Media::Events)) {
            return events::respond(&self.shared, operation, principal);
        }
        Ok(write::single(&self.execute(operation, principal).await, self.media))
    }

    async fn execute(&self, operation: Operation, principal: Principal) -> Answer {
        if operation.kind == OperationType::Subscription {
            return Answer::Refused(Refusal::NeedsStream);
        }
        self.shared.execute(operation, principal, self.deadline).await
    }

    /// The requests of a batch run at the same time, each for itself.
    async fn batch(&self, batch: Vec<Result<Parameters, Refusal>>, principal: &Principal) -> Response {
        let answers = batch.into_iter().map(async |parameters| {
            match parameters.and_then(|parameters| self.shared.prepare(parameters)) {
                Ok(operation) => self.execute(operation, principal.clone()).await,
                Err(refusal) => Answer::Refused(refusal),
            }
        });
        write::batch(&join_all(answers).await, self.media)
    }
}
