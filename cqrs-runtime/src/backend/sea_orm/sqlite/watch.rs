//! Asking the file whether another connection has changed it.

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::DatabaseConnection;
use tokio::time::sleep;

use super::super::statement::number;
use crate::store::{StoreError, Waiting, Watch};

/// Another number whenever another connection has committed; no table is read for it.
const DATA_VERSION: &str = "PRAGMA data_version";

/// The shortest time between two questions.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

/// Compares the version of the file's data with the last one, as one connection has seen them.
pub(super) struct DataVersion {
    connection: DatabaseConnection,
    interval: Duration,
    waiting: Waiting,
    last: i64,
}

impl DataVersion {
    pub(super) async fn new(
        connection: DatabaseConnection,
        interval: Duration,
        waiting: Waiting,
    ) -> Result<Self, StoreError> {
        let last = number(&connection, DATA_VERSION).await?;
        Ok(Self { connection, interval: interval.max(SHORTEST_INTERVAL), waiting, last })
    }
}

#[async_trait]
impl Watch for DataVersion {
    async fn appended(&mut self) -> Result<(), StoreError> {
        loop {
            self.waiting.somebody().await;
            let version = number(&self.connection, DATA_VERSION).await?;
            if std::mem::replace(&mut self.last, version) != version {
                return Ok(());
            }
            sleep(self.interval).await;
        }
    }

    async fn close(self: Box<Self>) {
        // What a failing close leaves behind, the end of the process takes away.
        let _ = self.connection.close_by_ref().await;
    }
}
