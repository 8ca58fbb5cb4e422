//! A random course of business.

use cqrs_runtime::prelude::*;
use cqrs_runtime::store::{Append, ExpectedVersion, NewEvent, StreamKey};
use fastrand::Rng;

use super::{Customer, CustomerId, CustomerLeft, CustomerRenamed, Order, OrderCancelled, OrderPaid, OrderPlaced};

const CUSTOMERS: usize = 15;
const TENANTS: [&str; 2] = ["", "north"];

/// What happens in a shop: each seed has customers of its own, and the same seed the same events.
pub struct Shop {
    rng: Rng,
    seed: u64,
    orders: usize,
    open: Vec<(usize, String)>,
    named: [bool; CUSTOMERS],
}

impl Shop {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { rng: Rng::with_seed(seed), seed, orders: 0, open: Vec::new(), named: [false; CUSTOMERS] }
    }

    /// What happens next. Once in a while, something that can't be.
    pub fn happens(&mut self) -> Append {
        let customer = self.rng.usize(..CUSTOMERS);
        match self.rng.u8(..100) {
            0..=34 => self.placed(customer),
            35..=64 => self.paid(),
            65..=76 => self.cancelled(),
            77..=94 => self.renamed(customer),
            95..=98 => self.left(customer),
            _ => self.paid_for_nothing(customer),
        }
    }

    /// A customer has a name, or another one.
    pub fn renames(&mut self) -> Append {
        self.renamed(0)
    }

    fn placed(&mut self, customer: usize) -> Append {
        self.orders += 1;
        let order = format!("{}-{}", self.seed, self.orders);
        self.open.push((customer, order.clone()));
        let amount = self.amount();
        let note = self.rng.bool().then(|| format!("\"{amount}\" \\ é\u{1f600}\n'"));
        append::<Order, _>(customer, order, &OrderPlaced { customer: self.customer(customer), amount, note })
    }

    fn paid(&mut self) -> Append {
        let Some((customer, order)) = self.rng.choice(&self.open).cloned() else { return self.placed(0) };
        let amount = self.amount();
        append::<Order, _>(customer, order, &OrderPaid { customer: self.customer(customer), amount })
    }

    fn cancelled(&mut self) -> Append {
        if self.open.is_empty() {
            return self.placed(1);
        }
        let (customer, order) = self.open.swap_remove(self.rng.usize(..self.open.len()));
        append::<Order, _>(customer, order, &OrderCancelled { customer: self.customer(customer) })
    }

    fn renamed(&mut self, customer: usize) -> Append {
        self.named[customer] = true;
        let id = self.customer(customer);
        let name = format!("{} {}", ["Ada", "Bob", "Zoë"][customer % 3], self.rng.u8(..));
        append::<Customer, _>(customer, id.to_string(), &CustomerRenamed { customer: id, name })
    }

    fn left(&mut self, customer: usize) -> Append {
        if !std::mem::replace(&mut self.named[customer], false) {
            return self.renamed(customer);
        }
        self.open.retain(|(whose, _)| *whose != customer);
        let id = self.customer(customer);
        append::<Customer, _>(customer, id.to_string(), &CustomerLeft { customer: id })
    }

    fn paid_for_nothing(&mut self, customer: usize) -> Append {
        // The less often the more there are who can't go on.
        if customer > 2 {
            return self.placed(customer);
        }
        let order = format!("{}-nothing", self.seed);
        append::<Order, _>(customer, order, &OrderPaid { customer: self.customer(customer), amount: 1 })
    }

    fn amount(&mut self) -> i64 {
        // Beyond what a double counts, now and then.
        if self.rng.u8(..4) == 0 { (1 << 53) + self.rng.i64(1..1_000) } else { self.rng.i64(1..10_000) }
    }

    fn customer(&self, customer: usize) -> CustomerId {
        CustomerId::numbered(self.seed, customer)
    }
}

fn append<A: Aggregate, E: Event>(customer: usize, stream: String, event: &E) -> Append {
    let stream = StreamKey::new(A::TYPE, stream).of_tenant(TENANTS[customer % TENANTS.len()]);
    // They are plain structs of texts and integers.
    let payload = serde_json::to_string(event).unwrap_or_default();
    Append::new(stream, ExpectedVersion::Any, vec![NewEvent::new(Uuid::now_v7(), E::NAME, payload)])
}
