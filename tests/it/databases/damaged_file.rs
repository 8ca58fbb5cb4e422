//! Events in an SQLite file that no store has written: what can be read is, what can't is an error that names the place,
//! and stops nothing that does not need it.

use cqrs_runtime::event::RawEvent;
use cqrs_runtime::store::{
    Append, AppendError, EventStore, ExpectedVersion, LoadQuery, LoadSink, StoredEvent, StoredSnapshot, Until,
    WriterOptions,
};
use futures_util::StreamExt;
use futures_util::future::join_all;

use super::*;

/// Takes from the schema what keeps other programs from writing what they like.
const LOOSEN: &str = "
    DROP TRIGGER cqrs_events_never_change;
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(replace(replace(replace(replace(sql, ') STRICT', ')'), 'TEXT    NOT NULL', 'TEXT'),
        'BLOB    NOT NULL', 'BLOB'), 'CHECK (version > 0)', ''), 'CHECK (length(event_id) = 16)', '')
    WHERE name = 'cqrs_events';
    PRAGMA writable_schema = RESET";

/// Three events of one stream at the positions 1, 2 and 4, and one of another at 3.
struct Log {
    database: Database,
    stream: StreamKey,
    other: StreamKey,
}

impl Log {
    async fn loose() -> Self {
        let database = Database::sqlite();
        let backend = opened(&database).await;
        let [first, second, third, other] = [append(), append(), append(), append()];
        let (stream, other_stream) = (first.stream.clone(), other.stream.clone());
        let next = |append: Append| Append { stream: stream.clone(), expected: ExpectedVersion::Exists, ..append };
        let batch = [first.clone(), next(second), other, next(third)];
        backend.commit(Uuid::now_v7(), &batch).await.unwrap();
        backend.close().await;
        database.execute(LOOSEN).await;
        Self { database, stream, other: other_stream }
    }

    async fn set(&self, position: u64, column: &str, value: &str) {
        self.database.execute(&format!("UPDATE cqrs_events SET {column} = {value} WHERE position = {position}")).await;
    }
}

#[derive(Default)]
struct Seen(Vec<StoredEvent>);

impl LoadSink for Seen {
    fn snapshot(&mut self, snapshot: StoredSnapshot<'_>) -> ControlFlow<()> {
        panic!("{snapshot:?}")
    }

    fn damaged_snapshot(&mut self) {
        panic!("no snapshot is damaged");
    }

    fn event(&mut self, event: RawEvent<'_>) -> ControlFlow<()> {
        self.0.push(event.into());
        ControlFlow::Continue(())
    }
}

impl Seen {
    fn positions(&self) -> Vec<u64> {
        self.0.iter().map(|event| event.position).collect()
    }
}

async fn read(backend: &dyn Backend, query: EventQuery) -> (Seen, Result<(), StoreError>) {
    let mut seen = Seen::default();
    let ended = backend.read(&query, &mut |event| seen.event(event)).await;
    (seen, ended)
}

async fn load(backend: &dyn Backend, stream: &StreamKey) -> (Seen, Result<(), StoreError>) {
    let mut seen = Seen::default();
    let query = LoadQuery { stream: stream.clone(), snapshot: None, until: Until::Head };
    let ended = backend.load(&query, &mut seen).await;
    (seen, ended)
}

