//! Derive macros of the `cqrs-runtime` framework; use them through `cqrs_runtime::prelude`.
//!
//! Each derive takes `crate = path` in its attribute where the runtime has another name.

mod aggregate;
mod command;
mod context;
mod error;
mod event;
mod id;
mod projection;
mod read_model;
mod support;
mod value;

use proc_macro::TokenStream;

/// Makes a struct an event: `Event`.
///
/// `#[event(..)]` on the struct, all optional:
/// - `name = ".."`: the stored name, by default the struct's.
/// - `version = 2`: the version of the stored shape, by default 1.
/// - `previous = DepositedV1`: the struct of the version before, which becomes this one by `From`, `TryFrom` or
///   `Upcast`.
/// - `removed(legacy: String, until = 2)`: a field that earlier versions had, with `since = ..` where it came late and
///   `was = ".."` where its stored name was another; may stand several times.
/// - `public`: clients see all its fields; on a field: this one. Without it they see that it happened, and no more.
///
/// `#[event(..)]` on a field, instead of `previous`; may stand several times:
/// - `since = 2, default = ..`: version 2 brought the field; earlier events get the default. A text goes through `From`,
///   any other expression stands as it is, and `default` alone is `Default::default()`.
/// - `was = "mail", until = 2`: earlier versions stored the field under that name.
/// - `until = 3, ty = f64, with = path`: earlier versions had that type; the function returns the value or a `Result` of
///   it. Without `with`, the type converts by `TryFrom`.
///
/// Several changes of a field are taken one after the other, in the order of their versions: a conversion returns what the
/// field was next, and a default is of the type that the field had when it came.
///
/// The stored names are serde's: `rename` and `rename_all` count, of removed fields too.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
/// #[event(version = 2, removed(legacy: bool, until = 2))]
/// pub struct EmailChanged {
///     #[event(was = "mail", until = 2)]
///     pub email: String,
///     #[event(since = 2, default = "unknown")]
///     pub changed_by: String,
/// }
/// ```
#[proc_macro_derive(Event, attributes(event))]
pub fn event(input: TokenStream) -> TokenStream {
    event::derive(input.into()).into()
}

/// Makes a struct a command: `Command`.
///
/// `#[command(id)]` on a field marks the target's id. On the struct, all optional:
/// - `new_id = AccountId`: the server makes the id, so no field holds it.
/// - `name = ".."`: the name under which clients send it, by default the struct's.
/// - `enrich = RiskScore`: what is asked of the outside world before the decision.
/// - `enrich_timeout = "2s"`: how long that may take, in `ms`, `s` or `m`.
///
/// Clients give all its fields, each a `Value`; an `Option`, or one with `#[serde(default)]`, may be left out. Doc comments are
/// what they are told of it.
///
/// A command belongs to one aggregate, and stands in the same crate.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// #[derive(Id)]
/// pub struct AccountId(Uuid);
///
/// #[derive(Command, Clone, Debug, Serialize, Deserialize)]
/// pub struct Deposit {
///     #[command(id)]
///     pub account_id: AccountId,
///     pub cents: i64,
/// }
/// ```
#[proc_macro_derive(Command, attributes(command))]
pub fn command(input: TokenStream) -> TokenStream {
    command::derive(input.into()).into()
}

