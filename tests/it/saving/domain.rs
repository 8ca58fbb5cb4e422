//! A member whose address no other has.

use cqrs_runtime::prelude::*;

#[derive(Id)]
pub(super) struct MemberId(Uuid);

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Registered {
    pub email: String,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Renamed {
    pub email: String,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Left {}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(super) struct Register {
    #[command(id)]
    pub member: MemberId,
    pub email: String,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(super) struct Rename {
    #[command(id)]
    pub member: MemberId,
    pub email: String,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(super) struct Leave {
    #[command(id)]
    pub member: MemberId,
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
#[error("refused")]
pub(super) struct Refused;

#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(
    id = MemberId,
    events(Registered, Renamed, Left),
    commands(create(Register), Rename, Leave),
    error = Refused,
    snapshot(every = 3),
)]
pub(super) struct Member {
    pub email: String,
}

/// The name that an address is.
pub(super) fn email(address: &str) -> Claim {
    Claim::new("email", address)
}

impl Create<Register> for Member {
    fn create(command: Register, _: &Context<Self>) -> Result<Events<Self>, Refused> {
        let claim = email(&command.email);
        Ok(Events::from(Registered { email: command.email }).claim(claim))
    }
}

impl Handle<Rename> for Member {
    fn handle(&self, command: Rename, _: &Context<Self>) -> Result<Events<Self>, Refused> {
        let claim = email(&command.email);
        Ok(Events::from(Renamed { email: command.email }).release(email(&self.email)).claim(claim))
    }
}

impl Handle<Leave> for Member {
    fn handle(&self, _: Leave, _: &Context<Self>) -> Result<Events<Self>, Refused> {
        Ok(Events::from(Left {}).release(email(&self.email)))
    }
}

impl Init<Registered> for Member {
    fn init(event: &Registered) -> Self {
        Self { email: event.email.clone() }
    }
}

impl Apply<Renamed> for Member {
    fn apply(&mut self, event: &Renamed) {
        self.email.clone_from(&event.email);
    }
}

impl Apply<Left> for Member {
    fn apply(&mut self, _: &Left) {}
}
