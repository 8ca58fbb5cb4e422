use cqrs_runtime::prelude::*;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Opened;

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = AccountId)]
struct Open {}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
enum Never {}

macro_rules! account {
    ($account:ident, $name:literal) => {
        #[derive(Aggregate, Clone)]
        #[aggregate(name = $name, id = AccountId, events(Opened), commands(create(Open)), error = Never)]
        struct $account;
    };
}

account!(Nameless, "");
account!(Broken, "Acc\u{1f}ount");
account!(Long, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");

fn main() {}
