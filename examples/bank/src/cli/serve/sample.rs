//! Made-up accounts, with months of movements behind them.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bank::domain::Account;
use cqrs_runtime::clock::Clock;
use cqrs_runtime::dispatch::{CommandError, CommandOptions, Dispatcher};
use cqrs_runtime::prelude::*;
use cqrs_runtime::repository::Repository;

use crate::cli::bank::Bank;
use crate::cli::failure::Failure;
use crate::cli::generate::Plan;

const COMMANDS: u32 = 1_500;
const DAYS: i64 = 180;
/// The same accounts each time.
const SEED: u64 = 7;
const MICROS_A_DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// A clock that is set by hand.
#[derive(Clone, Debug)]
struct Set(Arc<AtomicI64>);

impl Clock for Set {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::Relaxed)).unwrap_or_default()
    }
}

/// Fills an empty bank, where that is asked for or agreed to.
pub(super) async fn offer(bank: &Bank, asked_for: bool) -> Result<(), Failure> {
    if bank.store().head().await?.position > 0 {
        if asked_for {
            eprintln!("There are accounts in {} already: nothing is added.", bank.address);
        }
        return Ok(());
    }
    if asked_for || agrees() { fill(bank).await } else { Ok(()) }
}

fn agrees() -> bool {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return false;
    }
    let mut stderr = io::stderr();
    // Who does not see the question does not agree.
    let asked = write!(stderr, "The bank is empty. Fill it with made-up accounts? [Y/n] ");
    let mut answer = String::new();
    asked.is_ok()
        && stderr.flush().is_ok()
        && io::stdin().read_line(&mut answer).is_ok_and(|read| read > 0)
        && matches!(answer.trim(), "" | "y" | "Y" | "yes")
}

async fn fill(bank: &Bank) -> Result<(), Failure> {
    let now = Utc::now().timestamp_micros();
    let time = Arc::new(AtomicI64::new(now));
    let accounts = Repository::<Account>::new(bank.store().clone()).with_clock(Set(Arc::clone(&time)));
    let accounts = Dispatcher::over(accounts).config(bank.limits.clone());
    let mut plan = Plan::new(SEED);
    for number in 0..COMMANDS {
        let before = DAYS * MICROS_A_DAY / i64::from(COMMANDS) * i64::from(COMMANDS - number);
        time.store(now - before, Ordering::Relaxed);
        let options = CommandOptions::new().principal("sample data");
        match accounts.dispatch_any(plan.next_command(), options).await {
            // Some are made up to be refused, and others are as the days of the plan are not those of the clock.
            Ok(_) | Err(CommandError::Refused(_) | CommandError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
