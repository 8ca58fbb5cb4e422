//! Rows that SeaORM reads from the views: the same cases on both databases.

mod joins;
mod model;
mod shapes;
mod values;
mod wrong;

use std::time::Duration;

use cqrs_runtime::backend::sea_orm::ViewRow;
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{Projection, ReadModels};
use cqrs_runtime::store::{Append, EventStore, ExpectedVersion, NewEvent, StreamKey};
use sea_orm::{ConnectOptions, DatabaseConnection, DbErr, FromQueryResult, Statement};

use crate::database::Database;

/// A log, and SeaORM beside it.
struct Fixture {
    store: EventStore,
    orm: DatabaseConnection,
    _database: Database,
}

impl Fixture {
    async fn of(database: Database) -> Self {
        let store = EventStore::open(&database.url).await.unwrap();
        // One connection, which has prepared all statements that it is asked again.
        let options = ConnectOptions::new(&database.url).max_connections(1).to_owned();
        Self { store, orm: sea_orm::Database::connect(options).await.unwrap(), _database: database }
    }

    /// Opens an account of a tenant.
    async fn open(&self, tenant: &str, owner: &str) {
        let payload = serde_json::json!({ "owner": owner }).to_string();
        let event = NewEvent::new(Uuid::now_v7(), "AccountOpened", payload);
        let stream = StreamKey::new("Account", Uuid::now_v7().to_string()).of_tenant(tenant);
        self.store.append(Append::new(stream, ExpectedVersion::Any, vec![event])).await.unwrap();
    }

    /// A read model that has seen all events.
    async fn projected<M: Projection>(&self) -> ReadModels {
        let read_models = ReadModels::new(self.store.clone()).with::<M>();
        read_models.catch_up(Duration::from_mins(2)).await.unwrap();
        read_models
    }

    /// All rows of a view, as SeaORM reads them.
    async fn rows<M: ReadModel>(&self) -> Result<Vec<ViewRow<M>>, DbErr> {
        let select = self.orm.get_database_backend().build(&ViewRow::<M>::select());
        ViewRow::find_by_statement(select).all(&self.orm).await
    }

    fn statement(&self, sql: &str) -> Statement {
        Statement::from_string(self.orm.get_database_backend(), sql)
    }

    /// What SeaORM makes of the rows of a query.
    async fn read<T: FromQueryResult>(&self, sql: &str) -> Result<Vec<T>, DbErr> {
        T::find_by_statement(self.statement(sql)).all(&self.orm).await
    }
}
