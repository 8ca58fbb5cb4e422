//! Aggregates: the enums, routing and decoding that the derive writes.

use std::borrow::Cow;
use std::time::Duration;

use cqrs_runtime::aggregate::DecideError;
use cqrs_runtime::command::{CommandJsonError, CommandVisitor};
use cqrs_runtime::event::DecodeError;
use cqrs_runtime::prelude::*;
use cqrs_runtime::schema::Shapes;

use super::raw;

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Opened {
    owner: String,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Imported {
    owner: String,
    balance: i64,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Deposited {
    amount: i64,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FeeWaived {
    amount: i64,
}

impl From<FeeWaived> for AccountEvent {
    fn from(old: FeeWaived) -> Self {
        Deposited { amount: old.amount }.into()
    }
}

#[derive(Command, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[command(new_id = AccountId)]
struct Open {
    owner: String,
}

#[derive(Command, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[command(name = "pay_in", enrich = Risk, enrich_timeout = "1500ms")]
struct Deposit {
    #[command(id)]
    account_id: AccountId,
    amount: i64,
}

#[derive(Clone, Debug)]
struct Risk;

#[derive(Clone, Debug, Default)]
struct Limits;

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
enum AccountError {
    #[error("the amount is negative")]
    #[domain(code = "NEGATIVE", field = "amount")]
    NegativeAmount,
    #[error("too much: {amount}")]
    TooMuch { amount: i64 },
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
#[error("closed")]
#[domain(field = "id")]
struct IsClosed;

#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(
    id = AccountId,
    name = "account",
    events(init(Opened, Imported), Deposited),
    commands(create(Open), Deposit),
    error = AccountError,
    config = Limits,
    snapshot(every = 100, version = 2),
    retired(FeeWaived),
)]
struct Account {
    owner: String,
    balance: i64,
}

impl Init<Opened> for Account {
    fn init(event: &Opened) -> Self {
        Self { owner: event.owner.clone(), balance: 0 }
    }
}

impl Init<Imported> for Account {
    fn init(event: &Imported) -> Self {
        Self { owner: event.owner.clone(), balance: event.balance }
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: &Deposited) {
        self.balance += event.amount;
    }
}

impl Create<Open> for Account {
    fn create(cmd: Open, _: &Context<Self>) -> Result<Events<Self>, AccountError> {
        Ok(Opened { owner: cmd.owner }.into())
    }
}

impl Handle<Deposit> for Account {
    fn handle(&self, cmd: Deposit, _: &Context<Self, Risk>) -> Result<Events<Self>, AccountError> {
        if cmd.amount < 0 {
            return Err(AccountError::NegativeAmount);
        }
        Ok(events![Deposited { amount: cmd.amount }])
    }
}

#[test]
fn events_build_the_state() {
    let opened = AccountEvent::from(Opened { owner: "ada".into() });
    let deposited = AccountEvent::from(Deposited { amount: 5 });
    let mut account = Account::begin(&opened).expect("it begins");
    assert!(account.evolve(&deposited));
    assert_eq!(account, Account { owner: "ada".into(), balance: 5 });
    assert!(!account.evolve(&opened));
    assert!(Account::begin(&deposited).is_none());
    assert!(Account::begin(&Imported { owner: "ada".into(), balance: 7 }.into()).is_some());
}

#[test]
fn events_convert_both_ways() {
    let event = AccountEvent::from(Deposited { amount: 5 });
    assert_eq!((event.name(), event.schema_version()), ("Deposited", 1));
    assert_eq!(event.payload().expect("JSON"), r#"{"amount":5}"#);
    assert_eq!(<Account as Emits<Deposited>>::unwrap(&event), Some(&Deposited { amount: 5 }));
    assert_eq!(<Account as Emits<Opened>>::unwrap(&event), None);
    assert_eq!(Opened::try_from(event.clone()), Err(event.clone()));
    assert_eq!(Deposited::try_from(event), Ok(Deposited { amount: 5 }));
}

#[test]
fn stored_events_decode_by_name() {
    let decode = |name, payload| AccountEvent::decode(&raw(name, 1, payload));
    let deposited = Parts::One(Deposited { amount: 5 }.into());
    assert_eq!(decode("Deposited", r#"{"amount":5}"#).expect("listed"), deposited);
    assert_eq!(decode("FeeWaived", r#"{"amount":5}"#).expect("retired"), deposited);
    assert!(matches!(decode("Withdrawn", "{}"), Err(DecodeError::UnknownName)));
    assert_eq!(AccountEvent::NAMES, ["Opened", "Imported", "Deposited"]);
}

#[test]
fn commands_are_read_by_name() {
    let id = AccountId(Uuid::nil());
    let json = serde_json::to_string(&Deposit { account_id: id, amount: 5 }).expect("JSON");
    let command = AccountCommand::from_json("pay_in", &json).expect("a command");
    assert_eq!(command.name(), "pay_in");
    assert_eq!(Deposit::try_from(command).ok(), Some(Deposit { account_id: id, amount: 5 }));
    let unknown = AccountCommand::from_json("Deposit", &json).err().expect("an error");
    assert_eq!(unknown.to_string(), "unknown command `Deposit`; there are Open, pay_in");
    assert!(matches!(AccountCommand::from_json("pay_in", "{}"), Err(CommandJsonError::Malformed { .. })));
}

#[test]
fn commands_know_their_target() {
    let id = AccountId(Uuid::nil());
    let deposit = Deposit { account_id: id, amount: 5 };
    assert_eq!(deposit.target(Uuid::now_v7), Cow::<AccountId>::Borrowed(&id));
    assert_eq!(Open { owner: "ada".into() }.target(Uuid::nil), Cow::<AccountId>::Owned(id));
    assert_eq!((Open::NEW_ID, Deposit::NEW_ID), (true, false));
    assert_eq!(Deposit::ENRICH_TIMEOUT, Duration::from_millis(1500));
    assert_eq!((Open::unenriched().is_some(), Deposit::unenriched().is_some()), (true, false));
}

/// Tells whether a command begins a stream.
struct Creates;

impl CommandVisitor<Account> for Creates {
    type Output = bool;

    fn visit<C: Command<Id = AccountId>>(self, _: C) -> bool
    where
        Account: Decide<C>,
    {
        <Account as Decide<C>>::CREATES
    }
}

#[test]
fn commands_are_visited_as_themselves() {
    assert!(AccountCommand::from(Open { owner: "ada".into() }).visit(Creates));
    assert!(!AccountCommand::from(Deposit { account_id: AccountId(Uuid::nil()), amount: 5 }).visit(Creates));
}

#[test]
fn refusals_have_codes() {
    assert_eq!(
        (AccountError::NegativeAmount.code(), AccountError::NegativeAmount.field()),
        ("NEGATIVE", Some("amount"))
    );
    let too_much = AccountError::TooMuch { amount: 5 };
    assert_eq!((too_much.code(), too_much.field()), ("TOO_MUCH", None));
    assert_eq!((IsClosed.code(), IsClosed.field()), ("IS_CLOSED", Some("id")));
    assert_ne!(DecideError::NotFound, DecideError::Refused(IsClosed));
}

#[test]
fn snapshots_are_json() {
    let policy = Account::snapshots().expect("snapshots");
    assert_eq!((policy.every, policy.version), (100, 2));
    let account = Account { owner: "ada".into(), balance: 5 };
    let json = (policy.encode)(&account).expect("JSON");
    assert_eq!((policy.decode)(&json).expect("a state"), account);
}

#[test]
fn the_schema_tells_events_and_state() {
    let schema = Account::schema(&mut Shapes::default());
    assert_eq!(schema.stream_type, "account");
    let names: Vec<_> = schema.events.iter().map(|event| event.name).collect();
    assert_eq!(names, ["Opened", "Imported", "Deposited", "FeeWaived"]);
    assert_eq!(schema.state.map(|(version, _)| version), Some(2));
}
