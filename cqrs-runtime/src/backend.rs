//! Databases that hold a log; nothing else in this crate depends on them.

mod open;
pub mod sea_orm;
