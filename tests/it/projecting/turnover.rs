//! What customers have ordered and paid, told in plain words.

use std::collections::{BTreeMap, HashSet};

use cqrs_runtime::prelude::*;
use cqrs_runtime::store::StoredEvent;
use cqrs_tests::orders::{CustomerLeft, OrderPaid, OrderPlaced};

/// By tenant and customer: how many orders, and how much was paid.
type Sums = BTreeMap<(String, String), (i64, i64)>;

/// The events in their order, by number.
type Numbered = BTreeMap<i64, i64>;

/// Events that are not projected, and whether each failed itself.
type Parked = Vec<(u64, bool)>;

/// What is in the tables, and what is parked, up to a position of the log.
pub(super) fn turnover(log: &[StoredEvent], to: u64) -> (Sums, Numbered, Parked) {
    let (mut sums, mut numbered, mut parked) = (Sums::new(), Numbered::new(), Parked::new());
    let mut waiting = HashSet::new();
    for event in log.iter().filter(|event| event.position <= to) {
        if ![OrderPlaced::NAME, OrderPaid::NAME, CustomerLeft::NAME].contains(&&*event.name) {
            continue;
        }
        let payload: serde_json::Value = serde_json::from_str(&event.payload).unwrap();
        let place = (event.stream.tenant.clone(), payload["customer"].as_str().unwrap().to_owned());
        if waiting.contains(&place) {
            parked.push((event.position, false));
            continue;
        }
        let is_done = match &*event.name {
            OrderPlaced::NAME => {
                sums.entry(place.clone()).or_default().0 += 1;
                true
            }
            OrderPaid::NAME => {
                let amount = payload["amount"].as_i64().unwrap();
                sums.get_mut(&place).map(|(_, paid)| *paid += amount).is_some()
            }
            _ => sums.remove(&place).is_some(),
        };
        if is_done {
            numbered.insert(i64::try_from(numbered.len()).unwrap() + 1, event.position.cast_signed());
        } else {
            parked.push((event.position, true));
            waiting.insert(place);
        }
    }
    (sums, numbered, parked)
}
