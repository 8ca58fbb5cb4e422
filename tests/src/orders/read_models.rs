//! What is kept: the orders with their customers' names, and the payments with what was open then.

use cqrs_runtime::prelude::*;

use super::{
    Customer, CustomerId, CustomerLeft, CustomerRenamed, Order, OrderCancelled, OrderId, OrderPaid, OrderPlaced,
};

/// An order as it is now. All events of a customer are one sequence.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(
    events(Order(OrderPlaced, OrderPaid, OrderCancelled), Customer(CustomerRenamed, CustomerLeft)),
    lookups(CustomerName),
    partition = customer
)]
pub struct CustomerOrder {
    /// The order.
    #[read_model(key)]
    pub order: OrderId,
    /// Whose it is.
    #[read_model(filter)]
    pub customer: CustomerId,
    /// The customer's name.
    #[read_model(order)]
    pub name: Option<String>,
    /// What it costs.
    pub amount: Decimal,
    /// What has been paid.
    pub paid: i64,
    /// What the customer has said.
    pub note: Option<String>,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
}

/// The name of a customer, for the orders that are placed later.
#[derive(ReadModel, Clone, Debug, PartialEq)]
pub struct CustomerName {
    /// The customer.
    #[read_model(key)]
    pub customer: CustomerId,
    /// The name.
    pub name: String,
}

impl Project<OrderPlaced> for CustomerOrder {
    fn project(row: &mut Row<Self>, event: &Recorded<OrderPlaced>) -> Result<(), ProjectionError> {
        let order = row.id()?;
        let name = row.lookup::<CustomerName>(event.customer.clone()).get()?.map(|known| known.name);
        row.insert(|| Self {
            order,
            customer: event.customer.clone(),
            name,
            amount: Decimal::new(event.amount, 2),
            paid: 0,
            note: event.note.clone(),
            placed_at: event.metadata.recorded_at,
        })
    }
}

impl Project<OrderPaid> for CustomerOrder {
    fn project(row: &mut Row<Self>, event: &Recorded<OrderPaid>) -> Result<(), ProjectionError> {
        row.update(|order| order.paid += event.amount)
    }
}

impl Project<OrderCancelled> for CustomerOrder {
    fn project(row: &mut Row<Self>, _: &Recorded<OrderCancelled>) -> Result<(), ProjectionError> {
        row.delete()
    }
}

impl Project<CustomerRenamed> for CustomerOrder {
    fn project(row: &mut Row<Self>, event: &Recorded<CustomerRenamed>) -> Result<(), ProjectionError> {
        let (customer, name) = (event.customer.clone(), event.name.clone());
        row.lookup::<CustomerName>(customer.clone())
            .upsert(|| CustomerName { customer, name: String::new() }, |known| known.name = name)?;
        row.matching(Self::CUSTOMER, &event.customer).update(|order| order.name = Some(event.name.clone()))
    }
}

impl Project<CustomerLeft> for CustomerOrder {
    fn project(row: &mut Row<Self>, event: &Recorded<CustomerLeft>) -> Result<(), ProjectionError> {
        row.lookup::<CustomerName>(event.customer.clone()).delete()?;
        row.matching(Self::CUSTOMER, &event.customer).delete()
    }
}

/// A payment. All events of an order are one sequence.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Order(OrderPlaced, OrderPaid, OrderCancelled)), lookups(OpenAmount))]
pub struct Payment {
    /// The order.
    #[read_model(key, filter)]
    pub order: OrderId,
    /// The version of the order's event.
    #[read_model(key)]
    pub version: i64,
    /// How much.
    pub amount: i64,
    /// What was open then; nothing once the order has been cancelled.
    pub open: Option<i64>,
}

/// What is to be paid for an order.
#[derive(ReadModel, Clone, Debug, PartialEq)]
pub struct OpenAmount {
    /// The order.
    #[read_model(key)]
    pub order: OrderId,
    /// How much.
    pub open: i64,
}

impl Project<OrderPlaced> for Payment {
    fn project(row: &mut Row<Self>, event: &Recorded<OrderPlaced>) -> Result<(), ProjectionError> {
        let order: OrderId = event.stream_id.parse()?;
        row.lookup::<OpenAmount>(order.clone()).insert(|| OpenAmount { order, open: event.amount })
    }
}

impl Project<OrderPaid> for Payment {
    fn project(row: &mut Row<Self>, event: &Recorded<OrderPaid>) -> Result<(), ProjectionError> {
        let order: OrderId = event.stream_id.parse()?;
        let version = i64::try_from(event.version).map_err(ProjectionError::refused)?;
        let known = row.lookup::<OpenAmount>(order.clone()).get()?;
        let open = known.map_or(0, |known| known.open) - event.amount;
        row.lookup::<OpenAmount>(order.clone()).update(|known| known.open = open)?;
        row.at((order.clone(), version)).insert(|| Self { order, version, amount: event.amount, open: Some(open) })
    }
}

impl Project<OrderCancelled> for Payment {
    fn project(row: &mut Row<Self>, event: &Recorded<OrderCancelled>) -> Result<(), ProjectionError> {
        let order: OrderId = event.stream_id.parse()?;
        row.lookup::<OpenAmount>(order.clone()).delete()?;
        row.matching(Self::ORDER, &order).update(|payment| payment.open = None)
    }
}
