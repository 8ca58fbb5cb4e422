//! Hearing of appends by other processes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use sea_orm::SqlxError;
use sea_orm::sqlx::ConnectOptions as _;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgListener, PgNotification, PgPool, PgPoolOptions};
use tokio::time::timeout;
use uuid::Uuid;

use super::notify::Notifier;
use super::pool::{conn_err, query_err};
use crate::store::{StoreError, Watch};

/// How long is waited for a notification to oneself; the log is polled meanwhile.
const PROBE: Duration = Duration::from_secs(5);

/// How a store comes to listen.
pub(super) struct Listening {
    server: PgConnectOptions,
    /// Whether the connection is kept by what may be between; the address says where it is not.
    kept: bool,
    connect_timeout: Duration,
    /// Whether it has been said that this does not work.
    said: AtomicBool,
}

/// Why notifications don't come.
#[derive(Debug, thiserror::Error)]
enum Deaf {
    #[error("the server refuses to let anybody listen")]
    Refused(#[source] StoreError),
    #[error("the address is of something between that keeps no connection to the server")]
    NotKept,
    #[error("no notification comes through: something between keeps no connection to the server")]
    Swallowed,
}

impl Listening {
    pub(super) fn new(server: PgConnectOptions, kept: bool, connect_timeout: Duration) -> Self {
        Self { server: server.disable_statement_logging(), kept, connect_timeout, said: AtomicBool::new(false) }
    }

    /// Listens over a connection of its own, where that works.
    pub(super) async fn begin(&self, notifier: &Notifier) -> Result<Option<Box<dyn Watch>>, StoreError> {
        let deaf = match self.listen(notifier).await? {
            Ok(listener) => return Ok(Some(Box::new(listener))),
            Err(deaf) => deaf,
        };
        if !self.said.swap(true, Ordering::Relaxed) {
            tracing::warn!(error = &deaf as &dyn std::error::Error, "appends of other processes are polled for");
        }
        Ok(None)
    }

    async fn listen(&self, notifier: &Notifier) -> Result<Result<Listener, Deaf>, StoreError> {
        if !self.kept {
            return Ok(Err(Deaf::NotKept));
        }
        let mut listener = self.connect(notifier).await?;
        let listening = listener.connection.listen(notifier.channel()).await;
        let deaf = match listening.map_err(|error| StoreError::from(query_err(error))) {
            Err(error) if error.is_retryable() => return Err(error),
            Err(error) => Deaf::Refused(error),
            Ok(()) if self.hears(&mut listener, notifier).await? => return Ok(Ok(listener)),
            Ok(()) => Deaf::Swallowed,
        };
        Box::new(listener).close().await;
        Ok(Err(deaf))
    }

    async fn connect(&self, notifier: &Notifier) -> Result<Listener, StoreError> {
        // The library's listener takes its connection from a pool.
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(self.connect_timeout)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(self.server.clone());
        let mut connection = PgListener::connect_with(&pool).await.map_err(conn_err)?;
        connection.eager_reconnect(false);
        Ok(Listener { connection, pool, own: notifier.payload().to_string(), patience: self.connect_timeout })
    }

    /// Whether a notification comes that is sent over another connection, as those of other processes are.
    async fn hears(&self, listener: &mut Listener, notifier: &Notifier) -> Result<bool, StoreError> {
        let probe = Uuid::now_v7();
        notifier.send(probe).await?;
        let heard = timeout(PROBE.min(self.connect_timeout), async {
            while listener.hear().await? != probe.to_string() {}
            Ok(())
        });
        heard.await.map_or(Ok(false), |heard| heard.map(|()| true))
    }
}

/// A connection that listens.
struct Listener {
    connection: PgListener,
    pool: PgPool,
    /// What this process sends itself: it knows of those appends.
    own: String,
    patience: Duration,
}

impl Listener {
    async fn hear(&mut self) -> Result<String, StoreError> {
        heard(self.connection.try_recv().await)
    }
}

type Received = Result<Option<PgNotification>, SqlxError>;

fn heard(received: Received) -> Result<String, StoreError> {
    match received {
        Ok(Some(notification)) => Ok(notification.payload().to_owned()),
        Ok(None) => Err(StoreError::Unreachable("the connection that listens was lost".into())),
        Err(error) => Err(query_err(error).into()),
    }
}

#[async_trait]
impl Watch for Listener {
    async fn appended(&mut self) -> Result<(), StoreError> {
        while self.hear().await? == self.own {}
        // What else has come needs no look of its own.
        while let Some(more) = self.connection.try_recv().now_or_never() {
            heard(more)?;
        }
        Ok(())
    }

    async fn close(self: Box<Self>) {
        let Self { connection, pool, patience, .. } = *self;
        drop(connection);
        // What a failing close leaves behind, the server takes away.
        let _ = timeout(patience, pool.close()).await;
    }
}
