//! Databases that hold a log; nothing else in this crate depends on them.

pub mod sea_orm;
