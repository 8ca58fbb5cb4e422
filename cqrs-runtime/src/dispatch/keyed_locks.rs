//! One at a time per key, first come first served.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

type Locks<K> = Mutex<HashMap<K, Arc<AsyncMutex<()>>>>;

/// Locks by key; a key without holder or waiter takes no memory.
pub(super) struct KeyedLocks<K>(Arc<Locks<K>>);

impl<K> Clone for KeyedLocks<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K> Default for KeyedLocks<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K> fmt::Debug for KeyedLocks<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedLocks")
    }
}

/// Holds a key until it is dropped.
pub(super) struct KeyGuard<K: Eq + Hash> {
    // Dropped before the place, which then sees whether anybody waits.
    _held: OwnedMutexGuard<()>,
    _place: Place<K>,
}

/// A holder's or a waiter's interest in a key.
struct Place<K: Eq + Hash> {
    locks: Arc<Locks<K>>,
    key: K,
}

impl<K: Eq + Hash + Clone> KeyedLocks<K> {
    /// Waits for the key.
    pub(super) async fn lock(&self, key: &K) -> KeyGuard<K> {
        let lock = Arc::clone(entries(&self.0).entry(key.clone()).or_default());
        let place = Place { locks: Arc::clone(&self.0), key: key.clone() };
        KeyGuard { _held: lock.lock_owned().await, _place: place }
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut locks = entries(&self.locks);
        if locks.get(&self.key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            locks.remove(&self.key);
        }
    }
}

fn entries<T>(locks: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while the map is changed.
    locks.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_key_is_held_by_one_at_a_time_and_forgotten_afterwards() {
        let locks = KeyedLocks::default();
        let first = locks.lock(&1).await;
        assert!(locks.lock(&1).now_or_never().is_none());
        assert!(locks.lock(&2).now_or_never().is_some());
        drop(first);
        assert!(locks.lock(&1).now_or_never().is_some());
        assert!(entries(&locks.0).is_empty());
    }
}
