use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

/// How many keys are kept in mind.
pub(super) const MOST: usize = 100_000;

/// Of which rows the consumer has been told, by the hashes of their keys.
///
/// Two keys of one hash could have the leaving of one told that was never there: one in 10^14 changes, at the very most.
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
