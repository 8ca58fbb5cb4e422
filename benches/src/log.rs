//! A log to be read again.

use std::collections::HashMap;

use bank::domain::{
    AccountId, AccountOpened, Currency, FeeCharged, InterestApplied, Money, MoneyDeposited, MoneyWithdrawn,
};
use chrono::Utc;
use cqrs_runtime::event::Event;
use cqrs_runtime::store::{Append, EventStore, ExpectedVersion, NewEvent, StreamKey};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Serialize;
use uuid::Uuid;

use crate::Error;

/// How many appends wait at the same time.
const AT_ONCE: usize = 2_000;

/// Appends events to accounts of which each has so many; movements of all accounts are mixed, so that those of one lie far
/// apart: the worst case for whoever keeps rows of them in memory.
pub(crate) async fn fill(store: &EventStore, events: u64, per_account: u64) -> Result<(), Error> {
    let accounts = (events / per_account).max(1);
    let ids: Vec<AccountId> = (0..accounts).map(|_| Uuid::now_v7().into()).collect();
    let mut random = fastrand::Rng::with_seed(7);
    let (mut round, mut at) = (Vec::<Append>::new(), HashMap::new());
    for number in 0..events {
        // A new account now and then; else one of those that there are moves.
        let known = number / per_account;
        let is_new = number % per_account == 0 && known < accounts;
        let index = usize::try_from(if is_new { known } else { random.u64(..(known + 1).min(accounts)) })?;
        let event = if is_new { opened(&mut random)? } else { moved(&mut random)? };
        // Appends that wait at the same time have no order: those of a stream are one.
        if let Some(append) = at.get(&index).and_then(|at: &usize| round.get_mut(*at)) {
            append.events.push(event);
        } else {
            at.insert(index, round.len());
            let stream = StreamKey::new("Account", ids[index].to_string());
            round.push(Append::new(stream, ExpectedVersion::Any, vec![event]));
        }
        if round.len() == AT_ONCE || number + 1 == events {
            write(store, std::mem::take(&mut round)).await?;
            at.clear();
        }
    }
    Ok(())
}

/// One round of appends that share their commits.
async fn write(store: &EventStore, appends: Vec<Append>) -> Result<(), Error> {
    let appends = stream::iter(appends).map(|append| store.append(append)).buffered(AT_ONCE);
    appends.try_for_each(|_| async { Ok(()) }).await?;
    Ok(())
}

fn opened(random: &mut fastrand::Rng) -> Result<NewEvent, Error> {
    let name: String = std::iter::repeat_with(|| random.lowercase()).take(9).collect();
    let email = format!("{name}@example.com").parse()?;
    stored(&AccountOpened { owner: name, email, currency: Currency::Eur })
}

fn moved(random: &mut fastrand::Rng) -> Result<NewEvent, Error> {
    let amount = Money::new(random.i64(1_00..500_00), Currency::Eur);
    match random.u8(..100) {
        0..50 => stored(&MoneyDeposited { amount, description: Some("salary".to_owned()) }),
        50..92 => {
            let description = Some("cash machine".to_owned());
            stored(&MoneyWithdrawn { amount, description, at: Utc::now(), large: false })
        }
        92..97 => stored(&InterestApplied { amount, rate: "0.01".parse()? }),
        _ => stored(&FeeCharged { amount, reason: "account keeping".to_owned() }),
    }
}

fn stored<E: Event + Serialize>(event: &E) -> Result<NewEvent, Error> {
    let payload = serde_json::to_string(event)?;
    Ok(NewEvent { schema_version: E::VERSION, ..NewEvent::new(Uuid::now_v7(), E::NAME, payload) })
}
