//! What expansions of the macros name; not for users, and changed without notice.

mod api;
mod checks;
mod context;
mod decode;
mod fallback;
mod members;
mod read_model;
mod route;
mod stored;

pub use std::borrow::{Cow, ToOwned};
pub use std::clone::Clone;
pub use std::cmp::{Eq, Ord, Ordering, PartialEq, PartialOrd};
pub use std::convert::{From, TryFrom};
pub use std::default::Default;
pub use std::fmt::{self, Debug, Display, Formatter};
pub use std::hash::{Hash, Hasher};
pub use std::marker::Copy;
pub use std::ops::FnOnce;
pub use std::option::Option::{self, None, Some};
pub use std::primitive::{bool, str, u32, u64, usize};
pub use std::result::Result::{self, Err, Ok};
pub use std::str::FromStr;
pub use std::string::{String, ToString};
pub use std::time::Duration;
pub use std::vec::Vec;

pub use serde_json::Value as Json;

pub use serde::{self, Deserialize, Deserializer, Serialize, Serializer};
pub use uuid::Uuid;

pub use crate::access::{Access, Attribute, Grant, Grantee, Rule};
pub use crate::aggregate::{Aggregate, Decide, DecideError, DomainError, Emits, EventSet, Events, SnapshotPolicy};
pub use crate::api::{ApiField, ApiRecord, ApiType, ApiTypes, ApiVariant};
pub use crate::bounded_context::{BoundedContext, ContextVisitor, Lists};
pub use crate::column::{Column, ColumnError, RowReader, RowWriter};
pub use crate::command::{ApiCommand, Command, CommandJsonError, CommandSet, CommandVisitor};
pub use crate::context::Context;
pub use crate::event::{AnyEvent, DecodeError, Event, Parts, RawEvent};
pub use crate::id::{GeneratedId, Identifier, ParseIdError};
pub use crate::json::EncodeError;
pub use crate::projection::{
    CreateTables, Lookup, LookupOf, NewTables, PartitionBy, PartitionKey, Projection, ProjectionTable,
    TransactionalProjection, WithoutEvents,
};
pub use crate::read_model::{Field, ReadModel, Table, TableField};
pub use crate::schema::{AggregateSchema, Definition, EventSchema, Shape, Shapes};
// Named `StoredValue` at a user's type: `Value` would be an unused qualification there.
pub use crate::value::{Value, Value as StoredValue};

pub use api::{PublicValue, SentValue, adapted_api, api_enum, api_record, api_through, public_fields, ruled};
pub use checks::{
    OfOneAggregate, check_aggregate_type, check_client_names, check_command, check_event_name, check_key,
    check_mutations, check_names, check_ordered, check_own_id, check_part, check_previous, check_references,
    check_retired_name, check_ruled, check_streams, check_table,
};
pub use context::{ListedAggregate, ListedProjection, ListedReadModel};
pub use decode::{
    Link, NoFields, convert, converted, decode, decode_after, decode_current, decode_old, decode_retired,
    decode_without_fields, history_before,
};
pub use fallback::{UNKNOWN_TABLE, UnknownError, UnknownId, failed, undecided};
pub use members::{command_member, event_member};
pub use read_model::{
    FieldValue, KeyOf, KeyValue, Routes, WrittenRoutes, create_tables, lookup, no_field, partition_key, referred,
    route, route_by_field, written, written_by_field,
};
pub use route::{Decision, apply, command_from_json, create, handle, init, snapshot_policy, unknown_command, visit};
pub use stored::{
    Adapted, adapted_column, adapted_shape, choice, event_schema, generate, id_from_text, parse_id, record, restore,
    store, text_id_from,
};
