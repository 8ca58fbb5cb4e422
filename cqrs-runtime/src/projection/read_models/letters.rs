//! What was not projected, and what is to become of it.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{ReadModels, StoreError, WaitError};
use crate::store::{DeadLetter, Generation, GenerationState, LetterRequest};

/// The pause between two looks at what has become of a request.
const PAUSE: Duration = Duration::from_millis(20);

impl ReadModels {
    /// The events that a read model has not projected, in the order of the log: those that failed, with the reason, and
    /// those behind them in their sequences.
    ///
    /// # Errors
    /// When the database can't be read, or no such read model is listed.
    pub async fn letters(&self, name: &str) -> Result<Vec<DeadLetter>, WaitError> {
        match self.filled(name).await? {
            Some(generation) => Ok(self.store.tables()?.letters(&generation.key).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Has the letters of a sequence tried again in order, or the first of them left out for good; what is left of them.
    ///
    /// The worker that has the sequence does it. Where none is at work, this process takes the work on meanwhile.
    ///
    /// # Errors
    /// When the database can't be written, no such read model is listed, or nobody has done it in time.
    pub async fn settle(
        &self,
        name: &str,
        sequence: i64,
        request: LetterRequest,
        limit: Duration,
    ) -> Result<Vec<DeadLetter>, WaitError> {
        let Some(generation) = self.filled(name).await? else { return Ok(Vec::new()) };
        let tables = self.store.tables()?;
        if tables.request(&generation.key, sequence, request).await? == 0 {
            return Ok(Vec::new());
        }
        let running = self.start();
        let deadline = Instant::now() + limit;
        let left = loop {
            let mut left = tables.letters(&generation.key).await?;
            left.retain(|letter| letter.sequence == sequence);
            if left.iter().all(|letter| letter.request.is_none()) {
                break Ok(left);
            }
            if Instant::now() >= deadline {
                let name = generation.key.projection.clone();
                break Err(WaitError::Unsettled { name, letters: left.len() });
            }
            sleep(PAUSE).await;
        };
        running.stop().await;
        left
    }

    /// The generation that serves, or the one that is being built where none does.
    async fn filled(&self, name: &str) -> Result<Option<Generation>, WaitError> {
        let model = self.model(name).ok_or_else(|| WaitError::NotListed { name: name.to_owned() })?;
        let generations: Result<_, StoreError> = self.generations(&**model).await;
        let mut generations = generations?;
        let serving = generations.iter().position(|known| known.state == GenerationState::Serving).unwrap_or(0);
        Ok((!generations.is_empty()).then(|| generations.swap_remove(serving)))
    }
}
