//! The schema lock: a committed file that tells every stored shape, so that none changes unnoticed.

mod entries;
mod error;
mod review;
mod shape;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io;
use std::path::Path;

pub use self::error::SchemaLockError;

use self::entries::Entries;
use self::review::review;
use crate::aggregate::Aggregate;
use crate::schema::{AggregateSchema, Shapes};

/// Set to `update`, the check records what is new.
const UPDATE: &str = "CQRS_SCHEMA_LOCK";

/// The shapes that a program stores.
#[derive(Debug, Default)]
pub struct SchemaLock {
    shapes: Shapes,
    aggregates: BTreeMap<&'static str, Added>,
    /// An aggregate whose stream type another one has already, and that one.
    shared: Option<[&'static str; 2]>,
}

#[derive(Debug)]
struct Added {
    aggregate: &'static str,
    schema: AggregateSchema,
}

impl SchemaLock {
    /// Adds an aggregate: its events in all versions, its state, and the values in them.
    pub fn add<A: Aggregate>(&mut self) {
        let aggregate = std::any::type_name::<A>();
        match self.aggregates.entry(A::TYPE) {
            Entry::Vacant(free) => {
                free.insert(Added { aggregate, schema: A::schema(&mut self.shapes) });
            }
            Entry::Occupied(first) if first.get().aggregate != aggregate => {
                self.shared.get_or_insert([first.get().aggregate, aggregate]);
            }
            Entry::Occupied(_) => {}
        }
    }
}

/// Compares `lock` with the file at `path`; with `CQRS_SCHEMA_LOCK=update` in the environment it records what is new.
///
/// # Errors
/// When a shape has changed, vanished or not been recorded yet, each with what to do about it; or the file can't be
/// read or written.
pub fn check_schema_lock(lock: &SchemaLock, path: impl AsRef<Path>) -> Result<(), SchemaLockError> {
    let update = std::env::var_os(UPDATE).is_some_and(|value| value == "update");
    check(lock, path.as_ref(), update)
}

fn check(lock: &SchemaLock, path: &Path, update: bool) -> Result<(), SchemaLockError> {
    if let Some([first, second]) = lock.shared {
        return Err(SchemaLockError::SharedStreamType { first, second });
    }
    if let Some(name) = lock.shapes.clashes().first() {
        return Err(SchemaLockError::Clash { name });
    }
    let file = |source| SchemaLockError::File { path: path.to_owned(), source };
    let recorded = match fs::read_to_string(path) {
        Ok(text) => Entries::parse(&text).map_err(|line| SchemaLockError::Malformed { path: path.to_owned(), line })?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Entries::default(),
        Err(error) => return Err(file(error)),
    };
    let current = Entries::of(lock);
    let findings = review(&recorded, &current);
    let (breaking, new): (Vec<_>, Vec<_>) = findings.into_iter().partition(review::Finding::is_breaking);
    if !breaking.is_empty() {
        return Err(SchemaLockError::Changed { path: path.to_owned(), findings: error::listed(&breaking) });
    }
    if new.is_empty() {
        return Ok(());
    }
    if update {
        return fs::write(path, current.to_string()).map_err(file);
    }
    Err(SchemaLockError::NotRecorded { path: path.to_owned(), findings: error::listed(&new) })
}

#[cfg(test)]
mod tests;
