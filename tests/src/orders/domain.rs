//! What happens: events of orders, and of the customers who place them.

use cqrs_runtime::prelude::*;

/// An order's identity.
#[derive(Id)]
pub struct OrderId(String);

/// A customer's identity.
#[derive(Id)]
pub struct CustomerId(String);

impl CustomerId {
    /// One of a seed's customers.
    pub(super) fn numbered(seed: u64, number: usize) -> Self {
        Self(format!("{seed}-{number}"))
    }
}

/// A customer wants something.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// Who.
    pub customer: CustomerId,
    /// What it costs.
    pub amount: i64,
    /// What the customer has said.
    pub note: Option<String>,
}

/// Money came in for an order.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderPaid {
    /// From whom.
    pub customer: CustomerId,
    /// How much.
    pub amount: i64,
}

/// The order is no more.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderCancelled {
    /// Whose it was.
    pub customer: CustomerId,
}

/// A customer has a name, or another one.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerRenamed {
    /// Who.
    pub customer: CustomerId,
    /// The name.
    pub name: String,
}

/// A customer is no more, nor are the orders.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerLeft {
    /// Who.
    pub customer: CustomerId,
}

/// Places an order.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = OrderId)]
pub struct PlaceOrder {
    /// Who.
    pub customer: CustomerId,
}

/// Names a customer.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub struct NameCustomer {
    /// Who.
    #[command(id)]
    pub customer: CustomerId,
    /// The name.
    pub name: String,
}

/// No order and no customer refuses anything.
#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
pub enum Never {}

/// An order, of which nothing is known to decide on.
#[derive(Aggregate, Clone)]
#[aggregate(
    id = OrderId,
    events(OrderPlaced, OrderPaid, OrderCancelled),
    commands(create(PlaceOrder)),
    error = Never,
)]
pub struct Order;

/// A customer, of whom nothing is known to decide on.
#[derive(Aggregate, Clone)]
#[aggregate(
    id = CustomerId,
    events(CustomerRenamed, CustomerLeft),
    commands(create(NameCustomer)),
    error = Never,
)]
pub struct Customer;

impl Create<PlaceOrder> for Order {
    fn create(command: PlaceOrder, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(OrderPlaced { customer: command.customer, amount: 0, note: None }.into())
    }
}

impl Init<OrderPlaced> for Order {
    fn init(_: &OrderPlaced) -> Self {
        Self
    }
}

impl Apply<OrderPaid> for Order {
    fn apply(&mut self, _: &OrderPaid) {}
}

impl Apply<OrderCancelled> for Order {
    fn apply(&mut self, _: &OrderCancelled) {}
}

impl Create<NameCustomer> for Customer {
    fn create(command: NameCustomer, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(CustomerRenamed { customer: command.customer, name: command.name }.into())
    }
}

impl Init<CustomerRenamed> for Customer {
    fn init(_: &CustomerRenamed) -> Self {
        Self
    }
}

impl Apply<CustomerLeft> for Customer {
    fn apply(&mut self, _: &CustomerLeft) {}
}
