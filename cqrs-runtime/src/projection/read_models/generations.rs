//! Generations that do not serve: given up, and dropped.

use super::{ReadModels, StoreError};
use crate::store::{DeadLetter, Generation, GenerationKey, GenerationState, StateVerdict};

/// Why nothing has become of a generation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerationError {
    /// The database can't be read or written; [`StoreError::Serving`] where the generation serves.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such read model is listed.
    #[error("no read model `{name}` is listed")]
    NotListed {
        /// The name.
        name: String,
    },
    /// There is no such generation.
    #[error("`{name}` has no generation {number}")]
    NotFound {
        /// The read model.
        name: &'static str,
        /// The number of the generation.
        number: u32,
    },
}

impl ReadModels {
    /// Ends the rebuild of a read model, whichever process is at it, or going back to an earlier generation; which one is no
    /// longer built, if one was.
    ///
    /// What was built is dropped, and what served before stays kept. Who is at it ends with
    /// [`RebuildError::Cancelled`](super::RebuildError::Cancelled), or turns to other work.
    ///
    /// ```no_run
    /// # use cqrs_runtime::projection::{GenerationError, ReadModels};
    /// # async fn f(read_models: ReadModels) -> Result<(), GenerationError> {
    /// if let Some(given_up) = read_models.cancel_rebuild("account_summary").await? {
    ///     println!("generation {} is no longer built", given_up.number);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the database can't be written, or it has begun to serve meanwhile.
    pub async fn cancel_rebuild(&self, name: &str) -> Result<Option<GenerationKey>, GenerationError> {
        let (_, known) = self.known(name).await?;
        let model = self.model(name).ok_or_else(|| GenerationError::NotListed { name: name.to_owned() })?;
        let fingerprint = model.fingerprint();
        let building =
            |known: &Generation| known.fingerprint == *fingerprint && known.state == GenerationState::Building;
        let Some(building) = known.into_iter().find(building) else { return Ok(None) };
        let tables = self.store.tables()?;
        if building.served_at.is_none() {
            tables.drop_generation(&building.key).await?;
            return Ok(Some(building.key));
        }
        let (from, to) = (GenerationState::Building, GenerationState::Retired);
        let set = tables.set_state(&building.key, from, to).await?;
        Ok((set == StateVerdict::Set).then_some(building.key))
    }

    /// Drops a generation that does not serve, with all that belongs to it: one that is kept, one that is being built, or one
    /// that serves an older shape or version that no process uses any more.
    ///
    /// # Errors
    /// When it serves, or there is none; when the database can't be written.
    pub async fn drop_generation(&self, name: &str, number: u32) -> Result<(), GenerationError> {
        let (name, known) = self.known(name).await?;
        let found = known.into_iter().find(|known| known.key.number == number);
        let found = found.ok_or(GenerationError::NotFound { name, number })?;
        Ok(self.store.tables()?.drop_generation(&found.key).await?)
    }

    /// Drops all generations of a read model that are kept to go back to; which ones they were.
    ///
    /// # Errors
    /// When the database can't be written.
    pub async fn drop_kept(&self, name: &str) -> Result<Vec<GenerationKey>, GenerationError> {
        let (_, known) = self.known(name).await?;
        let mut dropped = Vec::new();
        for kept in known.into_iter().filter(|known| known.state == GenerationState::Retired) {
            self.store.tables()?.drop_generation(&kept.key).await?;
            dropped.push(kept.key);
        }
        Ok(dropped)
    }

    /// The events that are parked in a generation of a read model, in the order of the log.
    ///
    /// # Errors
    /// When there is no such generation; when the database can't be read.
    pub async fn letters_of(&self, name: &str, number: u32) -> Result<Vec<DeadLetter>, GenerationError> {
        let (name, known) = self.known(name).await?;
        let found = known.into_iter().find(|known| known.key.number == number);
        let found = found.ok_or(GenerationError::NotFound { name, number })?;
        Ok(self.store.tables()?.letters(&found.key).await?)
    }

    /// All generations of a read model, those of other programs too.
    async fn known(&self, name: &str) -> Result<(&'static str, Vec<Generation>), GenerationError> {
        let model = self.model(name).ok_or_else(|| GenerationError::NotListed { name: name.to_owned() })?;
        let name = model.name();
        Ok((name, self.store.tables()?.generations(name).await?))
    }
}
