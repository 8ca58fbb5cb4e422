//! Tables of read models on the server.

mod generation;
mod spelling;
mod write;

use std::time::Duration;

use async_trait::async_trait;

use self::spelling::Postgres;
use super::super::tables;
use super::PostgresBackend;
use crate::column::Numbers;
use crate::store::{
    AdvanceVerdict, ChangeCounts, ChangesQuery, Compare, Compared, DeadLetter, Dialect, Discard, Generation,
    GenerationKey, GenerationState, LetterRequest, NewGeneration, RowBatch, Select, Selected, StateVerdict, StoreError,
    SwapVerdict, TableShape, Tables, ToldChanges, Transaction, Wanted,
};

#[async_trait]
impl Tables for PostgresBackend {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn numbers(&self) -> Numbers {
        Numbers::Exact
    }

    async fn generations(&self, projection: &str) -> Result<Vec<Generation>, StoreError> {
        tables::generations::<Postgres>(&*self.readers, projection).await
    }

    async fn create_generation(&self, new: &NewGeneration<'_>) -> Result<Generation, StoreError> {
        generation::create(&self.workers, new).await
    }

    async fn swap(&self, generation: &GenerationKey, accepts_parked: bool) -> Result<SwapVerdict, StoreError> {
        generation::swap(&self.workers, generation, accepts_parked).await
    }

    async fn standing(&self, generation: &GenerationKey) -> Result<SwapVerdict, StoreError> {
        tables::standing(&*self.readers, generation::STANDING, generation).await
    }

    async fn set_state(
        &self,
        generation: &GenerationKey,
        from: GenerationState,
        to: GenerationState,
    ) -> Result<StateVerdict, StoreError> {
        generation::set_state(&self.workers, generation, from, to).await
    }

    async fn drop_generation(&self, generation: &GenerationKey) -> Result<(), StoreError> {
        generation::remove(&self.workers, generation).await
    }

    async fn load(&self, table: &TableShape, wanted: &Wanted) -> Result<String, StoreError> {
        tables::load::<Postgres>(&*self.readers, table, wanted).await
    }

    async fn write(&self, batch: &RowBatch<'_>) -> Result<AdvanceVerdict, StoreError> {
        write::write(&self.workers, batch).await
    }

    async fn begin_batch(&self, lasts: Duration) -> Result<Box<dyn Transaction>, StoreError> {
        self.transactions.unfenced(lasts).await
    }

    async fn write_in(
        &self,
        transaction: Box<dyn Transaction>,
        batch: &RowBatch<'_>,
    ) -> Result<AdvanceVerdict, StoreError> {
        write::write_in(self, transaction, batch).await
    }

    async fn select(&self, select: &Select<'_>) -> Result<Selected, StoreError> {
        tables::select::<Postgres>(&*self.readers, &self.serving, select).await
    }

    async fn changes(&self, query: &ChangesQuery<'_>) -> Result<ToldChanges, StoreError> {
        tables::changes::<Postgres>(&*self.readers, query).await
    }

    async fn count_changes(&self) -> Result<ChangeCounts, StoreError> {
        tables::count_changes(&*self.readers).await
    }

    async fn compare(&self, compare: &Compare<'_>) -> Result<Compared, StoreError> {
        tables::compare::<Postgres>(&*self.readers, compare).await
    }

    async fn letters(&self, generation: &GenerationKey) -> Result<Vec<DeadLetter>, StoreError> {
        tables::letters::<Postgres>(&*self.readers, generation).await
    }

    async fn discards(&self, projection: &str) -> Result<Vec<Discard>, StoreError> {
        tables::discards(&*self.readers, projection).await
    }

    async fn request(
        &self,
        generation: &GenerationKey,
        sequence: i64,
        first: u64,
        request: LetterRequest,
    ) -> Result<u64, StoreError> {
        tables::request(&self.workers, generation, sequence, first, request).await
    }
}
