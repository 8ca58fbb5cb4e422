//! Databases that refuse some events, and take their time over others.

use cqrs_runtime::store::EventStore;

use crate::database::execute;

const SQLITE: &str = r#"CREATE TRIGGER refuse AFTER INSERT ON cqrs_events WHEN NEW.payload = '"refused"'
    BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"#;

/// After the event has its position: then it takes longest until it can be seen, or is rolled back.
const POSTGRES: &str = r#"
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.payload = '"refused"' THEN
            RAISE EXCEPTION 'refused by the test';
        ELSIF NEW.payload = '"slow"' THEN
            PERFORM pg_sleep(0.002);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER refuse AFTER INSERT ON cqrs_events FOR EACH ROW EXECUTE FUNCTION refuse()"#;

/// Opens a new log whose database refuses [`REFUSED`](cqrs_tests::appending::REFUSED) and is slow at
/// [`SLOW`](cqrs_tests::appending::SLOW) payloads.
pub(crate) async fn open(url: &str) -> EventStore {
    let store = EventStore::open(url).await.unwrap();
    execute(url, if url.starts_with("sqlite:") { SQLITE } else { POSTGRES }).await;
    store
}
