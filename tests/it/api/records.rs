//! Events, commands and states: which of their fields clients see or give.

use cqrs_runtime::aggregate::EventSet;
use cqrs_runtime::api::{ApiRecord, ApiTypes, accept_fields};
use cqrs_runtime::prelude::*;
use serde_json::json;

use super::domain::{AccountId, Money, Status};
use super::{fields, listed};

/// It began.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(name = "account-opened", public)]
struct AccountOpened {
    /// Who holds it.
    owner: String,
    #[serde(rename = "state")]
    status: Status,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 3, removed(legacy: bool, until = 2))]
#[serde(rename_all = "camelCase")]
struct MoneyDeposited {
    #[event(public)]
    #[event(was = "sum", until = 2)]
    paid_amount: Money,
    #[event(since = 3, default, public)]
    description: Option<String>,
    teller: String,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct AccountClosed {
    why: String,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = AccountId)]
struct OpenAccount {
    owner: String,
}

/// Puts money in.
#[derive(Command, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[command(name = "PayIn")]
#[serde(rename_all = "camelCase")]
struct Deposit {
    /// The account.
    #[command(id)]
    account_id: AccountId,
    #[serde(rename = "sum")]
    amount: Money,
    description: Option<String>,
    #[serde(default)]
    copies: u32,
}

#[derive(Command, Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[command(new_id = AccountId)]
#[serde(default)]
struct OpenMany {
    accounts: u32,
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
enum Never {}

/// What there is.
#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(
    id = AccountId,
    name = "account",
    events(AccountOpened, MoneyDeposited, AccountClosed),
    commands(create(OpenAccount, OpenMany), Deposit),
    error = Never,
)]
#[serde(rename_all = "kebab-case")]
struct Account {
    /// Who holds it.
    #[aggregate(public)]
    held_by: String,
    #[aggregate(public)]
    balance: Option<Money>,
    password: String,
}

impl Init<AccountOpened> for Account {
    fn init(event: &AccountOpened) -> Self {
        Self { held_by: event.owner.clone(), balance: None, password: String::new() }
    }
}

impl Apply<MoneyDeposited> for Account {
    fn apply(&mut self, event: &MoneyDeposited) {
        self.balance = Some(event.paid_amount);
    }
}

impl Apply<AccountClosed> for Account {
    fn apply(&mut self, _: &AccountClosed) {}
}

impl Create<OpenAccount> for Account {
    fn create(command: OpenAccount, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(AccountOpened { owner: command.owner, status: Status::Active }.into())
    }
}

impl Create<OpenMany> for Account {
    fn create(_: OpenMany, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(Events::none())
    }
}

impl Handle<Deposit> for Account {
    fn handle(&self, _: Deposit, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(Events::none())
    }
}

#[derive(Id)]
struct CounterId(Uuid);

/// All of a state is public, whose derive says so.
#[derive(Aggregate, Clone)]
#[aggregate(id = CounterId, events(AccountClosed), commands(create(Close)), error = Never, public)]
struct Counter {
    count: u64,
    at: DateTime<Utc>,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = CounterId)]
struct Close {}

impl Init<AccountClosed> for Counter {
    fn init(_: &AccountClosed) -> Self {
        Self { count: u64::MAX, at: DateTime::UNIX_EPOCH }
    }
}

impl Create<Close> for Counter {
    fn create(_: Close, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(Events::none())
    }
}

fn in_short(record: &ApiRecord) -> String {
    format!("{} {{ {} }} {:?}", record.name, fields(&record.fields), record.description)
}

#[test]
fn of_events_clients_see_what_is_public() {
    let mut types = ApiTypes::default();
    let events: Vec<_> = <Account as Aggregate>::Event::api(&mut types).iter().map(in_short).collect();
    assert_eq!(
        events,
        [
            r#"AccountOpened { owner=owner: String!, status=state: Status! } "It began.""#,
            r#"MoneyDeposited { paidAmount=paidAmount: Money!, description=description: String } """#,
            r#"AccountClosed {  } """#,
        ]
    );
    // Types that clients see nothing of are not defined.
    assert_eq!(
        listed(&types),
        ["type Money { amount=amount: Decimal! }", "enum Status { ACTIVE=active HIGH_RISK=high_risk CLOSED=gone }"]
    );
    assert_eq!(<Account as Aggregate>::Event::API_NAMES, ["AccountOpened", "MoneyDeposited", "AccountClosed"]);
}

#[test]
fn of_commands_clients_give_all_fields() {
    let mut types = ApiTypes::default();
    let commands = <Account as Aggregate>::Command::api(&mut types);
    let described = commands.iter().map(|command| (command.name, command.creates, in_short(&command.input)));
    let expected = [
        ("OpenAccount", true, r#"OpenAccount { owner=owner: String! } """#),
        ("OpenMany", true, r#"OpenMany { accounts=accounts: BigInt! = .. } """#),
        (
            "PayIn",
            false,
            "PayIn { accountId=accountId: Uuid!, amount=sum: Money!, description=description: String, \
             copies=copies: BigInt! = .. } \"Puts money in.\"",
        ),
    ];
    assert_eq!(described.collect::<Vec<_>>(), expected.map(|(name, creates, input)| (name, creates, input.to_owned())));
    assert_eq!(commands[2].input.fields[0].description, "The account.");
}

#[test]
fn what_clients_give_is_a_command() {
    let mut types = ApiTypes::default();
    let input = Deposit::api(&mut types);
    let given = json!({ "accountId": Uuid::nil(), "amount": { "amount": "1.5" } });
    let stored = accept_fields(given, &input.fields, &types).expect("it is of the type");
    let command: Deposit = serde_json::from_value(stored).expect("a command");
    let amount = Money { cents: 150 };
    assert_eq!(command, Deposit { account_id: AccountId(Uuid::nil()), amount, description: None, copies: 0 });

    let input = OpenMany::api(&mut types);
    let stored = accept_fields(json!({}), &input.fields, &types).expect("all has a default");
    assert_eq!(serde_json::from_value::<OpenMany>(stored).expect("a command"), OpenMany { accounts: 0 });
}

#[test]
fn of_a_state_clients_see_what_is_public() {
    let mut types = ApiTypes::default();
    let told = Account::api(&mut types);
    assert_eq!(in_short(&told), r#"Account { heldBy=held-by: String!, balance=balance: Money } "What there is.""#);
    let account = Account { held_by: "ada".into(), balance: Some(Money { cents: 5 }), password: "secret".into() };
    assert_eq!(account.public_fields().expect("JSON"), json!({ "held-by": "ada", "balance": { "cents": 5 } }));
    let all = Counter::api(&mut types);
    assert_eq!(
        in_short(&all),
        r#"Counter { count=count: BigInt!, at=at: DateTime! } "All of a state is public, whose derive says so.""#
    );
    let counter = <Counter as Aggregate>::begin(&AccountClosed { why: String::new() }.into()).expect("it begins");
    assert_eq!(counter.public_fields().expect("JSON"), json!({ "count": u64::MAX, "at": "1970-01-01T00:00:00Z" }));
}
