//! What the read models of orders must hold, told in plain words: one event after the other, in maps.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::Sequence;
use cqrs_runtime::store::StoredEvent;
use cqrs_tests::orders::{
    Customer, CustomerLeft, CustomerName, CustomerOrder, CustomerRenamed, OpenAmount, Order, OrderCancelled, OrderId,
    OrderPaid, OrderPlaced, Payment,
};
use serde::de::DeserializeOwned;

/// Where a row stands: its tenant and its key.
type Place<K> = (String, K);

/// The rows of a table.
pub(super) struct Rows<M: ReadModel> {
    /// Each with the hash of its sequence and the position of the event that has changed it last.
    pub(super) rows: BTreeMap<Place<M::Key>, (i64, u64, M)>,
    /// Where there ever was one.
    pub(super) ever: BTreeSet<Place<M::Key>>,
}

impl<M: ReadModel> Default for Rows<M> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), ever: BTreeSet::new() }
    }
}

/// What is folded at the moment.
pub(super) struct Moment<'e> {
    event: &'e StoredEvent,
    sequence: i64,
}

impl Moment<'_> {
    fn place<K>(&self, key: K) -> Place<K> {
        (self.event.stream.tenant.clone(), key)
    }

    fn body<E: DeserializeOwned>(&self) -> E {
        serde_json::from_str(&self.event.payload).unwrap()
    }

    fn order(&self) -> OrderId {
        self.event.stream.id.parse().unwrap()
    }
}

/// An event that can't be projected.
pub(super) struct Fails;

impl<M: ReadModel> Rows<M> {
    fn put(&mut self, moment: &Moment<'_>, row: M) {
        let place = moment.place(row.key());
        self.ever.insert(place.clone());
        self.rows.insert(place, (moment.sequence, moment.event.position, row));
    }

    fn get(&self, moment: &Moment<'_>, key: M::Key) -> Option<&M> {
        self.rows.get(&moment.place(key)).map(|(_, _, row)| row)
    }

    fn update(&mut self, moment: &Moment<'_>, key: M::Key, change: impl FnOnce(&mut M)) -> Result<(), Fails> {
        let mut row = self.get(moment, key).ok_or(Fails)?.clone();
        change(&mut row);
        self.put(moment, row);
        Ok(())
    }

    fn delete(&mut self, moment: &Moment<'_>, key: M::Key) -> Result<(), Fails> {
        self.rows.remove(&moment.place(key)).map(drop).ok_or(Fails)
    }

    fn keys_where(&self, moment: &Moment<'_>, is: impl Fn(&M) -> bool) -> Vec<M::Key> {
        let tenant = &moment.event.stream.tenant;
        let found = self.rows.iter().filter(|((whose, _), (_, _, row))| **whose == **tenant && is(row));
        found.map(|((_, key), _)| key.clone()).collect()
    }
}

/// The tables of a read model, and the events that it has not projected.
#[derive(Default)]
pub(super) struct Folded<M: ReadModel, L: ReadModel> {
    pub(super) own: Rows<M>,
    pub(super) lookup: Rows<L>,
    /// Their positions, and whether each failed itself.
    pub(super) parked: Vec<(u64, bool)>,
}

/// A read model of which the test knows what each event makes of it.
pub(super) trait Known: Projection {
    type Lookup: ReadModel;

    /// Which events an event belongs with; `None` where it is none of the read model's.
    fn sequence(event: &StoredEvent) -> Option<Sequence>;

