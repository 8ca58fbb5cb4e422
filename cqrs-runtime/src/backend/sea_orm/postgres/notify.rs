//! Telling other processes of appends.

use std::sync::Arc;

use sea_orm::DbErr;
use tokio::sync::watch;
use uuid::Uuid;

use super::pool::Pool;

/// Sends notifications, one at a time: those that are due meanwhile become one.
///
/// They are sent behind the commit and over another connection: `NOTIFY` in the append's own transaction would let all
/// commits of the server that notify wait for each other, and the log's lock with them.
#[derive(Clone)]
pub(super) struct Notifier {
    pool: Arc<Pool>,
    channel: Arc<str>,
    /// By which this process knows its own.
    sender: Uuid,
    state: Arc<watch::Sender<State>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Sending,
    /// What is being sent may have come too early for the last append.
    Due,
}

impl Notifier {
    /// Tells of the log `log`.
    pub(super) fn new(pool: Arc<Pool>, log: Uuid) -> Self {
        let state = Arc::new(watch::Sender::new(State::Idle));
        Self { pool, channel: format!("cqrs_{}", log.simple()).into(), sender: Uuid::now_v7(), state }
    }

    /// The channel's name; each log of a server has one of its own.
    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    /// What this process sends on an append.
    pub(super) fn payload(&self) -> Uuid {
        self.sender
    }

    /// Tells all who listen, when it gets round to it.
    pub(super) fn notify(&self) {
        let mut idle = false;
        self.state.send_modify(|state| {
            idle = *state == State::Idle;
            *state = State::Due;
        });
        if idle {
            tokio::spawn(self.clone().work());
        }
    }

    /// Sends one notification now.
    pub(super) async fn send(&self, payload: Uuid) -> Result<(), DbErr> {
        self.pool.send(&format!("NOTIFY {}, '{payload}'", self.channel)).await
    }

    /// Waits until nothing is left to be sent.
    pub(super) async fn idle(&self) {
        // The sender is held by `self`, so that it can't be gone.
        let _ = self.state.subscribe().wait_for(|state| *state == State::Idle).await;
    }

    async fn work(self) {
        let mut sending = true;
        while sending {
            self.state.send_replace(State::Sending);
            if let Err(error) = self.send(self.payload()).await {
                tracing::debug!(error = &error as &dyn std::error::Error, "other processes are not told of an append");
            }
            self.state.send_modify(|state| {
                sending = *state == State::Due;
                if !sending {
                    *state = State::Idle;
                }
            });
        }
    }
}
