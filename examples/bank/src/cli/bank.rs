//! The bank over an open database.

use bank::domain::{Account, AccountId, BankLimits};
use cqrs_runtime::backend::sea_orm::without_password;
use cqrs_runtime::bounded_context::Application;
use cqrs_runtime::clock::Clock;
use cqrs_runtime::dispatch::Dispatcher;
use cqrs_runtime::prelude::*;
use cqrs_runtime::repository::{Loaded, Repository};
use cqrs_runtime::store::{EventStore, Until};

use super::failure::Failure;

/// The accounts in a database.
pub(crate) struct Bank {
    pub(crate) dispatcher: Dispatcher<Account>,
    pub(crate) limits: BankLimits,
    /// Its address, without a password.
    pub(crate) address: String,
}

/// A clock that shows what the caller says.
#[derive(Debug)]
struct StoppedClock(DateTime<Utc>);

impl Clock for StoppedClock {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// An account that exists.
pub(crate) struct Found {
    pub(crate) account: Account,
    pub(crate) loaded: Loaded<Account>,
}

impl Bank {
    pub(crate) async fn open(url: &str, limits: BankLimits, now: Option<DateTime<Utc>>) -> Result<Self, Failure> {
        let address = without_password(url);
        let store = match EventStore::open(url).await {
            Ok(store) => store,
            Err(source) => return Err(Failure::Open { address, source }),
        };
        let accounts = Repository::new(store);
        let accounts = match now {
            Some(now) => accounts.with_clock(StoppedClock(now)),
            None => accounts,
        };
        let dispatcher = Dispatcher::over(accounts).config(limits.clone());
        Ok(Self { dispatcher, limits, address })
    }

    pub(crate) fn accounts(&self) -> &Repository<Account> {
        self.dispatcher.repository()
    }

    pub(crate) fn store(&self) -> &EventStore {
        self.accounts().store()
    }

    /// An account as of some time; an error where there is none, or was none yet.
    pub(crate) async fn find(&self, id: &AccountId, until: Until) -> Result<Found, Failure> {
        let mut loaded = self.accounts().load_until(id, until).await?;
        match loaded.state.take() {
            Some(account) => Ok(Found { account, loaded }),
            None if until == Until::Head => Err(Failure::NoAccount { id: *id }),
            None => {
                self.accounts().load(id).await?.state.ok_or(Failure::NoAccount { id: *id })?;
                Err(Failure::NotYet { id: *id })
            }
        }
    }

    /// The bank as a whole, over the same database.
    pub(crate) fn application(&self) -> Application<bank::Bank> {
        let accounts = self.dispatcher.clone();
        Application::new(self.store().clone()).dispatcher(|_| accounts)
    }

    pub(crate) async fn close(&self) {
        self.store().close().await;
    }
}

/// The bank as a whole, by its limits.
pub(crate) fn application(store: EventStore, limits: BankLimits) -> Application<bank::Bank> {
    Application::new(store).dispatcher(|accounts: Dispatcher<Account>| accounts.config(limits))
}
