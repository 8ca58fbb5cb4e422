//! A snapshot saves reading, and never leads to a wrong state.

use cqrs_runtime::dispatch::{CommandOptions, Dispatcher};
use cqrs_runtime::prelude::*;
use cqrs_runtime::repository::{Repository, SnapshotCheck, SnapshotStats};
use cqrs_runtime::store::{
    EventStore, LoadQuery, LoadSink, Snapshot, SnapshotFilter, StoreError, StoredSnapshot, Until, WriterOptions,
};
use std::ops::ControlFlow;
use std::time::Duration;

use super::domain::{Account, Withdraw};
use super::{bank, deposit, id, open};
use crate::database::Database;
use crate::writer::gated::{Fate, Gated, lost};

/// Account 1 with a balance of 123 after 25 events, of which the first 20 are in a snapshot.
async fn deposited() -> Repository<Account> {
    deposited_in(EventStore::memory()).await
}

async fn deposited_in(store: EventStore) -> Repository<Account> {
    let bank = bank(store);
    open(&bank, 1).await;
    for _ in 0..23 {
        bank.dispatch(deposit(1, 1)).await.expect("it is accepted");
        bank.repository().store().snapshots_kept().await;
    }
    bank.repository().clone()
}

async fn balance(repository: &Repository<Account>) -> i64 {
    repository.load(&id(1)).await.expect("it can be loaded").state.expect("it is there").balance
}

/// The kept snapshot, and how often events were handed over after it.
#[derive(Default)]
struct Kept {
    snapshot: Option<(u64, String, u32)>,
    events: u64,
}

impl LoadSink for Kept {
    fn snapshot(&mut self, kept: StoredSnapshot<'_>) -> ControlFlow<()> {
        self.snapshot = Some((kept.version, kept.payload.to_owned(), kept.checksum));
        ControlFlow::Continue(())
    }

    fn damaged_snapshot(&mut self) {
        panic!("no snapshot is damaged");
    }

    fn event(&mut self, _: cqrs_runtime::event::RawEvent<'_>) -> ControlFlow<()> {
        self.events += 1;
        ControlFlow::Continue(())
    }
}

/// The snapshot as it is kept, for tests that damage it.
async fn kept(repository: &Repository<Account>) -> Snapshot {
    let events: Vec<_> = futures_util::TryStreamExt::try_collect(repository.events(&id(1))).await.expect("readable");
    let mut shapes = cqrs_runtime::schema::Shapes::default();
    let schema = Account::schema(&mut shapes);
    let (state_version, definition) = schema.state.expect("it keeps snapshots");
    let filter = SnapshotFilter { fingerprint: definition.fingerprint(&shapes), state_version };
    let mut sink = Kept::default();
    let query = LoadQuery { stream: repository.stream(&id(1)), snapshot: Some(filter), until: Until::Head };
    repository.store().load(&query, &mut sink).await.expect("it can be read");
    let (version, payload, checksum) = sink.snapshot.expect("there is one");
    assert_eq!((version, sink.events), (20, 5), "the tail alone is read");
    let last: &Recorded<_> = &events[19];
    Snapshot {
        stream: repository.stream(&id(1)),
        version,
        event_id: last.metadata.event_id,
        position: last.position,
        recorded_at: last.metadata.recorded_at,
        filter,
        payload,
        checksum,
    }
}

async fn balance_with(change: impl FnOnce(&mut Snapshot)) -> (i64, SnapshotStats) {
    let repository = deposited().await;
    let before = repository.snapshot_stats();
    let mut snapshot = kept(&repository).await;
    change(&mut snapshot);
    repository.store().save_snapshot(snapshot).await.expect("it is kept");
    let balance = balance(&repository).await;
    let after = repository.snapshot_stats();
    let stats = SnapshotStats { used: after.used - before.used, rejected: after.rejected - before.rejected, ..after };
    (balance, stats)
}

