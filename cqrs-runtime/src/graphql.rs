//! The GraphQL schema of a bounded context, generated from its annotations.
//!
//! One resolver answers all fields, by what the derives say of events, commands, states and read models; no code is generated
//! for a schema, and none is compiled for each of its types.

mod aggregate;
mod answered;
mod catalog;
mod computed;
mod connection;
mod cursor;
mod describe;
mod engine;
mod error;
mod event_cursor;
mod extend;
mod failure;
mod filter;
mod guard;
mod input_type;
mod meta;
mod node;
mod order;
mod permitted;
mod read_error;
mod register;
mod resolve;
mod roots;
mod scalars;
mod schema;
mod selection;
mod value;
mod variables;

pub use self::engine::SchemaOptions;
pub use self::error::Problem;
pub use self::filter::FilterLimits;
use self::read_error::ReadError;
pub use self::schema::{Schema, SchemaBuilder, SchemaError};