/// Makes a struct or an enum an aggregate's state: `Aggregate`.
///
/// `#[aggregate(..)]` is the aggregate's table of contents:
/// - `id = AccountId`, `error = AccountError`: its id, and why it refuses a command.
/// - `events(Opened, Deposited)`: its events. The first one begins a stream (`Init`), the others change the state
///   (`Apply`); where several begin a stream: `events(init(Opened, Imported), Deposited)`.
/// - `commands(create(Open), Deposit)`: its commands. Those in `create(..)` begin a stream (`Create`), the others need a
///   state (`Handle`).
/// - `config = Limits`: what the application configures for decisions.
/// - `snapshot(every = 100, version = 1)`: keeps snapshots; raise the version when `Apply` changes its meaning.
/// - `retired(FeeWaived)`: events that are no longer written, each with `impl From<FeeWaived> for AccountEvent`.
/// - `name = ".."`: the stored type of its streams, by default the type's name.
/// - `event_enum = ..`, `command_enum = ..`: names of the generated enums, by default `AccountEvent` and
///   `AccountCommand`.
/// - `public`: clients see all fields of the state. `#[aggregate(public)]` on a field shows that one; a public field is a
///   `Value`. Without it they see nothing of the state.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// #[derive(Id)]
/// pub struct CounterId(Uuid);
///
/// #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
/// pub struct Started;
///
/// #[derive(Command, Clone, Debug, Serialize, Deserialize)]
/// #[command(new_id = CounterId)]
/// pub struct Start {}
///
/// #[derive(Debug, PartialEq, thiserror::Error, DomainError)]
/// pub enum CounterError {}
///
/// #[derive(Aggregate, Clone)]
/// #[aggregate(id = CounterId, events(Started), commands(create(Start)), error = CounterError)]
/// pub struct Counter;
///
/// impl Init<Started> for Counter {
///     fn init(_: &Started) -> Self { Self }
/// }
///
/// impl Create<Start> for Counter {
///     fn create(_: Start, _: &Context<Self>) -> Result<Events<Self>, CounterError> { Ok(Started.into()) }
/// }
/// ```
#[proc_macro_derive(Aggregate, attributes(aggregate))]
pub fn aggregate(input: TokenStream) -> TokenStream {
    aggregate::derive(input.into()).into()
}

/// Makes an enum or a struct an error of a domain: `DomainError`.
///
/// `#[domain(code = "..", field = "..")]` on a variant, or on a struct: the code for clients, by default the name in
/// upper case (`INSUFFICIENT_FUNDS`), and the input field at fault.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// #[derive(Debug, PartialEq, thiserror::Error, DomainError)]
/// pub enum AccountError {
///     #[error("only {available} available")]
///     #[domain(field = "amount")]
///     InsufficientFunds { available: i64 },
/// }
/// ```
#[proc_macro_derive(DomainError, attributes(domain))]
pub fn domain_error(input: TokenStream) -> TokenStream {
    error::derive(input.into()).into()
}

/// Makes a newtype over a `Uuid`, a `String` or an integer an id: `Identifier`.
///
/// The derive brings along `Clone`, `Debug`, `PartialEq`, `Eq`, `Hash`, `PartialOrd`, `Ord`, `Display`, `FromStr`,
/// `Serialize`, `Deserialize` and `Value`; over a `Uuid` or an integer also `Copy` and `From`, over a `String` `TryFrom`,
/// for not every text is an id; over a `Uuid` or a `String` also `GeneratedId`. Don't derive them again.
///
/// `#[id(name = "..")]` is the name in the schema, by default the type's.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// #[derive(Id)]
/// pub struct AccountId(Uuid);
/// ```
#[proc_macro_derive(Id, attributes(id))]
pub fn id(input: TokenStream) -> TokenStream {
    id::derive(input.into()).into()
}

/// Makes a struct, a newtype or an enum fit to be stored in events, commands and states: `Value`.
///
/// The derive brings along `Clone`, `Debug`, `PartialEq`, `Serialize` and `Deserialize`; don't derive them again. Others
/// (`Copy`, `Eq`, `Hash`) can stand beside it. `#[serde(..)]` counts where it names things, `rename` and `rename_all`, and
/// for `default`; what hides the stored shape or leaves something out (`flatten`, `with`, `skip`, ..) is refused.
///
/// - `#[value(with = Millis)]` on a newtype stores a foreign type as its `Adapter` says.
/// - `#[value(name = "..")]` is the name in the schema, by default the type's.
/// - `#[value(api = WholeUnits)]`: clients see it in another form, as an `Adapter` of the type itself says.
/// - `#[value(columns)]` on a struct gives each of its fields a column of its own in the table of a read model, and an
///   order: field by field. Without it, a struct stands there as a document. The first field may not be absent.
///
/// - `#[value(api = MoneyForClients)]` shows clients what that `Adapter` makes of it, itself a `Value`, and takes that back.
///   Without it, clients see a struct field by field, an enum without data as a word in upper case, a newtype as what it
///   wraps, and anything else as a JSON document.
///
/// In a read model, a newtype stands as what it wraps, an enum without data as a text, an enum with data as a document.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// #[derive(Value, Copy, Eq)]
/// #[serde(rename_all = "UPPERCASE")]
/// pub enum Currency {
///     Usd,
///     Eur,
/// }
/// ```
#[proc_macro_derive(Value, attributes(value, serde))]
pub fn value(input: TokenStream) -> TokenStream {
    value::derive(input.into()).into()
}

