//! Work that is taken on for as long as somebody waits for it, where no other process is at it.

use std::sync::Arc;

use super::driver::{Running, Scope};
use super::model::Model;
use super::{ReadModels, StoreError};
use crate::store::GenerationKey;

/// Takes one generation of a read model on where nobody has it, and leaves it again.
pub(super) struct Helper<'r> {
    read_models: &'r ReadModels,
    model: &'r Arc<dyn Model>,
    running: Option<Running>,
}

impl<'r> Helper<'r> {
    pub(super) fn of(read_models: &'r ReadModels, model: &'r Arc<dyn Model>) -> Self {
        Self { read_models, model, running: None }
    }

    /// Goes to work unless all partitions are with workers that are alive: what they have in memory stays good.
    pub(super) async fn help(&mut self, generation: &GenerationKey) -> Result<(), StoreError> {
        if self.running.is_some() {
            return Ok(());
        }
        let partitions = self.read_models.store.tables()?.checkpoints(&generation.to_string()).await?;
        if partitions.is_empty() || partitions.iter().any(|partition| !partition.is_alive) {
            let workers = self.read_models.options.workers;
            self.running = Some(self.read_models.run(std::slice::from_ref(self.model), workers, &Scope::First));
        }
        Ok(())
    }

    pub(super) async fn stop(self) {
        if let Some(running) = self.running {
            running.stop().await;
        }
    }
}
