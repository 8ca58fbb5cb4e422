//! Read models as fresh as the log.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use bank::read_models::read_models;
use cqrs_runtime::projection::{CatchUpError, ReadModels, RebuildOptions};

use crate::cli::bank::Bank;
use crate::cli::failure::Failure;
use crate::cli::rebuild;

/// How long a program that has the work may take with it.
const LIMIT: Duration = Duration::from_mins(10);

/// The read models, with all that has happened until now in them.
///
/// Where one has changed since it was built, a person is asked whether it is to be rebuilt; a program is told.
pub(super) async fn fresh(bank: &Bank) -> Result<ReadModels, Failure> {
    let read_models = read_models(bank.store().clone());
    match read_models.catch_up(LIMIT).await {
        Ok(()) => Ok(read_models),
        Err(CatchUpError::Changed { names }) if agrees(&names) => {
            for name in names {
                rebuild::one(&read_models, name, RebuildOptions::default()).await?;
            }
            read_models.catch_up(LIMIT).await?;
            Ok(read_models)
        }
        Err(error) => Err(error.into()),
    }
}

fn agrees(names: &[&str]) -> bool {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return false;
    }
    let mut stderr = io::stderr();
    // Who does not see the question does not agree.
    let asked = write!(stderr, "{} changed since it was built. Rebuild it now? [Y/n] ", names.join(", "));
    let mut answer = String::new();
    asked.is_ok()
        && stderr.flush().is_ok()
        && io::stdin().read_line(&mut answer).is_ok_and(|read| read > 0)
        && matches!(answer.trim(), "" | "y" | "Y" | "yes")
}