#[tokio::test]
async fn every_tenth_event_a_snapshot_is_kept_and_used() {
    let (balance, stats) = balance_with(|_| {}).await;
    assert_eq!((balance, stats.used, stats.rejected, stats.saved, stats.failed), (123, 1, 0, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_slow_snapshot_delays_no_answer() {
    let database = Gated::default();
    database.allow([const { Fate::Answered }; 40]);
    let (go_on, wait) = tokio::sync::oneshot::channel::<()>();
    database.before_next_snapshot(async move {
        wait.await.expect("the test lets it go on");
        Ok(())
    });
    let bank = bank(EventStore::with_backend(database.backend(), WriterOptions::default()));
    open(&bank, 1).await;
    let within = || CommandOptions::new().deadline(Duration::from_secs(1));
    for version in 3..=35 {
        // A snapshot is due from version 10 on, and the database is busy with it.
        let executed = bank.dispatch_with(deposit(1, 1), within()).await.expect("it is answered in time");
        assert_eq!(executed.version, version);
    }
    let stats = bank.repository().snapshot_stats();
    assert_eq!((stats.saved, stats.failed, stats.used), (0, 0, 0));
    assert!(stats.missed > 0, "loads that found none are counted");
    go_on.send(()).expect("the database waits for it");
    bank.repository().store().close().await;
    let kept = Repository::<Account>::new(EventStore::with_backend(database.elsewhere(), WriterOptions::default()));
    let loaded = kept.load(&id(1)).await.expect("it can be loaded");
    assert_eq!((loaded.version, loaded.snapshot_version), (35, 10), "closing has waited for it");
    assert_eq!(bank.repository().snapshot_stats().saved, 1, "no other one was taken meanwhile");
}

/// A bank whose account 1 has a snapshot on its way, which is not kept before the future is done, and whose account 2 has
/// one behind it.
async fn waiting(
    database: &Gated,
    before: impl Future<Output = Result<(), StoreError>> + Send + 'static,
) -> Dispatcher<Account> {
    database.allow([const { Fate::Answered }; 40]);
    database.before_next_snapshot(before);
    let bank = bank(EventStore::with_backend(database.backend(), WriterOptions::default()));
    for account in [1, 2] {
        open(&bank, account).await;
        for _ in 0..8 {
            bank.dispatch(deposit(account, 1)).await.expect("it is accepted");
        }
    }
    bank
}

#[tokio::test]
async fn a_snapshot_that_can_not_be_kept_fails_no_command_and_lets_nobody_wait() {
    let database = Gated::default();
    let (go_on, wait) = tokio::sync::oneshot::channel::<()>();
    let bank = waiting(&database, async move {
        wait.await.expect("the test lets it go on");
        Err(lost())
    })
    .await;
    go_on.send(()).expect("the database waits for it");
    bank.repository().store().snapshots_kept().await;
    let stats = bank.repository().snapshot_stats();
    assert_eq!((stats.saved, stats.failed), (0, 2), "what waits behind is not tried in vain");
    // The next event takes it again.
    bank.dispatch(deposit(1, 1)).await.expect("it is accepted");
    bank.repository().store().snapshots_kept().await;
    assert_eq!(bank.repository().snapshot_stats().saved, 1);
}

#[tokio::test]
async fn a_database_whose_code_panics_over_a_snapshot_takes_nobody_along() {
    let database = Gated::default();
    let bank = waiting(&database, async { panic!("by the test") }).await;
    bank.repository().store().snapshots_kept().await;
    let stats = bank.repository().snapshot_stats();
    assert_eq!((stats.saved, stats.failed), (1, 1));
    bank.repository().store().close().await;
}

#[tokio::test]
async fn a_damaged_snapshot_is_set_aside_and_counted() {
    let damaged = |snapshot: &mut Snapshot| snapshot.payload = snapshot.payload.replace("118", "918");
    let (balance, stats) = balance_with(damaged).await;
    assert_eq!((balance, stats.used, stats.rejected), (123, 0, 1));
    let (balance, stats) = balance_with(|snapshot| snapshot.payload.truncate(5)).await;
    assert_eq!((balance, stats.rejected), (123, 1));
}

/// Each of `damages` makes a column of the snapshot hold what can't be read.
///
/// It is set aside, counted, and replaced with the next event; so is one of another shape, version or history.
async fn an_unusable_snapshot_is_replaced(database: &Database, damages: &[&str]) {
    let store = EventStore::open(&database.url).await.expect("it can be opened");
    let repository = deposited_in(store).await;
    let intact = kept(&repository).await;
    for damage in damages {
        let before = repository.snapshot_stats().rejected;
        database.execute(&format!("UPDATE cqrs_snapshots SET {damage}")).await;
        assert_eq!(balance(&repository).await, 123, "after {damage}");
        assert_eq!(repository.snapshot_stats().rejected, before + 1, "after {damage}");
        is_replaced(&repository, damage).await;
        repository.store().save_snapshot(intact.clone()).await.expect("it is kept");
    }
    for foreign in ["fingerprint = fingerprint + 1", "state_version = state_version + 1", "version = version - 1"] {
        let before = repository.snapshot_stats().missed;
        database.execute(&format!("UPDATE cqrs_snapshots SET {foreign}")).await;
        assert_eq!(repository.load(&id(1)).await.expect("it can be loaded").snapshot_version, 0, "after {foreign}");
        assert_eq!(repository.snapshot_stats().missed, before + 1, "after {foreign}");
        is_replaced(&repository, foreign).await;
        repository.store().save_snapshot(intact.clone()).await.expect("it is kept");
    }
    repository.store().close().await;
}

/// The next event brings a snapshot that can be used again.
async fn is_replaced(repository: &Repository<Account>, damage: &str) {
    let bank = Dispatcher::over(repository.clone());
    let version = bank.dispatch(deposit(1, 1)).await.expect("it is accepted").version;
    bank.dispatch(Withdraw { account: id(1), amount: 1 }).await.expect("it is accepted");
    repository.store().snapshots_kept().await;
    let check = repository.check_snapshot(&id(1)).await.expect("readable");
    assert!(matches!(check, SnapshotCheck::Right { version: kept } if kept >= version), "after {damage}: {check:?}");
}

#[tokio::test]
async fn an_unusable_snapshot_is_replaced_on_sqlite() {
    let damages =
        ["checksum = -1", "position = -1", "recorded_at = 9223372036854775807", "payload = cast(x'ff' AS text)"];
    an_unusable_snapshot_is_replaced(&Database::sqlite(), &damages).await;
}

#[tokio::test]
async fn an_unusable_snapshot_is_replaced_on_postgres() {
    let damages = ["checksum = -1", "position = -1", "recorded_at = 'infinity'", "recorded_at = '-infinity'"];
    an_unusable_snapshot_is_replaced(&Database::postgres().await, &damages).await;
}

#[tokio::test]
async fn a_snapshot_of_another_shape_version_or_history_is_not_used() {
    type Change = fn(&mut Snapshot);
    let changes: [Change; 4] = [
        |snapshot| snapshot.filter.fingerprint += 1,
        |snapshot| snapshot.filter.state_version += 1,
        |snapshot| snapshot.event_id = Uuid::nil(),
        |snapshot| snapshot.version = 40,
    ];
    for change in changes {
        let (balance, stats) = balance_with(change).await;
        assert_eq!((balance, stats.used), (123, 0));
    }
}

#[tokio::test]
async fn a_check_compares_snapshots_with_full_replay() {
    let repository = deposited().await;
    assert_eq!(repository.check_snapshot(&id(1)).await.expect("readable"), SnapshotCheck::Right { version: 20 });
    assert_eq!(repository.check_snapshot(&id(2)).await.expect("readable"), SnapshotCheck::None);
    let mut wrong = kept(&repository).await;
    wrong.payload = wrong.payload.replace("118", "918");
    wrong.checksum = crc32fast::hash(wrong.payload.as_bytes());
    repository.store().save_snapshot(wrong).await.expect("it is kept");
    assert_eq!(repository.check_snapshot(&id(1)).await.expect("readable"), SnapshotCheck::Wrong { version: 20 });
}
