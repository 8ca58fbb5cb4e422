//! Read models: the table that a struct describes, and where its events go.

use cqrs_runtime::column::ColumnType;
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{PartitionBy, PartitionKey};
use cqrs_runtime::read_model::Field;
use cqrs_runtime::schema::{Shape, Shapes};

#[derive(Id)]
pub(super) struct AccountId(Uuid);

#[derive(Id)]
pub(super) struct CustomerId(String);

#[derive(Value, Copy, Eq, Hash, PartialOrd, Ord)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Currency {
    Chf,
    Eur,
}

#[derive(Value, Copy)]
#[value(columns)]
pub(super) struct Money {
    minor: i64,
    #[serde(rename = "in")]
    currency: Currency,
}

#[derive(Value)]
pub(super) struct Address {
    street: String,
    floor: f64,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct AccountOpened {
    pub r#for: CustomerId,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct MoneyDeposited {
    pub amount: Money,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct CustomerRenamed {
    pub r#for: CustomerId,
    pub name: String,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = AccountId)]
pub(super) struct OpenAccount {}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = CustomerId)]
pub(super) struct Rename {}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
pub(super) enum Never {}

#[derive(Aggregate, Clone)]
#[aggregate(id = AccountId, events(AccountOpened, MoneyDeposited), commands(create(OpenAccount)), error = Never)]
pub(super) struct Account;

impl Init<AccountOpened> for Account {
    fn init(_: &AccountOpened) -> Self {
        Self
    }
}

impl Apply<MoneyDeposited> for Account {
    fn apply(&mut self, _: &MoneyDeposited) {}
}

impl Create<OpenAccount> for Account {
    fn create(_: OpenAccount, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(AccountOpened { r#for: CustomerId("ada".into()) }.into())
    }
}

#[derive(Aggregate, Clone)]
#[aggregate(id = CustomerId, events(CustomerRenamed), commands(create(Rename)), error = Never)]
pub(super) struct Customer;

impl Init<CustomerRenamed> for Customer {
    fn init(_: &CustomerRenamed) -> Self {
        Self
    }
}

impl Create<Rename> for Customer {
    fn create(_: Rename, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(CustomerRenamed { r#for: CustomerId("ada".into()), name: String::new() }.into())
    }
}

/// What an account looks like
/// from outside.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Account(AccountOpened, MoneyDeposited)))]
pub(super) struct AccountSummary {
    #[read_model(key)]
    pub account_id: AccountId,
    /// Who has opened it.
    #[read_model(filter, order)]
    pub owner: CustomerId,
    #[read_model(order)]
    pub balance: Money,
    #[read_model(filter)]
    pub r#limit: Option<Money>,
    pub address: Option<Address>,
    #[read_model(references = Owner)]
    pub r#type: Option<CustomerId>,
}

impl Project<AccountOpened> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        let account_id = row.id()?;
        let balance = Money { minor: 0, currency: Currency::Eur };
        row.insert(|| Self {
            account_id,
            owner: event.r#for.clone(),
            balance,
            r#limit: None,
            address: None,
            r#type: None,
        })
    }
}

impl Project<MoneyDeposited> for AccountSummary {
    fn project(row: &mut Row<Self>, event: &Recorded<MoneyDeposited>) -> Result<(), ProjectionError> {
        row.update(|summary| summary.balance.minor += event.amount.minor)
    }
}

/// Made of the events of two aggregates.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(
    table = "owners",
    version = 3,
    events(Account(AccountOpened), Customer(CustomerRenamed)),
    lookups(Renames),
    partition = r#for
)]
pub(super) struct Owner {
    #[read_model(key)]
    pub id: CustomerId,
}

