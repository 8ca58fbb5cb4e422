//! A correct domain, for contexts with mistakes.

use cqrs_runtime::prelude::*;

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
#[error("refused")]
pub struct Refused;

macro_rules! aggregate {
    ($aggregate:ident of $id:ident: $event:ident, $command:ident) => {
        #[derive(Id)]
        pub struct $id(Uuid);

        #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct $event {}

        #[derive(Command, Clone, Debug, Serialize, Deserialize)]
        #[command(new_id = $id)]
        pub struct $command {}

        #[derive(Aggregate, Clone)]
        #[aggregate(id = $id, events($event), commands(create($command)), error = Refused)]
        pub struct $aggregate {}

        impl Init<$event> for $aggregate {
            fn init(_: &$event) -> Self {
                Self {}
            }
        }

        impl Create<$command> for $aggregate {
            fn create(_: $command, _: &Context<Self>) -> Result<Events<Self>, Refused> {
                Ok(Events::none())
            }
        }
    };
}
pub(crate) use aggregate;

macro_rules! read_model {
    ($model:ident of $id:ident: $aggregate:ident, $event:ident) => {
        #[derive(ReadModel, Clone)]
        #[read_model(events($aggregate($event)))]
        pub struct $model {
            #[read_model(key)]
            pub key: $id,
        }

        impl Project<$event> for $model {
            fn project(row: &mut Row<Self>, _: &Recorded<$event>) -> Result<(), ProjectionError> {
                row.delete()
            }
        }
    };
}

aggregate!(Order of OrderId: Placed, Place);
aggregate!(Customer of CustomerId: Registered, Register);
read_model!(OrderSummary of OrderId: Order, Placed);
read_model!(CustomerSummary of CustomerId: Customer, Registered);
