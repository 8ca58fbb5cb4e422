//! How a worker shares partitions with others.

use std::time::Instant;

use super::super::target::{Sink, Target};
use super::letters::Letters;
use super::worker::Worker;
use crate::store::sequence::partition as partition_of;
use crate::store::{Generation, GenerationState, Session, StoreError};

/// Why a worker stays away, and since when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Away {
    /// The position of an event that only a newer program knows.
    position: u64,
    /// Before then, it does not look whether that has projected it.
    until: Instant,
    /// Whether its partitions are given up.
    released: bool,
}

impl<T: Target> Worker<T> {
    /// Leaves the partitions to a newer program, for an event that this one does not know.
    pub(super) fn leave(&mut self, position: u64) {
        self.away = Some(Away { position, until: Instant::now() + self.options.away(), released: false });
    }

    /// Whether it has left the work to a newer program, and may not come back yet.
    pub(super) async fn is_away(&mut self) -> Result<bool, StoreError> {
        let Some(away) = self.away else { return Ok(false) };
        if !away.released {
            self.release().await?;
            self.away = Some(Away { released: true, ..away });
        }
        if Instant::now() < away.until {
            return Ok(true);
        }
        let checkpoints = self.store.tables()?.checkpoints(&self.generation.key.to_string()).await?;
        let passed = checkpoints.iter().all(|known| known.lease.checkpoint >= away.position);
        let until = Instant::now() + self.options.beat();
        self.away = (!passed).then_some(Away { until, released: true, ..away });
        Ok(!passed)
    }

    /// Gives all partitions up.
    pub(crate) async fn release(&mut self) -> Result<(), StoreError> {
        self.start_anew();
        self.store.tables()?.release(&self.generation.key.to_string(), self.id).await
    }

    /// Forgets what was known of the partitions, and of their rows.
    pub(super) fn start_anew(&mut self) {
        self.sink.forget();
        self.leases.clear();
        self.leased_at = None;
        self.letters_at = None;
        self.scanned = 0;
    }

    /// Asks for partitions, from time to time.
    pub(super) async fn take_leases(&mut self) -> Result<(), StoreError> {
        if self.leased_at.is_some_and(|at| at.elapsed() < self.options.beat()) {
            return Ok(());
        }
        let Generation { key, partitions, .. } = &self.generation;
        let session = Session::new(key.to_string(), self.id, *partitions, self.options.session());
        let asked_at = Instant::now();
        let leases = self.store.tables()?.acquire(&session).await?;
        if leases != self.leases {
            self.start_anew();
            self.leases = leases;
        }
        self.leased_at = Some(asked_at);
        Ok(())
    }

    /// Reads the letters, where they may have changed, and from time to time, for what is asked for with them.
    pub(super) async fn take_letters(&mut self) -> Result<(), StoreError> {
        let is_new = |at: Instant| at.elapsed() < self.options.beat() * 2;
        if self.leases.is_empty() || self.letters_at.is_some_and(is_new) {
            return Ok(());
        }
        let read_at = Instant::now();
        let (leases, partitions) = (&self.leases, self.generation.partitions);
        let mine = |sequence: i64| {
            let partition = partition_of(sequence, partitions);
            leases.iter().any(|lease| lease.partition == partition)
        };
        let tables = self.store.tables()?;
        // Before the letters: what was parked before a partition has passed it is among them.
        let Generation { key, .. } = &self.generation;
        let passed = tables.checkpoints(&key.to_string()).await?;
        let passed = passed.iter().map(|known| (known.lease.partition, known.lease.checkpoint)).collect();
        self.letters = Letters::of(tables.letters(key).await?, mine, passed);
        self.letters_at = Some(read_at);
        Ok(())
    }

    /// Whether the generation is still there, and not retired: else it has no partitions to ask for.
    pub(super) async fn is_filled(&self) -> Result<bool, StoreError> {
        let Generation { key, .. } = &self.generation;
        let known = self.store.tables()?.generations(&key.projection).await?;
        Ok(known.iter().any(|known| known.key == *key && known.state != GenerationState::Retired))
    }
}
