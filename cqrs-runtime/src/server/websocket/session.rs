use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::Executor;
use axum::extract::ws::{Message, WebSocket};
use axum::http::HeaderMap;
use futures_util::FutureExt;
use serde_json::{Map, Value};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout, timeout_at};

use super::super::answer::Answer;
use super::super::document::Parameters;
use super::super::drain::Open;
use super::super::refusal::Refusal;
use super::super::shared::Shared;
use super::close::Close;
use super::message::{self, ClientMessage};
use super::operations::{Operations, Said};
use crate::principal::Principal;

/// One socket, from its opening to its end.
///
/// One task does everything: while the socket takes no more, it neither asks operations for answers nor reads what the
/// client sends, so that a slow reader costs one answer per operation at most.
pub(super) struct Session<E> {
    pub(super) shared: Arc<Shared<E>>,
    pub(super) headers: HeaderMap,
    pub(super) socket: WebSocket,
}

/// A socket that was acknowledged.
struct Acknowledged {
    principal: Principal,
    operations: Operations,
    ping: Interval,
    /// Whether the client has been heard of since the last ping.
    heard: bool,
    draining: bool,
}

impl<E: Executor> Session<E> {
    pub(super) async fn run(mut self, mut open: Open) {
        let close = match self.acknowledge(&mut open).await {
            Ok(principal) => self.serve(principal, &mut open).await,
            Err(close) => close,
        };
        close.tell(self.socket).await;
    }

    /// Until the client has introduced itself.
    async fn acknowledge(&mut self, open: &mut Open) -> Result<Principal, Close> {
        let deadline = Instant::now() + self.shared.options.sockets.init_timeout;
        loop {
            let received = tokio::select! {
                () = open.draining() => return Err(Close::GoingAway),
                received = timeout_at(deadline, receive(&mut self.socket)) => received.map_err(|_| Close::InitTimeout)??,
            };
            match received {
                Some(ClientMessage::ConnectionInit { payload }) => {
                    let principal = identify(&self.shared, &self.headers, payload).await?;
                    self.send(message::ack()).await?;
                    return Ok(principal);
                }
                Some(ClientMessage::Ping { payload }) => self.send(message::pong(payload)).await?,
                Some(ClientMessage::Subscribe { .. }) => return Err(Close::Unauthorized),
                Some(ClientMessage::Pong { .. } | ClientMessage::Complete { .. }) | None => {}
            }
        }
    }

    async fn serve(&mut self, principal: Principal, open: &mut Open) -> Close {
        let every = self.shared.options.sockets.ping_interval;
        let mut ping = interval_at(Instant::now() + every, every);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let operations = Operations::default();
        let mut state = Acknowledged { principal, operations, ping, heard: true, draining: false };
        loop {
            if let Err(close) = self.step(&mut state, open).await {
                return close;
            }
        }
    }

    async fn step(&mut self, state: &mut Acknowledged, open: &mut Open) -> Result<(), Close> {
        if state.draining && state.operations.awaited() == 0 {
            return Err(Close::GoingAway);
        }
        tokio::select! {
            biased;
            () = open.draining(), if !state.draining => state.draining = true,
            received = receive(&mut self.socket) => {
                state.heard = true;
                if let Some(received) = received? {
                    self.handle(received, state).await?;
                }
            }
            _ = state.ping.tick() => {
                if !std::mem::take(&mut state.heard) {
                    return Err(Close::Gone);
                }
                self.write(Message::Ping(axum::body::Bytes::new())).await?;
            }
            said = state.operations.next() => {
                self.send(match said {
                    Said::Answer(id, answer) => message::answer(&id, &answer),
                    Said::Complete(id) => message::complete(&id),
                })
                .await?;
            }
        }
        Ok(())
    }

    async fn handle(&mut self, received: ClientMessage, state: &mut Acknowledged) -> Result<(), Close> {
        match received {
            ClientMessage::ConnectionInit { .. } => return Err(Close::TooManyInits),
            ClientMessage::Ping { payload } => self.send(message::pong(payload)).await?,
            ClientMessage::Pong { .. } => {}
            ClientMessage::Complete { id } => state.operations.stop(&id),
            ClientMessage::Subscribe { id, .. } if state.operations.contains(&id) => return Err(Close::Duplicate(id)),
            ClientMessage::Subscribe { id, payload } => {
                if let Err(refusal) = self.start(&id, *payload, state) {
                    self.send(message::answer(&id, &Answer::Refused(refusal))).await?;
                }
            }
        }
        Ok(())
    }

    fn start(&self, id: &str, parameters: Parameters, state: &mut Acknowledged) -> Result<(), Refusal> {
        let maximum = self.shared.options.sockets.subscriptions;
        if state.operations.len() >= maximum {
            return Err(Refusal::TooManySubscriptions(maximum));
        }
        if state.draining {
            return Err(Refusal::Unavailable);
        }
        let operation = self.shared.prepare(parameters)?;
        let endless = operation.kind == async_graphql::parser::types::OperationType::Subscription;
        let answers = self.shared.stream(operation, state.principal.clone());
        state.operations.start(id.to_owned(), answers, endless);
        Ok(())
    }

    async fn send(&mut self, text: String) -> Result<(), Close> {
        self.write(Message::Text(text.into())).await
    }

    /// A client that does not take it within the time limit is cut off.
    async fn write(&mut self, message: Message) -> Result<(), Close> {
        let written = timeout(self.shared.options.write_timeout, self.socket.send(message)).await;
        written.map_err(|_| Close::Gone)?.map_err(|_| Close::Gone)
    }
}

async fn identify<E: Executor>(
    shared: &Shared<E>,
    headers: &HeaderMap,
    payload: Option<Map<String, Value>>,
) -> Result<Principal, Close> {
    let payload = payload.map(Value::Object);
    let identified = AssertUnwindSafe(shared.identify(headers, payload.as_ref())).catch_unwind();
    match timeout(shared.options.request_timeout, identified).await {
        Ok(Ok(Ok(principal))) => Ok(principal),
        Ok(Ok(Err(Refusal::Unauthenticated(_)))) => Err(Close::Unauthorized),
        Ok(Ok(Err(Refusal::Unavailable))) | Err(_) => Err(Close::TryAgainLater),
        Ok(Ok(Err(_)) | Err(_)) => Err(Close::InternalError),
    }
}

/// What the client says next; nothing where it was about the socket alone. It is safe to drop.
async fn receive(socket: &mut WebSocket) -> Result<Option<ClientMessage>, Close> {
    match socket.recv().await {
        Some(Ok(Message::Text(text))) => {
            let parsed = serde_json::from_str(text.as_str());
            parsed.map(Some).map_err(|_| Close::InvalidMessage("Invalid message"))
        }
        Some(Ok(Message::Binary(_))) => Err(Close::InvalidMessage("A message is text")),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(_))) | None => Err(Close::Gone),
        Some(Err(error)) => Err(broken(&error)),
    }
}

/// What is wrong with what can't be read. The socket may still be written to.
///
/// The error's type is that of a crate which axum does not show, in a version of axum's choice: its text is what there is.
fn broken(error: &axum::Error) -> Close {
    let text = error.to_string();
    if text.starts_with("Space limit exceeded") {
        Close::TooBig
    } else if text.starts_with("UTF-8 encoding error") {
        Close::InvalidText
    } else {
        Close::Gone
    }
}