impl Project<AccountOpened> for Owner {
    fn project(row: &mut Row<Self>, event: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        row.at(event.r#for.clone()).insert(|| Self { id: event.r#for.clone() })
    }
}

impl Project<CustomerRenamed> for Owner {
    fn project(row: &mut Row<Self>, event: &Recorded<CustomerRenamed>) -> Result<(), ProjectionError> {
        let (customer, day) = (event.r#for.clone(), event.metadata.recorded_at.date_naive());
        row.lookup::<Renames>((customer.clone(), day))
            .upsert(|| Renames { day, customer, count: 0 }, |renames| renames.count += 1)
    }
}

/// How often a customer was renamed in a day: a lookup.
#[derive(ReadModel, Clone, Debug, PartialEq)]
pub(super) struct Renames {
    pub count: u64,
    #[read_model(key)]
    pub customer: CustomerId,
    #[read_model(key)]
    pub day: NaiveDate,
}

#[test]
fn a_struct_describes_its_table() {
    let table = AccountSummary::TABLE;
    assert_eq!((table.name, table.version, table.key), ("account_summary", 1, &[0][..]));
    assert_eq!(table.description, "What an account looks like\nfrom outside.");
    let columns: Vec<_> = table.columns().collect();
    let column = |name: &str, ty, optional| (name.to_owned(), ty, optional);
    assert_eq!(
        columns,
        [
            column("account_id", ColumnType::Uuid, false),
            column("owner", ColumnType::Text, false),
            column("balance_minor", ColumnType::Integer, false),
            column("balance_in", ColumnType::Text, false),
            column("limit_minor", ColumnType::Integer, true),
            column("limit_in", ColumnType::Text, true),
            column("address", ColumnType::Document, true),
            column("type", ColumnType::Text, true),
        ]
    );
    let uses: Vec<_> = table.fields.iter().map(|field| (field.filter, field.order)).collect();
    assert_eq!(uses, [(false, false), (true, true), (false, true), (true, false), (false, false), (false, false)]);
    assert_eq!(table.fields[1].description, "Who has opened it.");
    let referred: Vec<_> = table.fields.iter().map(|field| field.references.map(|table| table().name)).collect();
    assert_eq!(referred, [None, None, None, None, None, Some("owners")]);
    assert_eq!((table.fields[2].shape)(&mut Shapes::default()), Shape::Named("Money"));
}

#[test]
fn several_key_fields_are_a_tuple_in_their_order() {
    let row = Renames { count: 2, customer: CustomerId("ada".into()), day: NaiveDate::default() };
    assert_eq!(row.key(), (CustomerId("ada".into()), NaiveDate::default()));
    assert_eq!(Renames::TABLE.key, [1, 2]);
}

#[test]
fn fields_to_filter_and_order_by_have_constants() {
    let owner: Field<AccountSummary, CustomerId, true, true> = AccountSummary::OWNER;
    let balance: Field<AccountSummary, Money, false, true> = AccountSummary::BALANCE;
    let limit: Field<AccountSummary, Option<Money>, true, false> = AccountSummary::LIMIT;
    let names = [owner.description().name, balance.description().name, limit.description().name];
    assert_eq!(names, ["owner", "balance", "limit"]);
}

#[test]
fn events_are_routed_by_aggregate_and_name() {
    let routes = Owner::routes();
    let routes: Vec<_> = routes.iter().map(|route| (route.stream_type, route.name)).collect();
    assert_eq!(routes, [("Account", "AccountOpened"), ("Customer", "CustomerRenamed")]);
    assert_eq!(Owner::lookups().iter().map(|lookup| lookup.table.name).collect::<Vec<_>>(), ["renames"]);
    assert_eq!((Owner::PARTITION, AccountSummary::PARTITION), (PartitionBy::Field("for"), PartitionBy::Stream));
    assert_eq!(Owner::TABLE.version, 3);
}

#[test]
fn the_field_of_a_partition_is_told_as_it_is_written() {
    let opened = AccountOpened { r#for: CustomerId("ada \"x\"".into()) };
    assert_eq!(<Owner as PartitionKey<AccountOpened>>::partition_key(&opened), "ada \"x\"");
}