    fn happens(folded: &mut Folded<Self, Self::Lookup>, moment: &Moment<'_>) -> Result<(), Fails>;
}

/// Folds a log, of each partition as far as its checkpoint.
pub(super) fn fold<M: Known>(log: &[StoredEvent], checkpoints: &[u64]) -> Folded<M, M::Lookup> {
    let mut folded = Folded { own: Rows::default(), lookup: Rows::default(), parked: Vec::new() };
    let mut parked = HashSet::new();
    let partitions = u32::try_from(checkpoints.len()).unwrap();
    for event in log {
        let Some(sequence) = M::sequence(event) else { continue };
        if partitions == 0 || checkpoints[sequence.partition(partitions) as usize] < event.position {
            continue;
        }
        let moment = Moment { event, sequence: sequence.hash() };
        if parked.contains(&sequence) {
            folded.parked.push((event.position, false));
        } else if M::happens(&mut folded, &moment).is_err() {
            folded.parked.push((event.position, true));
            parked.insert(sequence);
        }
    }
    folded
}

impl Known for CustomerOrder {
    type Lookup = CustomerName;

    fn sequence(event: &StoredEvent) -> Option<Sequence> {
        if ![Order::TYPE, Customer::TYPE].contains(&&*event.stream.stream_type) {
            return None;
        }
        let payload: serde_json::Value = serde_json::from_str(&event.payload).unwrap();
        Some(Sequence::new(&event.stream.tenant, payload["customer"].as_str().unwrap()))
    }

    fn happens(folded: &mut Folded<Self, CustomerName>, moment: &Moment<'_>) -> Result<(), Fails> {
        let Folded { own, lookup, .. } = folded;
        match &*moment.event.name {
            OrderPlaced::NAME => {
                let OrderPlaced { customer, amount, note } = moment.body();
                let name = lookup.get(moment, customer.clone()).map(|known| known.name.clone());
                let placed_at = moment.event.recorded_at;
                let amount = Decimal::new(amount, 2);
                own.put(moment, Self { order: moment.order(), customer, name, amount, paid: 0, note, placed_at });
                Ok(())
            }
            OrderPaid::NAME => {
                let OrderPaid { amount, .. } = moment.body();
                own.update(moment, moment.order(), |order| order.paid += amount)
            }
            OrderCancelled::NAME => own.delete(moment, moment.order()),
            CustomerRenamed::NAME => {
                let CustomerRenamed { customer, name } = moment.body();
                lookup.put(moment, CustomerName { customer: customer.clone(), name: name.clone() });
                for order in own.keys_where(moment, |order| order.customer == customer) {
                    own.update(moment, order, |order| order.name = Some(name.clone()))?;
                }
                Ok(())
            }
            _ => {
                let CustomerLeft { customer } = moment.body();
                lookup.delete(moment, customer.clone())?;
                for order in own.keys_where(moment, |order| order.customer == customer) {
                    own.delete(moment, order)?;
                }
                Ok(())
            }
        }
    }
}

impl Known for Payment {
    type Lookup = OpenAmount;

    fn sequence(event: &StoredEvent) -> Option<Sequence> {
        let stream = &event.stream;
        (stream.stream_type == Order::TYPE)
            .then(|| Sequence::of_stream(&stream.tenant, &stream.stream_type, &stream.id))
    }

    fn happens(folded: &mut Folded<Self, OpenAmount>, moment: &Moment<'_>) -> Result<(), Fails> {
        let Folded { own, lookup, .. } = folded;
        let order = moment.order();
        match &*moment.event.name {
            OrderPlaced::NAME => {
                let OrderPlaced { amount: open, .. } = moment.body();
                lookup.put(moment, OpenAmount { order, open });
                Ok(())
            }
            OrderPaid::NAME => {
                let OrderPaid { amount, .. } = moment.body();
                lookup.update(moment, order.clone(), |known| known.open -= amount)?;
                let open = lookup.get(moment, order.clone()).map(|known| known.open);
                let version = i64::try_from(moment.event.version).unwrap();
                own.put(moment, Self { order, version, amount, open });
                Ok(())
            }
            _ => {
                lookup.delete(moment, order.clone())?;
                for key in own.keys_where(moment, |payment| payment.order == order) {
                    own.update(moment, key, |payment| payment.open = None)?;
                }
                Ok(())
            }
        }
    }
}
