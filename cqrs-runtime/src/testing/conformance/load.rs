//! Loading a stream behind a snapshot.

use std::ops::ControlFlow;

use uuid::Uuid;

use super::{accepted, any, at, read, stream};
use crate::event::RawEvent;
use crate::store::{
    Append, Backend, EventQuery, LoadQuery, LoadSink, Snapshot, SnapshotFilter, StoredEvent, StoredSnapshot, StreamKey,
    Until,
};

const FILTER: SnapshotFilter = SnapshotFilter { fingerprint: u64::MAX - 7, state_version: 3 };

/// What a loading has handed over.
#[derive(Debug, Default, PartialEq)]
struct Loaded {
    snapshot: Option<(u64, String)>,
    versions: Vec<u64>,
    refuses: bool,
}

impl LoadSink for Loaded {
    fn snapshot(&mut self, snapshot: StoredSnapshot<'_>) -> ControlFlow<()> {
        assert!(self.versions.is_empty() && self.snapshot.is_none(), "a snapshot comes first, and once");
        assert!(snapshot.position > 0 && snapshot.checksum == u32::MAX - 1);
        assert_eq!(snapshot.recorded_at, at(i64::try_from(snapshot.version).unwrap_or_default()));
        self.snapshot = Some((snapshot.version, snapshot.payload.to_owned()));
        if self.refuses { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn damaged_snapshot(&mut self) {
        panic!("no snapshot is damaged");
    }

    fn event(&mut self, event: RawEvent<'_>) -> ControlFlow<()> {
        self.versions.push(event.version);
        ControlFlow::Continue(())
    }
}

async fn load(backend: &dyn Backend, stream: &StreamKey, snapshot: Option<SnapshotFilter>, until: Until) -> Loaded {
    let mut loaded = Loaded::default();
    let outcome = backend.load(&LoadQuery { stream: stream.clone(), snapshot, until }, &mut loaded).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    loaded
}

/// A stream of five events, a second apart from second 1, between events of another.
async fn five(backend: &dyn Backend, id: &str) -> (StreamKey, Vec<StoredEvent>) {
    let stream = stream(id);
    for second in 1..=5 {
        accepted(backend, &Append { recorded_at: at(second), ..any(&stream, 1) }).await;
        accepted(backend, &any(&super::stream("neighbour"), 1)).await;
    }
    let events = read(backend, &EventQuery::stream(stream.clone())).await;
    (stream, events)
}

async fn snapshot_at(backend: &dyn Backend, event: &StoredEvent, change: impl FnOnce(&mut Snapshot)) {
    let mut snapshot = Snapshot {
        stream: event.stream.clone(),
        version: event.version,
        event_id: event.event_id,
        position: event.position,
        recorded_at: event.recorded_at,
        filter: FILTER,
        payload: format!(r#"{{"at":{}}}"#, event.version),
        checksum: u32::MAX - 1,
    };
    change(&mut snapshot);
    let saved = backend.save_snapshot(snapshot).await;
    assert!(saved.is_ok(), "{saved:?}");
}

fn behind(version: u64) -> Loaded {
    let snapshot = Some((version, format!(r#"{{"at":{version}}}"#)));
    Loaded { snapshot, versions: (version + 1..=5).collect(), refuses: false }
}

fn whole() -> Loaded {
    Loaded { versions: vec![1, 2, 3, 4, 5], ..Loaded::default() }
}

/// The snapshot, then the events after it; without asking for it, all events.
pub async fn a_usable_snapshot_comes_first(backend: &dyn Backend) {
    let (one, events) = five(backend, "one").await;
    snapshot_at(backend, &events[2], |_| ()).await;
    assert_eq!(load(backend, &one, Some(FILTER), Until::Head).await, behind(3));
    assert_eq!(load(backend, &one, None, Until::Head).await, whole());
    snapshot_at(backend, &events[4], |_| ()).await;
    assert_eq!(load(backend, &one, Some(FILTER), Until::Head).await, behind(5));
}

/// One snapshot a stream: the last one that was kept.
pub async fn a_later_snapshot_replaces_the_earlier(backend: &dyn Backend) {
    let (one, events) = five(backend, "one").await;
    for index in [1, 3, 0] {
        snapshot_at(backend, &events[index], |_| ()).await;
        assert_eq!(load(backend, &one, Some(FILTER), Until::Head).await, behind(index as u64 + 1));
    }
}

/// Another fingerprint or state version is another shape.
pub async fn a_snapshot_of_another_shape_is_not_used(backend: &dyn Backend) {
    let (one, events) = five(backend, "one").await;
    for filter in [SnapshotFilter { fingerprint: 1, ..FILTER }, SnapshotFilter { state_version: 2, ..FILTER }] {
        snapshot_at(backend, &events[2], |snapshot| snapshot.filter = filter).await;
        assert_eq!(load(backend, &one, Some(FILTER), Until::Head).await, whole());
        assert_eq!(load(backend, &one, Some(filter), Until::Head).await, behind(3));
    }
}

/// A snapshot counts only where the stream has the very event that it was taken after.
pub async fn a_foreign_snapshot_is_not_used(backend: &dyn Backend) {
    let (one, events) = five(backend, "one").await;
    let (_, others) = five(backend, "other").await;
    let other_id = others[2].event_id;
    snapshot_at(backend, &events[2], |snapshot| snapshot.event_id = Uuid::now_v7()).await;
    assert_eq!(load(backend, &one, Some(FILTER), Until::Head).await, whole());
    snapshot_at(backend, &events[2], |snapshot| snapshot.event_id = other_id).await;
    assert_eq!(load(backend, &one, Some(FILTER), Until::Head).await, whole());
    snapshot_at(backend, &events[2], |snapshot| snapshot.version = 2).await;
    assert_eq!(load(backend, &one, Some(FILTER), Until::Head).await, whole());
    snapshot_at(backend, &events[2], |snapshot| snapshot.version = 9).await;
    assert_eq!(load(backend, &one, Some(FILTER), Until::Head).await, whole());
}

/// Of a past state, a snapshot of a later one is no part.
pub async fn a_snapshot_beyond_the_bound_is_not_used(backend: &dyn Backend) {
    let (one, events) = five(backend, "one").await;
    snapshot_at(backend, &events[2], |_| ()).await;
    let bounds = |index: usize| {
        let event = &events[index];
        [Until::Version(event.version), Until::Time(event.recorded_at), Until::Position(event.position)]
    };
    for until in bounds(1) {
        let loaded = load(backend, &one, Some(FILTER), until).await;
        assert_eq!(loaded, Loaded { versions: vec![1, 2], ..Loaded::default() }, "{until:?}");
    }
    for until in bounds(2) {
        assert_eq!(load(backend, &one, Some(FILTER), until).await.versions, [0; 0], "{until:?}");
    }
    for until in bounds(3) {
        let loaded = load(backend, &one, Some(FILTER), until).await;
        assert_eq!((loaded.snapshot.map(|(version, _)| version), loaded.versions), (Some(3), vec![4]), "{until:?}");
    }
}

/// A reader that can't use a snapshot after all ends the reading, and asks again without.
pub async fn a_reader_may_refuse_a_snapshot(backend: &dyn Backend) {
    let (one, events) = five(backend, "one").await;
    snapshot_at(backend, &events[2], |_| ()).await;
    let mut loaded = Loaded { refuses: true, ..Loaded::default() };
    let query = LoadQuery { stream: one, snapshot: Some(FILTER), until: Until::Head };
    let outcome = backend.load(&query, &mut loaded).await;
    assert!(outcome.is_ok() && loaded.versions.is_empty(), "{outcome:?}, {loaded:?}");
}

/// The longest prefix within the bound; of events at one moment, all.
pub async fn loading_ends_at_its_bound(backend: &dyn Backend) {
    let (one, events) = five(backend, "one").await;
    for (until, count) in [
        (Until::Version(0), 0),
        (Until::Version(4), 4),
        (Until::Version(9), 5),
        (Until::Time(at(0)), 0),
        (Until::Time(at(3)), 3),
        (Until::Time(at(3) + chrono::TimeDelta::milliseconds(999)), 3),
        (Until::Position(events[3].position), 4),
        (Until::Position(events[3].position - 1), 3),
        (Until::Head, 5),
    ] {
        let versions: Vec<u64> = (1..=count).collect();
        assert_eq!(load(backend, &one, None, until).await.versions, versions, "{until:?}");
    }
    let two = stream("two");
    accepted(backend, &Append { recorded_at: at(7), ..any(&two, 3) }).await;
    assert_eq!(load(backend, &two, None, Until::Time(at(7))).await.versions, [1, 2, 3]);
    assert_eq!(load(backend, &stream("nobody"), Some(FILTER), Until::Head).await, Loaded::default());
}

/// Streams longer than a page, with a snapshot and bounds beyond the first page.
pub async fn a_long_stream_is_loaded_whole(backend: &dyn Backend) {
    let one = stream("one");
    for second in 1..=5 {
        accepted(backend, &Append { recorded_at: at(second), ..any(&one, 500) }).await;
    }
    let all = |from: u64, to: u64| (from..=to).collect::<Vec<_>>();
    assert_eq!(load(backend, &one, Some(FILTER), Until::Head).await.versions, all(1, 2_500));
    assert_eq!(load(backend, &one, None, Until::Version(1_700)).await.versions, all(1, 1_700));
    assert_eq!(load(backend, &one, None, Until::Time(at(4))).await.versions, all(1, 2_000));
    let events = read(backend, &EventQuery::stream(one.clone()).to_version(2_100)).await;
    assert_eq!(load(backend, &one, None, Until::Position(events[2_049].position)).await.versions, all(1, 2_050));
    snapshot_at(backend, &events[299], |snapshot| snapshot.recorded_at = at(300)).await;
    assert_eq!(load(backend, &one, Some(FILTER), Until::Head).await.versions, all(301, 2_500));
}
