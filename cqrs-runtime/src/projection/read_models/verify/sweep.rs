//! Verifications whose process is gone.

use std::time::Instant;

use crate::projection::read_models::{ReadModels, StoreError};
use crate::store::{GenerationKey, GenerationState};

/// For how many lease times one gives no sign of life that is taken for gone: a busy one may be late with it.
const PATIENCE: u32 = 6;

/// What gives no sign of life, and since when.
#[derive(Debug, Default)]
pub(in crate::projection::read_models) struct Silent {
    since: Vec<(GenerationKey, Instant)>,
}

impl ReadModels {
    /// Drops what verifications of a read model have left whose worker has given no sign of life for long.
    pub(in crate::projection::read_models) async fn sweep(
        &self,
        name: &str,
        silent: &mut Silent,
    ) -> Result<(), StoreError> {
        let tables = self.store.tables()?;
        let mut since = Vec::new();
        for generation in tables.generations(name).await? {
            if generation.state != GenerationState::Verifying {
                continue;
            }
            let partitions = tables.checkpoints(&generation.key.to_string()).await?;
            if partitions.iter().any(|partition| partition.is_alive) {
                continue;
            }
            let known = silent.since.iter().find(|(key, _)| *key == generation.key);
            let began = known.map_or_else(Instant::now, |(_, began)| *began);
            if began.elapsed() > self.options.lease_time * PATIENCE {
                tables.drop_generation(&generation.key).await?;
            } else {
                since.push((generation.key, began));
            }
        }
        silent.since = since;
        Ok(())
    }
}
