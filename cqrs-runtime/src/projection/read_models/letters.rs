//! What was not projected, and what is to become of it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::super::Sequence;
use super::super::engine::EngineError;
use super::helper::Helper;
use super::model::Model;
use super::{ReadModels, StoreError};
use crate::store::pause::Pause;
use crate::store::{DeadLetter, Generation, GenerationKey, LetterRequest};

/// The longest pause between two looks at what has become of a request.
const LONGEST: Duration = Duration::from_millis(250);

/// Why parked events can't be listed, retried or discarded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LettersError {
    /// The database can't be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such read model is listed.
    #[error("no read model `{name}` is listed")]
    NotListed {
        /// The name.
        name: String,
    },
    /// No event of the sequence is parked.
    #[error("no event of the sequence `{sequence}` of `{name}` is parked")]
    NotParked {
        /// The read model.
        name: &'static str,
        /// The sequence.
        sequence: String,
    },
    /// Sequences of several tenants are called so.
    #[error("several sequences of `{name}` are called `{sequence}`: name one by its number, of {numbers:?}")]
    Ambiguous {
        /// The read model.
        name: &'static str,
        /// What they are called.
        sequence: String,
        /// Their hashes.
        numbers: Vec<i64>,
    },
    /// Nobody has tried them in time; the request stands.
    #[error("{letters} parked events of the sequence `{sequence}` of `{name}` have not been tried in time")]
    NotTried {
        /// The read model.
        name: &'static str,
        /// The sequence.
        sequence: String,
        /// How many of its events are parked.
        letters: usize,
        /// What has kept this process from it, where it is at work.
        source: Option<Arc<EngineError>>,
    },
}

impl ReadModels {
    /// The events that a read model has not projected, in the order of the log: those that failed, with the reason, and
    /// those behind them in their sequences.
    ///
    /// # Errors
    /// When the database can't be read, or no such read model is listed.
    pub async fn letters(&self, name: &str) -> Result<Vec<DeadLetter>, LettersError> {
        match self.filled(&**self.of_letters(name)?).await? {
            Some(generation) => Ok(self.store.tables()?.letters(&generation.key).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Tries the parked events of a sequence again, in order and up to the first that fails; what is left of them.
    ///
    /// The sequence is named by [`DeadLetter::sequence_key`], or by the number that is its hash. The worker that has it
    /// does the work; where none is alive, this process takes the read model on meanwhile.
    ///
    /// # Errors
    /// When the database can't be written, no such read model is listed, none of the sequence's events is parked, or nobody
    /// has tried them within `limit`.
    pub async fn retry(&self, name: &str, sequence: &str, limit: Duration) -> Result<Vec<DeadLetter>, LettersError> {
        self.ask(name, sequence, LetterRequest::Retry, limit).await
    }

    /// Leaves the first parked event of a sequence out for good, and tries the others again; what is left of them.
    ///
    /// # Errors
    /// As [`retry`](Self::retry).
    pub async fn discard(&self, name: &str, sequence: &str, limit: Duration) -> Result<Vec<DeadLetter>, LettersError> {
        self.ask(name, sequence, LetterRequest::Discard, limit).await
    }

    async fn ask(
        &self,
        name: &str,
        sequence: &str,
        request: LetterRequest,
        limit: Duration,
    ) -> Result<Vec<DeadLetter>, LettersError> {
        let model = self.of_letters(name)?;
        let (name, sequence) = (model.name(), sequence.to_owned());
        let parked = match self.filled(&**model).await? {
            Some(generation) => Some((self.store.tables()?.letters(&generation.key).await?, generation.key)),
            None => None,
        };
        let Some((letters, key)) = parked else { return Err(LettersError::NotParked { name, sequence }) };
        let hash = hash_of(name, &sequence, &letters)?;
        let before: Vec<DeadLetter> = letters.into_iter().filter(|letter| letter.sequence == hash).collect();
        let mut helper = Helper::of(self, model);
        let asked = self.ask_until_tried(&key, &before, request, &mut helper);
        let asked = timeout(limit, asked).await;
        helper.stop().await;
        let in_time = asked.map_err(|_| {
            let source = model.local().last_error();
            LettersError::NotTried { name, sequence, letters: before.len(), source }
        });
        Ok(in_time??)
    }

    /// Asks until the letters have been tried: a request may meet an automatic retry, and go under in it.
    async fn ask_until_tried(
        &self,
        key: &GenerationKey,
        before: &[DeadLetter],
        request: LetterRequest,
        helper: &mut Helper<'_>,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        let (tables, mut pause) = (self.store.tables()?, Pause::up_to(LONGEST));
        let Some(first) = before.first() else { return Ok(Vec::new()) };
        loop {
            let letters = tables.letters(key).await?;
            let (left, others): (Vec<_>, Vec<_>) =
                letters.into_iter().partition(|letter| letter.sequence == first.sequence);
            let stands = left.first().is_some_and(|letter| letter.position == first.position);
            if is_tried(before, &left, &others) && !(stands && request == LetterRequest::Discard) {
                return Ok(left);
            }
            // Once the first one is gone, the others follow by themselves.
            if stands && left.iter().all(|letter| letter.request.is_none()) {
                tables.request(key, first.sequence, first.position, request).await?;
            }
            helper.help(key).await?;
            pause.wait().await;
        }
    }

    fn of_letters(&self, name: &str) -> Result<&Arc<dyn Model>, LettersError> {
        self.model(name).ok_or_else(|| LettersError::NotListed { name: name.to_owned() })
    }

    /// The generation that serves, or the one that is being built where none does.
    async fn filled(&self, model: &dyn Model) -> Result<Option<Generation>, StoreError> {
        Ok(self.generations(model).await?.into_iter().next())
    }
}

/// Whether what is left of a sequence's letters has been tried since, as far as it can be.
fn is_tried(before: &[DeadLetter], left: &[DeadLetter], others: &[DeadLetter]) -> bool {
    let Some(first) = left.first() else { return true };
    let attempts: HashMap<u64, u32> = before.iter().map(|letter| (letter.position, letter.attempts)).collect();
    first.attempts > attempts.get(&first.position).copied().unwrap_or(0) || is_held(first, others)
}

/// Whether a letter waits for an event of which nobody knows its sequence.
fn is_held(letter: &DeadLetter, others: &[DeadLetter]) -> bool {
    let unknown = Sequence::unknown(&letter.stream.tenant).hash();
    others.iter().any(|other| other.sequence == unknown && other.position < letter.position)
}

fn hash_of(name: &'static str, sequence: &str, letters: &[DeadLetter]) -> Result<i64, LettersError> {
    let is_called = |letter: &&DeadLetter| letter.sequence_key == sequence;
    let called: BTreeSet<i64> = letters.iter().filter(is_called).map(|letter| letter.sequence).collect();
    let numbered = letters.iter().map(|letter| letter.sequence).find(|hash| hash.to_string() == sequence);
    match (numbered, called.first(), called.len()) {
        (Some(hash), _, _) | (None, Some(&hash), 1) => Ok(hash),
        (None, None, _) => Err(LettersError::NotParked { name, sequence: sequence.to_owned() }),
        (None, Some(_), _) => {
            let numbers = called.into_iter().collect();
            Err(LettersError::Ambiguous { name, sequence: sequence.to_owned(), numbers })
        }
    }
}
