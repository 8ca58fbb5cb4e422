use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Opened {
    owner: String,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Deposited {
    cents: i64,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = AccountId)]
struct Open {
    owner: String,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
struct Deposit {
    #[command(id)]
    account_id: AccountId,
    cents: i64,
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
#[error("refused")]
struct Refused;

#[derive(Aggregate, Clone, Serialize, Deserialize)]
#[aggregate(id = AccountId, events(Opened, Deposited), commands(create(Open), Deposit), error = Refused, snapshot(every = 100))]
struct Account {
    balance: i64,
    #[serde(skip)]
    field_1: Option<i64>,
    #[serde(default, skip_serializing)]
    field_2: Option<i64>,
    #[serde(default, skip_deserializing)]
    field_3: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field_4: Option<i64>,
}

impl Init<Opened> for Account {
    fn init(_: &Opened) -> Self {
        Self { balance: 0, field_1: None, field_2: None, field_3: None, field_4: None }
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: &Deposited) {
        self.balance += event.cents;
    }
}

impl Create<Open> for Account {
    fn create(command: Open, _: &Context<Self>) -> Result<Events<Self>, Refused> {
        Ok(Opened { owner: command.owner }.into())
    }
}

impl Handle<Deposit> for Account {
    fn handle(&self, command: Deposit, _: &Context<Self>) -> Result<Events<Self>, Refused> {
        Ok(Deposited { cents: command.cents }.into())
    }
}

fn main() {}
