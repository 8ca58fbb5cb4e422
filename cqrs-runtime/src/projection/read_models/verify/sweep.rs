//! Verifications whose process is gone.

use crate::projection::read_models::{ReadModels, StoreError};
use crate::store::GenerationState;

impl ReadModels {
    /// Drops what verifications of a read model have left whose worker gives no sign of life.
    pub(in crate::projection::read_models) async fn sweep(&self, name: &str) -> Result<(), StoreError> {
        let tables = self.store.tables()?;
        for generation in tables.generations(name).await? {
            if generation.state != GenerationState::Verifying {
                continue;
            }
            let partitions = tables.checkpoints(&generation.key.to_string()).await?;
            // One that has none yet is about to begin.
            if !partitions.is_empty() && !partitions.iter().any(|partition| partition.is_alive) {
                tables.drop_generation(&generation.key).await?;
            }
        }
        Ok(())
    }
}
