//! What a store has, for tables of another make.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use cqrs_runtime::store::{EventQuery, EventStore};
use futures_util::TryStreamExt;
use uuid::Uuid;

use super::Card;
use crate::Error;

/// How many rows are written at once.
pub(super) const AT_ONCE: usize = 1_000;

pub(super) struct Event {
    pub(super) account_id: Uuid,
    pub(super) version: i64,
    pub(super) event_id: Uuid,
    pub(super) name: String,
    pub(super) payload: String,
    pub(super) at: DateTime<Utc>,
}

pub(super) struct Copied {
    pub(super) events: Vec<Event>,
    /// The rows of the accounts, in their order.
    pub(super) cards: Vec<Card>,
}

impl Copied {
    pub(super) async fn of(store: &EventStore) -> Result<Self, Error> {
        let (mut events, mut cards) = (Vec::new(), BTreeMap::new());
        let mut log = store.read(EventQuery::log());
        while let Some(event) = log.try_next().await? {
            let account_id: Uuid = event.stream.id.parse()?;
            if event.name == "AccountOpened" {
                cards.insert(account_id, Card::opened(account_id, &event.payload, event.recorded_at)?);
            } else {
                let card = cards.get_mut(&account_id).ok_or("an account begins otherwise")?;
                card.apply(&event.name, &event.payload, event.recorded_at)?;
            }
            events.push(Event {
                account_id,
                version: i64::try_from(event.version)?,
                event_id: event.event_id,
                name: event.name,
                payload: event.payload,
                at: event.recorded_at,
            });
        }
        Ok(Self { events, cards: cards.into_values().collect() })
    }
}
