//! Sharing partitions: what the conformance suite, one worker at a time, can't show.

mod clocks;
mod model;
mod postgres;
mod random;
mod sqlite;
pub(crate) mod together;

use std::time::Duration;

use cqrs_runtime::store::{Advance, AdvanceVerdict, Backend, Lease, Session, WorkerId};
use uuid::Uuid;

const NAME: &str = "summary";
const HOUR: Duration = Duration::from_hours(1);

fn worker(number: u128) -> WorkerId {
    WorkerId(Uuid::from_u128(number))
}

fn session(number: u128) -> Session {
    Session::new(NAME, worker(number), 4, HOUR)
}

async fn acquire(backend: &dyn Backend, number: u128) -> Vec<Lease> {
    backend.acquire(&session(number)).await.unwrap()
}

fn to(lease: Lease, position: u64) -> Advance {
    Advance { lease, position, event_id: Uuid::nil() }
}

async fn advance(backend: &dyn Backend, number: u128, steps: &[Advance]) -> AdvanceVerdict {
    backend.advance(NAME, worker(number), steps).await.unwrap()
}
