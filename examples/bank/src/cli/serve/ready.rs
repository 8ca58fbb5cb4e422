//! Whether the service should be sent requests.

use cqrs_runtime::projection::{ReadModels, Readiness};
use cqrs_runtime::server::ReadyCheck;

/// How many events a read model may be behind.
const LAG: u64 = 1_000;

/// Read models that serve, and are not far behind.
pub(super) fn read_models(read_models: ReadModels) -> impl ReadyCheck {
    move || {
        let read_models = read_models.clone();
        async move {
            let status = read_models.status().await.map_err(|_| "the database can't be asked".to_owned())?;
            for model in status {
                if !matches!(model.readiness, Readiness::Serves) {
                    return Err(format!("`{}` is to be rebuilt, or being built", model.name));
                }
                let partitions = model.generations.iter().filter(|generation| generation.is_mine);
                let behind = partitions.flat_map(|generation| &generation.partitions);
                let behind = behind.map(|partition| partition.behind).max().unwrap_or(0);
                if behind > LAG {
                    return Err(format!("`{}` is {behind} events behind", model.name));
                }
            }
            Ok(())
        }
    }
}
