//! What a domain is written with: `use cqrs_runtime::prelude::*;`.

pub use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
pub use cqrs_macros::{Aggregate, Command, DomainError, Event, Id, ReadModel, Value};
pub use rust_decimal::Decimal;
pub use serde::{Deserialize, Serialize};
pub use uuid::Uuid;

pub use crate::aggregate::{Aggregate, Apply, Create, Decide, DomainError, Emits, EventSet, Events, Handle, Init};
pub use crate::command::{Command, CommandSet};
pub use crate::context::Context;
pub use crate::event::{Event, Parts, Recorded};
pub use crate::events;
pub use crate::id::{GeneratedId, Identifier};
pub use crate::projection::{Project, Projection, ProjectionError, Row};
pub use crate::read_model::ReadModel;
pub use crate::store::Claim;
pub use crate::upcast::{Upcast, UpcastContext, UpcastError};
pub use crate::value::{Adapter, Value};
