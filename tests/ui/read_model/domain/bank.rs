//! A correct domain, for read models and projections with mistakes.

use cqrs_runtime::prelude::*;

#[derive(Id)]
pub struct AccountId(Uuid);

#[derive(Id)]
pub struct CustomerId(String);

#[derive(Value)]
#[value(columns)]
pub struct Money {
    pub minor: i64,
    pub currency: String,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub customer_id: CustomerId,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deposited {
    pub amount: Money,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Renamed {
    pub customer_id: CustomerId,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = AccountId)]
pub struct Open {}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = CustomerId)]
pub struct Rename {}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
#[error("refused")]
pub struct Refused;

#[derive(Aggregate, Clone)]
#[aggregate(id = AccountId, events(Opened, Deposited), commands(create(Open)), error = Refused)]
pub struct Account {}

impl Init<Opened> for Account {
    fn init(_: &Opened) -> Self {
        Self {}
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, _: &Deposited) {}
}

impl Create<Open> for Account {
    fn create(_: Open, _: &Context<Self>) -> Result<Events<Self>, Refused> {
        Err(Refused)
    }
}

#[derive(Aggregate, Clone)]
#[aggregate(id = CustomerId, events(Renamed), commands(create(Rename)), error = Refused)]
pub struct Customer {}

impl Init<Renamed> for Customer {
    fn init(_: &Renamed) -> Self {
        Self {}
    }
}

impl Create<Rename> for Customer {
    fn create(_: Rename, _: &Context<Self>) -> Result<Events<Self>, Refused> {
        Err(Refused)
    }
}
