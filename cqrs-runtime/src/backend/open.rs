//! Opening an event store by its address.

use super::sea_orm::{self, Options};
use crate::store::{EventStore, StoreError, WriterOptions};

impl EventStore {
    /// Opens the log at `url`, `sqlite://FILE` or `postgres://USER@HOST/DATABASE`, and migrates it to this program's
    /// schema. An SQLite file that does not exist is made.
    ///
    /// ```
    /// # use cqrs_runtime::store::EventStore;
    /// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = EventStore::open("sqlite://bank.db").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the address is none, the database can't be reached or made, was migrated by a newer program, lacks a table,
    /// or would give a position twice.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, &Options::default(), WriterOptions::default()).await
    }

    /// Opens the log at `url` with options for the database and for the sharing of transactions.
    ///
    /// # Errors
    /// As for [`EventStore::open`].
    pub async fn open_with(url: &str, options: &Options, writer: WriterOptions) -> Result<Self, StoreError> {
        // What opens it is large, and would be so in the futures of all who call this.
        Ok(Self::with_backend(Box::pin(sea_orm::open(url, options)).await?, writer))
    }
}
