//! Where the tables are of what serves.

use std::fmt;
use std::marker::PhantomData;

use super::super::{ProjectionTable, TransactionalProjection};
use super::{QueryError, ReadModels};
use crate::store::{GenerationKey, GenerationState};

/// The tables of a projection with a transaction that serve; see [`ReadModels::serving`].
pub struct Serving<P> {
    generation: GenerationKey,
    of: PhantomData<fn() -> P>,
}

impl<P> Serving<P> {
    /// The name of a table in the database, to be put into statements as it is.
    #[must_use]
    pub fn table(&self, table: ProjectionTable<P>) -> String {
        self.generation.table(table.view())
    }

    /// The generation.
    #[must_use]
    pub fn generation(&self) -> &GenerationKey {
        &self.generation
    }
}

impl<P> fmt::Debug for Serving<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serving").field("generation", &self.generation).finish()
    }
}

impl ReadModels {
    /// The tables of a projection that serve now, of this program's shape of it: for SQL that the views can't answer, such as a
    /// search in an index of SQLite's FTS5. They are there until the generation is dropped.
    ///
    /// # Errors
    /// [`QueryError::Store`] with [`NotServed`](crate::store::StoreError::NotServed) when none does; when the database can't be
    /// read.
    pub async fn serving<P: TransactionalProjection>(&self) -> Result<Serving<P>, QueryError> {
        let model = self.model(P::NAME).ok_or(QueryError::NotListed { table: P::NAME })?;
        let known = self.generations(&**model).await?;
        let serving = known.into_iter().find(|known| known.state == GenerationState::Serving);
        let not_served = || crate::store::StoreError::NotServed { projection: P::NAME.to_owned() };
        Ok(Serving { generation: serving.ok_or_else(not_served)?.key, of: PhantomData })
    }
}
