//! Projections with a transaction: for what rows of a read model can't express.

mod batch;
mod created;
mod written;

use std::fmt;
use std::marker::PhantomData;

pub(super) use self::batch::InTransaction;
pub use self::created::NewTables;
pub use self::written::{ProjectionTransaction, Written};

use super::{PartitionBy, ProjectionError, Route};
use crate::event::Recorded;

/// A projection that writes what its events come to by SQL, in tables of its own; derive it.
///
/// Everything else is as with a read model: batches that commit together with their checkpoint, one worker at a time behind a
/// lease, dead letters, and generations, so that what is built anew stands beside what serves. Each event is in effect
/// projected once.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// # #[derive(Id)]
/// # pub struct OrderId(Uuid);
/// # #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
/// # pub struct OrderPlaced { pub note: String }
/// # #[derive(Command, Clone, Debug, Serialize, Deserialize)]
/// # #[command(new_id = OrderId)]
/// # pub struct Place {}
/// # #[derive(Debug, PartialEq, thiserror::Error, DomainError)]
/// # pub enum OrderError {}
/// # #[derive(Aggregate, Clone)]
/// # #[aggregate(id = OrderId, events(OrderPlaced), commands(create(Place)), error = OrderError)]
/// # pub struct Order;
/// # impl Init<OrderPlaced> for Order { fn init(_: &OrderPlaced) -> Self { Self } }
/// # impl Create<Place> for Order {
/// #     fn create(_: Place, _: &Context<Self>) -> Result<Events<Self>, OrderError> { Ok(Events::none()) }
/// # }
/// /// Which words are in the notes of which orders.
/// #[derive(TransactionalProjection)]
/// #[projection(tables(order_words), events(Order(OrderPlaced)))]
/// pub struct OrderWords;
///
/// impl CreateTables for OrderWords {
///     fn create(tables: &mut NewTables<Self>) {
///         let words = tables.name(Self::ORDER_WORDS);
///         tables.sql(format!("CREATE TABLE {words} (word TEXT, order_id TEXT, PRIMARY KEY (word, order_id))"));
///     }
/// }
///
/// impl ProjectInTransaction<OrderPlaced> for OrderWords {
///     async fn project(
///         transaction: &ProjectionTransaction<'_, Self>,
///         event: &Recorded<OrderPlaced>,
///     ) -> Result<(), ProjectionError> {
///         let words = transaction.table(Self::ORDER_WORDS);
///         let insert = format!("INSERT INTO {words} VALUES ($1, $2) ON CONFLICT DO NOTHING");
///         for word in event.note.split_whitespace() {
///             transaction.execute(&insert, [word.into(), event.stream_id.as_str().into()]).await?;
///         }
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no projection with a transaction",
    label = "not derived",
    note = "derive it: `#[derive(TransactionalProjection)]` with `#[projection(tables(..), events(Account(AccountOpened, \
            ..)))]` on `{Self}`"
)]
pub trait TransactionalProjection: Sized + Send + Sync + 'static {
    /// Its name, that of its first table.
    const NAME: &'static str;
    /// The version that the user gives what it makes of the events.
    const VERSION: u32;
    /// Its tables, named without the generation.
    const TABLES: &'static [&'static str];
    /// What the events of one sequence have in common: those that wait when one of them fails.
    const PARTITION: PartitionBy;
    /// The stored types of the streams whose events it is made of.
    const STREAM_TYPES: &'static [&'static str];

    /// Where each event goes.
    fn routes() -> Vec<Route<dyn Written<Self>>>;

    /// The statements that make its tables.
    fn create(tables: &mut NewTables<Self>);
}

/// How the tables of a projection with a transaction are made.
#[diagnostic::on_unimplemented(
    message = "`{Self}` doesn't say how its tables are made",
    label = "`CreateTables` is missing",
    note = "write `impl CreateTables for {Self} {{ fn create(tables: &mut NewTables<Self>) {{ tables.sql(..); }} }}`"
)]
pub trait CreateTables: TransactionalProjection {
    /// States the tables of a new generation, and their indices.
    ///
    /// A change of what is stated is a change of the projection's shape: it is then to be rebuilt.
    fn create(tables: &mut NewTables<Self>);
}

/// What an event comes to in the tables of a projection with a transaction.
#[diagnostic::on_unimplemented(
    message = "`{Self}` doesn't say what becomes of `{E}`",
    label = "`ProjectInTransaction` is missing for this event",
    note = "write `impl ProjectInTransaction<{E}> for {Self} {{ async fn project(transaction: \
            &ProjectionTransaction<'_, Self>, event: &Recorded<{E}>) -> Result<(), ProjectionError> {{ .. }} }}`"
)]
pub trait ProjectInTransaction<E>: TransactionalProjection {
    /// Writes what the event comes to.
    ///
    /// It writes in the transaction alone, and waits for nothing else: the transaction may be rolled back and the event be
    /// projected again, and on SQLite others wait for the file. Events of a batch are projected one after the other.
    ///
    /// # Errors
    /// When the event can't be projected: it is then parked, and the later ones of its sequence behind it; what was written
    /// for it is taken back. Where an error of the database passes by itself, the batch is tried again.
    fn project(
        transaction: &ProjectionTransaction<'_, Self>,
        event: &Recorded<E>,
    ) -> impl Future<Output = Result<(), ProjectionError>> + Send;
}

/// A table of a projection with a transaction; the derive makes a constant for each.
pub struct ProjectionTable<P> {
    name: &'static str,
    of: PhantomData<fn() -> P>,
}

impl<P> ProjectionTable<P> {
    /// The table of a name.
    #[doc(hidden)]
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self { name, of: PhantomData }
    }

    /// Its name without the generation: that of the view that shows what serves.
    #[must_use]
    pub const fn view(self) -> &'static str {
        self.name
    }
}

impl<P> Clone for ProjectionTable<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for ProjectionTable<P> {}

impl<P> fmt::Debug for ProjectionTable<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProjectionTable").field(&self.name).finish()
    }
}
