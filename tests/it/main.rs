//! Tests across the crates, in one binary.

mod bank;
mod batches_of_processes;
mod cluster;
mod conformance;
mod crowd;
mod cursors;
mod database;
mod databases;
mod derive;
mod dispatch;
mod failing_disk;
mod hints;
mod killed_import;
mod layers;
mod leases;
mod listings;
mod lost_connection;
mod order;
mod process;
mod refusing;
mod saving;
mod specs;
mod subscriptions;
mod ui;
mod workspace;
mod writer;
