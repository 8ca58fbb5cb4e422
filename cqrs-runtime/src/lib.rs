//! Event-sourced aggregates from plain, annotated structs.
//!
//! A domain is written as events, commands and aggregates; derive macros generate the event enum, apply dispatch,
//! upcasters and command routing; this crate stores the events and runs the commands. Start at [`prelude`].

// The derives name this crate from outside; its own examples and specs use them too.
extern crate self as cqrs_runtime;

pub mod access;
pub mod aggregate;
pub mod api;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod backend;
pub mod bounded_context;
pub mod clock;
pub mod column;
pub mod command;
pub mod context;
pub mod dispatch;
pub mod event;
#[cfg(feature = "graphql")]
pub mod graphql;
pub mod id;
pub mod json;
pub mod metadata;
pub mod prelude;
pub mod principal;
#[doc(hidden)]
pub mod private;
pub mod projection;
pub mod read_model;
pub mod repository;
pub mod schema;
#[cfg(feature = "server")]
pub mod server;
pub mod store;
pub mod subscription;
#[cfg(feature = "testing")]
pub mod testing;
pub mod upcast;
pub mod value;