/// Makes a struct a read model: `ReadModel`, and `Projection` where it names events.
///
/// `#[read_model(..)]` on the struct, all optional:
/// - `table = ".."`: the name of the table, by default the struct's in `snake_case`.
/// - `plural = ".."`: the name of the list of rows in the generated GraphQL schema, by default the plural of the struct's in
///   `camelCase`.
/// - `version = 2`: raised when `Project` makes other rows of the same events; by default 1.
/// - `events(Account(AccountOpened, MoneyDeposited))`: the events that the rows are made of, by aggregate, each with
///   `Project`. Without any, it is a lookup, whose rows another read model's projection writes.
/// - `lookups(OrderCustomer)`: the lookups whose rows its projection writes, and finds by `row.lookup(key)`.
/// - `partition = customer_id`: what the events of one row have in common, a field that each of them has. By default it
///   is the stream; it must be said where events of several aggregates are listed. `tenant` are all events of a tenant,
///   `all` all events, one after the other.
///
/// `#[read_model(..)]` on a field:
/// - `key`: tells rows apart; on several fields, all of them together do.
/// - `filter`, `order`: rows can be chosen, or ordered, by it; a constant of the struct names it, `AccountSummary::OWNER`.
/// - `references = AccountSummary`: it holds the key of a row of that read model, or may be absent.
/// - `name = "accountNumber"`: what clients of the generated GraphQL schema call it, by default the field's name in
///   `camelCase`. A field `id` needs another one, for there clients find the opaque id of each row.
///
/// A field is a `Value`; a struct among them is a document, unless it has `#[value(columns)]`.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// # #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
/// # pub struct Started { pub by: String }
/// # #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
/// # pub struct Counted { pub steps: i64 }
/// # #[derive(Command, Clone, Debug, Serialize, Deserialize)]
/// # #[command(new_id = CounterId)]
/// # pub struct Start {}
/// # #[derive(Debug, PartialEq, thiserror::Error, DomainError)]
/// # pub enum CounterError {}
/// # #[derive(Aggregate, Clone)]
/// # #[aggregate(id = CounterId, events(Started, Counted), commands(create(Start)), error = CounterError)]
/// # pub struct Counter;
/// # impl Init<Started> for Counter { fn init(_: &Started) -> Self { Self } }
/// # impl Apply<Counted> for Counter { fn apply(&mut self, _: &Counted) {} }
/// # impl Create<Start> for Counter {
/// #     fn create(_: Start, _: &Context<Self>) -> Result<Events<Self>, CounterError> {
/// #         Ok(Started { by: "ada".into() }.into())
/// #     }
/// # }
/// #[derive(Id)]
/// pub struct CounterId(Uuid);
///
/// /// What has been counted.
/// #[derive(ReadModel, Clone, Debug, PartialEq)]
/// #[read_model(events(Counter(Started, Counted)))]
/// pub struct CounterSummary {
///     #[read_model(key)]
///     pub counter: CounterId,
///     #[read_model(filter)]
///     pub started_by: String,
///     #[read_model(order)]
///     pub total: i64,
/// }
///
/// impl Project<Started> for CounterSummary {
///     fn project(row: &mut Row<Self>, event: &Recorded<Started>) -> Result<(), ProjectionError> {
///         let counter = row.id()?;
///         row.insert(|| Self { counter, started_by: event.by.clone(), total: 0 })
///     }
/// }
///
/// impl Project<Counted> for CounterSummary {
///     fn project(row: &mut Row<Self>, event: &Recorded<Counted>) -> Result<(), ProjectionError> {
///         row.update(|summary| summary.total += event.steps)
///     }
/// }
/// ```
#[proc_macro_derive(ReadModel, attributes(read_model))]
pub fn read_model(input: TokenStream) -> TokenStream {
    read_model::derive(input.into()).into()
}

