//! `bank token`

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Duration, Utc};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use cqrs_runtime::principal::Principal;

use super::failure::Failure;
use super::output::Output;
use super::tokens::TokenKey;

/// Print a token by which the service knows somebody
#[derive(Args)]
pub(crate) struct Token {
    /// The file with the key, as for the service; for example made by `openssl rand -hex -out FILE 32`
    #[arg(long = "token-key", value_name = "FILE", env = "BANK_TOKEN_KEY")]
    key: PathBuf,
    /// Who it is: a customer is the holder of the accounts that carry this name
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    subject: String,
    /// What they may act as; `teller` may do all, `customer` sees its own accounts
    #[arg(long = "role", value_name = "ROLE", value_parser = ["teller", "customer"], required = true)]
    roles: Vec<String>,
    /// How long it lasts
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..))]
    hours: u16,
}

impl Token {
    pub(crate) fn run(&self, now: DateTime<Utc>, output: &Output) -> Result<ExitCode, Failure> {
        let until = now.checked_add_signed(Duration::hours(self.hours.into())).unwrap_or(DateTime::<Utc>::MAX_UTC);
        // What ended before 1970 ends with it.
        let until = u64::try_from(until.timestamp()).unwrap_or(0);
        let principal = self.roles.iter().fold(Principal::new(&self.subject), Principal::role);
        let token = TokenKey::read(&self.key)?.sign(principal, until)?;
        output.answer(&token, || format!("{token}\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}
