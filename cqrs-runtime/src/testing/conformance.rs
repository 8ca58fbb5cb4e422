//! What every [`Backend`] must do: each function is a test of an empty one, and panics where it fails.
//!
//! [`backend_conformance!`](crate::backend_conformance) makes a `#[tokio::test]` of each.

#![allow(clippy::missing_panics_doc, reason = "to panic is how a test fails; the module says so")]

mod append;
mod claim;
mod lease;
mod load;
mod read;
mod receipt;
mod repeat;

use std::ops::ControlFlow;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub use self::append::{
    a_batch_of_nothing_is_judged, a_batch_of_one_stream_builds_on_itself, events_are_stored_as_they_were_sent,
    every_expected_version_is_judged, no_verdict_depends_on_a_neighbour, positions_ascend_through_all_streams,
    recorded_times_never_step_back, settling_lets_later_appends_pass,
};
pub use self::claim::{
    a_claim_is_taken_with_its_append_only, a_name_is_held_by_one_stream, a_released_name_is_free,
    claims_are_per_tenant_and_scope, releasing_what_another_holds_changes_nothing,
};
pub use self::lease::{
    a_checkpoint_moves_from_where_it_stands, a_heartbeat_is_for_all_names, a_name_can_be_forgotten,
    a_new_name_starts_at_the_first_event, a_new_name_starts_where_it_is_said, a_released_partition_is_free,
    a_worker_may_have_to_wait, a_worker_without_its_lease_moves_nothing, an_expired_session_moves_nothing,
    checkpoints_move_together, every_owner_has_an_epoch, names_are_kept_apart, no_time_is_no_session,
    the_number_of_partitions_does_not_change, the_partitions_of_the_dead_are_taken, the_standing_of_partitions_is_told,
    who_was_with_a_forgotten_name_makes_none_anew, workers_share_partitions,
};
pub use self::load::{
    a_foreign_snapshot_is_not_used, a_later_snapshot_replaces_the_earlier, a_long_stream_is_loaded_whole,
    a_reader_may_refuse_a_snapshot, a_snapshot_beyond_the_bound_is_not_used, a_snapshot_of_another_shape_is_not_used,
    a_usable_snapshot_comes_first, loading_ends_at_its_bound,
};
pub use self::read::{
    a_reader_may_stop, every_condition_selects, long_logs_are_read_page_by_page, tenants_are_kept_apart,
    the_head_is_the_last_position,
};
pub use self::receipt::{
    a_receipt_answers_the_second_command, a_receipt_is_kept_with_its_append_only, every_answer_is_kept,
    receipts_are_told_apart_by_every_part_of_their_key,
};
pub use self::repeat::{
    a_known_id_in_another_stream_or_shape_is_refused, a_part_of_a_written_batch_is_a_repetition,
    known_and_new_events_conflict, precedence_of_verdicts, the_same_events_are_accepted_once,
};

use crate::store::{Append, Appended, Backend, EventQuery, ExpectedVersion, NewEvent, StoredEvent, StreamKey, Verdict};

