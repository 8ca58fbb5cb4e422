#![allow(unused_imports)]

#[path = "domain/shop.rs"]
mod domain;

use cqrs_runtime::bounded_context::Application;
use cqrs_runtime::dispatch::Dispatcher;
use cqrs_runtime::prelude::*;
use cqrs_runtime::store::EventStore;
use domain::*;

#[derive(BoundedContext)]
#[context(aggregates(Order), read_models(OrderSummary))]
struct Shop;

fn main() {
    let shop = Application::<Shop>::new(EventStore::memory());
    let shop = shop.dispatcher(|orders: Dispatcher<Order>| orders);
    let _ = shop.dispatcher_of::<Customer>();
    let _ = shop.dispatcher(|customers: Dispatcher<Customer>| customers);
}
