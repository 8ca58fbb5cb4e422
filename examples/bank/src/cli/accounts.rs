//! `bank accounts`

use std::process::ExitCode;

use bank::domain::{Account, AccountId, AccountOpened, Money, Status};
use clap::Args;
use comfy_table::CellAlignment;
use cqrs_runtime::prelude::*;
use cqrs_runtime::repository::LoadError;
use cqrs_runtime::store::{EventQuery, StoreError, Until};
use futures_util::TryStreamExt;

use super::bank::{Bank, Found};
use super::failure::{Failure, FailureView};
use super::output::{Output, table};

/// List the newest accounts, each as its own events tell it: `summaries` asks the read model
#[derive(Args)]
pub(crate) struct Accounts {
    /// At most so many
    #[arg(long, default_value_t = 10, value_name = "NUMBER")]
    limit: u64,
}

#[derive(Serialize)]
struct Listed {
    account_id: AccountId,
    #[serde(flatten)]
    account: Readable,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Readable {
    Yes { owner: String, status: Status, balance: Money, version: u64 },
    No { error: FailureView },
}

impl Accounts {
    pub(crate) async fn run(&self, bank: &Bank, output: &Output) -> Result<ExitCode, Failure> {
        let opened = EventQuery::log().of_types([Account::TYPE]).named([AccountOpened::NAME]);
        let newest = opened.backwards().limit(self.limit);
        let streams: Vec<String> = bank.store().read(newest).map_ok(|event| event.stream.id).try_collect().await?;
        let mut accounts = Vec::with_capacity(streams.len());
        for stream in streams {
            accounts.push(listed(bank, stream).await?);
        }
        output.answer(&accounts, || prose(&accounts))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// An account that can't be read does not hide the others.
async fn listed(bank: &Bank, stream: String) -> Result<Listed, Failure> {
    let account_id = stream.parse().map_err(|source| Failure::StreamId { stream, source })?;
    let account = match bank.find(&account_id, Until::Head).await {
        Ok(Found { account: Account { owner, status, balance, .. }, loaded }) => {
            Readable::Yes { owner, status, balance, version: loaded.version }
        }
        Err(failure @ Failure::Load(LoadError::Store(StoreError::CorruptEvent { .. }))) => unreadable(&failure),
        Err(failure @ Failure::Load(LoadError::Store(_))) => return Err(failure),
        Err(failure) => unreadable(&failure),
    };
    Ok(Listed { account_id, account })
}

fn unreadable(failure: &Failure) -> Readable {
    Readable::No { error: failure.into() }
}

fn prose(accounts: &[Listed]) -> String {
    if accounts.is_empty() {
        return String::from("There are no accounts yet.\n");
    }
    let mut table = table(["account", "holder", "status", "balance", "version"]);
    for Listed { account_id, account } in accounts {
        let id = account_id.to_string();
        match account {
            Readable::Yes { owner, status, balance, version } => {
                table.add_row([&id, owner, &status.to_string(), &balance.to_string(), &version.to_string()])
            }
            Readable::No { error } => table.add_row([&id, "", &error.message, "", ""]),
        };
    }
    table.column_mut(3).into_iter().for_each(|balance| balance.set_cell_alignment(CellAlignment::Right));
    format!("{table}\n")
}
