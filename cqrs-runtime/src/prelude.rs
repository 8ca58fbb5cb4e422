//! What a domain is written with: `use cqrs_runtime::prelude::*;`.

pub use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
pub use cqrs_macros::{
    Aggregate, BoundedContext, Command, DomainError, Event, Id, ReadModel, TransactionalProjection, Value,
};
pub use rust_decimal::Decimal;
pub use serde::{Deserialize, Serialize};
pub use uuid::Uuid;

pub use crate::aggregate::{Aggregate, Apply, Create, Decide, DomainError, Emits, EventSet, Events, Handle, Init};
pub use crate::bounded_context::BoundedContext;
pub use crate::command::{Command, CommandSet};
pub use crate::context::Context;
pub use crate::event::{Event, Parts, Recorded};
pub use crate::events;
pub use crate::id::{GeneratedId, Identifier};
pub use crate::projection::{
    CreateTables, NewTables, Project, ProjectInTransaction, Projection, ProjectionError, ProjectionTransaction, Row,
    TransactionalProjection,
};
pub use crate::read_model::ReadModel;
pub use crate::store::Claim;
pub use crate::upcast::{Upcast, UpcastContext, UpcastError};
pub use crate::value::{Adapter, Value};
