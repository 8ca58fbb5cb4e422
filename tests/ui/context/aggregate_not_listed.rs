#![allow(unused_imports)]

#[path = "domain/shop.rs"]
mod domain;

use cqrs_runtime::prelude::*;
use domain::*;

#[derive(TransactionalProjection)]
#[projection(events(Customer(Registered)))]
struct Registrations;

impl CreateTables for Registrations {
    fn create(_: &mut NewTables<Self>) {}
}

impl ProjectInTransaction<Registered> for Registrations {
    async fn project(
        _: &ProjectionTransaction<'_, Self>,
        _: &Recorded<Registered>,
    ) -> Result<(), ProjectionError> {
        Ok(())
    }
}

#[derive(BoundedContext)]
#[context(aggregates(Order), read_models(OrderSummary, CustomerSummary), projections(Registrations))]
struct Shop;

fn main() {}