/// A column and where it goes.
type TextColumn = (&'static str, fn(&StoredEvent) -> &str);

#[tokio::test]
async fn what_separates_a_page_may_stand_in_its_texts() {
    let columns: [TextColumn; 4] = [
        ("payload", |event| &event.payload),
        ("keys", |event| &event.keys),
        ("name", |event| &event.name),
        ("principal", |event| &event.principal),
    ];
    let whole_event = (1..14).map(|_| "\u{1f}1").collect::<String>();
    for text in ["\u{1e}", "\u{1f}", "a\u{1f}b\u{1e}c", "\u{1e}\u{1e}", &format!("\u{1e}3{whole_event}")] {
        for (column, of) in columns {
            let log = Log::loose().await;
            log.set(2, column, &format!("'{text}'")).await;
            let backend = opened(&log.database).await;
            let (seen, ended) = read(&*backend, EventQuery::log()).await;
            ended.unwrap();
            assert_eq!((seen.positions(), of(&seen.0[1])), (vec![1, 2, 3, 4], text), "{column}");
            let (seen, ended) = read(&*backend, EventQuery::log().backwards().limit(3)).await;
            ended.unwrap();
            assert_eq!((seen.positions(), of(&seen.0[2])), (vec![4, 3, 2], text), "{column}");
            let (seen, ended) = load(&*backend, &log.stream).await;
            ended.unwrap();
            assert_eq!((seen.positions(), of(&seen.0[1])), (vec![1, 2, 4], text), "{column}");
        }
    }
}

const UNREADABLE: [(&str, &str); 13] = [
    ("payload", "x'ff00'"),
    ("payload", "NULL"),
    ("keys", "x'c3'"),
    ("recorded_at", "9223372036854775807"),
    ("recorded_at", "-9223372036854775808"),
    ("recorded_at", "'yesterday'"),
    ("schema_version", "-1"),
    ("schema_version", "4294967296"),
    ("schema_version", "1.5"),
    ("event_id", "x'00'"),
    ("correlation_id", "x'0102'"),
    ("causation_id", "NULL"),
    ("stream_type", "NULL"),
];

fn is_of(error: &StoreError, log: &Log, at: u64, name: &str) -> bool {
    let StoreError::CorruptEvent { position, event: Some(event), column } = error else { return false };
    let stream = StreamKey { stream_type: event.stream.stream_type.clone(), ..log.stream.clone() };
    (*position, *column, &event.stream, event.name.as_str()) == (at, name, &stream, "Opened")
}

#[tokio::test]
async fn what_is_not_of_its_type_stops_only_what_needs_it() {
    for (column, value) in UNREADABLE {
        let log = Log::loose().await;
        log.set(2, column, value).await;
        let backend = opened(&log.database).await;
        let (seen, ended) = read(&*backend, EventQuery::log()).await;
        assert!(ended.as_ref().is_err_and(|error| is_of(error, &log, 2, column)), "{column} = {value}: {ended:?}");
        assert_eq!(seen.positions(), [1], "{column} = {value}");
        let (seen, ended) = read(&*backend, EventQuery::log().backwards()).await;
        assert!(ended.is_err_and(|error| is_of(&error, &log, 2, column)), "{column} = {value}");
        assert_eq!(seen.positions(), [4, 3], "{column} = {value}");
        if column != "stream_type" {
            let (seen, ended) = load(&*backend, &log.stream).await;
            assert!(ended.is_err_and(|error| is_of(&error, &log, 2, column)), "{column} = {value}");
            assert_eq!(seen.positions(), [1], "{column} = {value}");
        }
        for query in [EventQuery::log().after_position(2), EventQuery::log().to_position(1)] {
            read(&*backend, query).await.1.unwrap();
        }
        load(&*backend, &log.other).await.1.unwrap();
        let store = EventStore::with_backend(Arc::clone(&backend), WriterOptions::default());
        let streamed: Vec<_> = store.read(EventQuery::log()).collect().await;
        assert!(matches!(streamed.as_slice(), [Ok(first), Err(_)] if first.position == 1), "{streamed:?}");
        write(&*backend).await;
    }
}

#[tokio::test]
async fn versions_and_positions_below_zero_are_errors() {
    let log = Log::loose().await;
    log.set(2, "version", "-7").await;
    let backend = opened(&log.database).await;
    let (seen, ended) = read(&*backend, EventQuery::log()).await;
    assert!(ended.is_err_and(|error| is_of(&error, &log, 2, "version")));
    assert_eq!(seen.positions(), [1]);
    log.set(3, "position", "-9").await;
    let (seen, ended) = read(&*backend, EventQuery::log()).await;
    assert!(matches!(ended, Err(StoreError::CorruptRow { table: "cqrs_events", what: "position" })), "{ended:?}");
    assert!(seen.0.is_empty());
}

/// A stream's next event is never recorded before its last one: behind an impossible time, none can be.
#[tokio::test]
async fn an_append_behind_it_fails_alone() {
    for (column, value) in [("recorded_at", "9223372036854775807"), ("recorded_at", "'now'"), ("version", "-3")] {
        let log = Log::loose().await;
        log.set(3, column, value).await;
        let store = EventStore::open(&log.database.url).await.unwrap();
        let behind = Append { stream: log.other.clone(), expected: ExpectedVersion::Any, ..append() };
        let together = [append(), behind, append(), append()];
        let answers = join_all(together.into_iter().map(|append| store.append(append))).await;
        for (number, answer) in answers.iter().enumerate() {
            match answer {
                Err(AppendError::Store(error)) if number == 1 => assert!(
                    matches!(**error, StoreError::CorruptEvent { position: 3, .. } | StoreError::CorruptRow { .. }),
                    "{column} = {value}: {error:?}"
                ),
                answer => assert!(answer.is_ok() && number != 1, "{column} = {value}, {number}: {answer:?}"),
            }
        }
        store.close().await;
    }
}

/// A page leaves long payloads out; they are read one by one.
#[tokio::test]
async fn long_payloads_are_read_among_short_ones() {
    let database = Database::sqlite();
    let backend = opened(&database).await;
    let stream = append().stream;
    let lengths = [2, 16_000, 16_383, 16_384, 16_385, 1_100_000, 2, 3_000_000, 20_000, 5];
    let payloads: Vec<_> = lengths.iter().map(|length| format!("\"{}\"", "é".repeat((length - 2) / 2))).collect();
    let events = payloads.iter().map(|payload| NewEvent::new(Uuid::now_v7(), "Written", payload.as_str()));
    let append = Append::new(stream.clone(), ExpectedVersion::NoStream, events.collect());
    backend.commit(Uuid::now_v7(), &[append]).await.unwrap();
    let backwards = EventQuery::stream(stream.clone()).backwards();
    let ((loaded, first), (read, second)) = (load(&*backend, &stream).await, read(&*backend, backwards).await);
    first.and(second).unwrap();
    assert!(loaded.0.iter().map(|event| &event.payload).eq(&payloads));
    assert!(read.0.iter().map(|event| &event.payload).eq(payloads.iter().rev()));
    // One that has seen enough is not given the next.
    let mut seen = 0;
    let sink = &mut |_: RawEvent<'_>| {
        seen += 1;
        if seen == 6 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    backend.read(&EventQuery::log(), sink).await.unwrap();
    assert_eq!(seen, 6);
}
