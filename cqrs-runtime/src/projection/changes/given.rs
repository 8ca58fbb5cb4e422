use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many keys are kept in mind.
pub(super) const MOST: usize = 100_000;

/// Of which rows the consumer has been told, by the hashes of their keys.
///
/// Two keys of one hash could have the leaving of one told that was never there, or that of the second one kept quiet: one in
/// 10^14 changes, at the very most.
#[derive(Debug, Default)]
pub(super) struct Given {
    keys: HashSet<u64>,
    hasher: RandomState,
}

impl Given {
    /// Takes note of a key; false where there are too many.
    pub(super) fn insert(&mut self, key: &impl Hash) -> bool {
        self.keys.insert(self.hasher.hash_one(key));
        self.keys.len() <= MOST
    }

    /// Forgets a key; whether it was there.
    pub(super) fn remove(&mut self, key: &impl Hash) -> bool {
        self.keys.remove(&self.hasher.hash_one(key))
    }

    pub(super) fn clear(&mut self) {
        self.keys.clear();
    }
}

/// What the consumer has, as a feed knows it and who asks for rows beside it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<Mutex<Given>>);

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Given> {
        // Nothing panics while it is held but the hash of a key.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