/// Makes a struct without fields a projection that writes in a transaction: `TransactionalProjection`.
///
/// `#[projection(..)]` on the struct:
/// - `events(Order(OrderPlaced, OrderPaid))`: the events that it is made of, by aggregate, each with `ProjectInTransaction`.
/// - `tables(order_words, order_lengths)`: its tables, which `CreateTables` states; the first one names the projection. By
///   default one that is called as the struct, in `snake_case`. A constant stands for each: `OrderWords::ORDER_LENGTHS`.
/// - `version = 2`: raised when `ProjectInTransaction` makes something else of the same events; by default 1.
/// - `partition = customer_id`: which events wait when one of them fails: those that have this field in common; by default
///   those of its stream. `tenant` are all events of a tenant, `all` all events.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// # #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
/// # pub struct Started { pub by: String }
/// # #[derive(Command, Clone, Debug, Serialize, Deserialize)]
/// # #[command(new_id = CounterId)]
/// # pub struct Start {}
/// # #[derive(Debug, PartialEq, thiserror::Error, DomainError)]
/// # pub enum CounterError {}
/// # #[derive(Id)]
/// # pub struct CounterId(Uuid);
/// # #[derive(Aggregate, Clone)]
/// # #[aggregate(id = CounterId, events(Started), commands(create(Start)), error = CounterError)]
/// # pub struct Counter;
/// # impl Init<Started> for Counter { fn init(_: &Started) -> Self { Self } }
/// # impl Create<Start> for Counter {
/// #     fn create(_: Start, _: &Context<Self>) -> Result<Events<Self>, CounterError> {
/// #         Ok(Started { by: "ada".into() }.into())
/// #     }
/// # }
/// #[derive(TransactionalProjection)]
/// #[projection(events(Counter(Started)))]
/// pub struct Starters;
///
/// impl CreateTables for Starters {
///     fn create(tables: &mut NewTables<Self>) {
///         tables.sql(format!("CREATE TABLE {} (name TEXT NOT NULL)", tables.name(Self::STARTERS)));
///     }
/// }
///
/// impl ProjectInTransaction<Started> for Starters {
///     async fn project(
///         transaction: &ProjectionTransaction<'_, Self>,
///         event: &Recorded<Started>,
///     ) -> Result<(), ProjectionError> {
///         let insert = format!("INSERT INTO {} VALUES ($1)", transaction.table(Self::STARTERS));
///         transaction.execute(&insert, [event.by.as_str().into()]).await?;
///         Ok(())
///     }
/// }
/// ```
#[proc_macro_derive(TransactionalProjection, attributes(projection))]
pub fn transactional_projection(input: TokenStream) -> TokenStream {
    projection::derive(input.into()).into()
}

/// Makes a unit struct a bounded context: `BoundedContext`, all that an application is made of.
///
/// `#[context(..)]` on the struct:
/// - `aggregates(Account, ..)`: those whose commands it takes, and of whose events the others are made.
/// - `read_models(AccountSummary, ..)`: those with events; a lookup belongs to the read model that keeps it.
/// - `projections(Turnover, ..)`: projections with a transaction.
/// - `name = ".."`: its name, by default the struct's.
///
/// What does not go together is an error at the listed name: streams, tables, commands or types of one name, events of an
/// aggregate or a reference to a read model that are not listed.
///
/// ```
/// use cqrs_runtime::bounded_context::Application;
/// use cqrs_runtime::prelude::*;
/// use cqrs_runtime::store::EventStore;
///
/// # #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
/// # pub struct Started { pub by: String }
/// # #[derive(Command, Clone, Debug, Serialize, Deserialize)]
/// # #[command(new_id = CounterId)]
/// # pub struct Start {}
/// # #[derive(Debug, PartialEq, thiserror::Error, DomainError)]
/// # pub enum CounterError {}
/// # #[derive(Id)]
/// # pub struct CounterId(Uuid);
/// # #[derive(Aggregate, Clone)]
/// # #[aggregate(id = CounterId, events(Started), commands(create(Start)), error = CounterError)]
/// # pub struct Counter;
/// # impl Init<Started> for Counter { fn init(_: &Started) -> Self { Self } }
/// # impl Create<Start> for Counter {
/// #     fn create(_: Start, _: &Context<Self>) -> Result<Events<Self>, CounterError> {
/// #         Ok(Started { by: "ada".into() }.into())
/// #     }
/// # }
/// /// Things that are counted.
/// #[derive(BoundedContext)]
/// #[context(aggregates(Counter))]
/// pub struct Counting;
///
/// # fn open(store: EventStore) {
/// let counting = Application::<Counting>::new(store);
/// let counters = counting.dispatcher_of::<Counter>();
/// # let _ = counters;
/// # }
/// ```
#[proc_macro_derive(BoundedContext, attributes(context))]
pub fn bounded_context(input: TokenStream) -> TokenStream {
    context::derive(input.into()).into()
}