/// Makes a `#[tokio::test]` of every test of the [suite](crate::testing::conformance).
///
/// `$open` is a function that yields, as a future, an empty backend, as anything that dereferences to it, and something that
/// is kept until the test ends, such as the guard of a temporary folder.
#[macro_export]
macro_rules! backend_conformance {
    ($open:expr) => {
        $crate::backend_conformance! { @each $open;
            every_expected_version_is_judged
            a_batch_of_one_stream_builds_on_itself
            a_batch_of_nothing_is_judged
            no_verdict_depends_on_a_neighbour
            events_are_stored_as_they_were_sent
            positions_ascend_through_all_streams
            recorded_times_never_step_back
            settling_lets_later_appends_pass
            the_same_events_are_accepted_once
            a_part_of_a_written_batch_is_a_repetition
            known_and_new_events_conflict
            a_known_id_in_another_stream_or_shape_is_refused
            precedence_of_verdicts
            a_receipt_answers_the_second_command
            a_receipt_is_kept_with_its_append_only
            every_answer_is_kept
            receipts_are_told_apart_by_every_part_of_their_key
            a_name_is_held_by_one_stream
            a_released_name_is_free
            releasing_what_another_holds_changes_nothing
            claims_are_per_tenant_and_scope
            a_claim_is_taken_with_its_append_only
            every_condition_selects
            tenants_are_kept_apart
            long_logs_are_read_page_by_page
            a_reader_may_stop
            the_head_is_the_last_position
            a_usable_snapshot_comes_first
            a_later_snapshot_replaces_the_earlier
            a_snapshot_of_another_shape_is_not_used
            a_foreign_snapshot_is_not_used
            a_snapshot_beyond_the_bound_is_not_used
            a_reader_may_refuse_a_snapshot
            loading_ends_at_its_bound
            a_long_stream_is_loaded_whole
            a_new_name_starts_at_the_first_event
            a_new_name_starts_where_it_is_said
            workers_share_partitions
            a_worker_may_have_to_wait
            the_partitions_of_the_dead_are_taken
            every_owner_has_an_epoch
            a_worker_without_its_lease_moves_nothing
            an_expired_session_moves_nothing
            a_checkpoint_moves_from_where_it_stands
            checkpoints_move_together
            a_released_partition_is_free
            a_name_can_be_forgotten
            who_was_with_a_forgotten_name_makes_none_anew
            no_time_is_no_session
            a_heartbeat_is_for_all_names
            names_are_kept_apart
            the_number_of_partitions_does_not_change
            the_standing_of_partitions_is_told
        }
    };
    (@each $open:expr; $($test:ident)+) => {$(
        #[::tokio::test]
        async fn $test() {
            let (backend, _keep) = $open().await;
            $crate::testing::conformance::$test(&*backend).await;
        }
    )+};
}

/// A stream of its own for each name.
fn stream(id: &str) -> StreamKey {
    StreamKey::new("Account", id)
}

/// A moment of the suite's own day, so many seconds in.
fn at(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(second)
}

/// An event with an id of its own.
fn event(name: &'static str) -> NewEvent {
    let id = Uuid::now_v7();
    NewEvent::new(id, name, format!(r#"{{"of":"{id}"}}"#))
}

fn events(count: usize) -> Vec<NewEvent> {
    (0..count).map(|_| event("Deposited")).collect()
}

/// An append of events alone.
fn append(stream: &StreamKey, expected: ExpectedVersion, events: Vec<NewEvent>) -> Append {
    Append { recorded_at: at(0), principal: "ada".to_owned(), ..Append::new(stream.clone(), expected, events) }
}

fn any(stream: &StreamKey, count: usize) -> Append {
    append(stream, ExpectedVersion::Any, events(count))
}

/// The verdicts on a batch.
async fn commit(backend: &dyn Backend, batch: &[Append]) -> Vec<Verdict> {
    match backend.commit(Uuid::now_v7(), batch).await {
        Ok(verdicts) if verdicts.len() == batch.len() => verdicts,
        other => panic!("{} appends were answered with {other:?}", batch.len()),
    }
}

/// The verdict on a lone append.
async fn verdict(backend: &dyn Backend, append: &Append) -> Verdict {
    commit(backend, std::slice::from_ref(append)).await.remove(0)
}

/// Where an append stands that must be accepted.
async fn accepted(backend: &dyn Backend, append: &Append) -> Appended {
    appended(&verdict(backend, append).await)
}

fn appended(verdict: &Verdict) -> Appended {
    match verdict {
        Verdict::Appended(appended) => *appended,
        other => panic!("expected an accepted append, got {other:?}"),
    }
}

/// All events of a query.
async fn read(backend: &dyn Backend, query: &EventQuery) -> Vec<StoredEvent> {
    let mut events = Vec::new();
    let outcome = backend
        .read(query, &mut |event| {
            events.push(StoredEvent::from(event));
            ControlFlow::Continue(())
        })
        .await;
    assert!(outcome.is_ok(), "{query:?} can't be read: {outcome:?}");
    events
}

/// How many events the log has.
async fn count(backend: &dyn Backend) -> usize {
    read(backend, &EventQuery::log()).await.len()
}
