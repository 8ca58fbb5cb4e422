//! Databases that refuse some events, and take their time over others.

use cqrs_runtime::store::EventStore;

use crate::database::execute;

const SQLITE: &str = r#"CREATE TRIGGER refuse AFTER INSERT ON cqrs_events WHEN NEW.payload = '"refused"'
    BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"#;

/// A slow event, once it has its position, waits for one behind it to be seen: no other transaction may go past it. As
/// none does, it gives up after so many looks.
const POSTGRES: &str = r#"
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.payload = '"refused"' THEN
            RAISE EXCEPTION 'refused by the test';
        ELSIF NEW.payload = '"slow"' THEN
            FOR look IN 1 .. 50 LOOP
                EXIT WHEN pg_current_xact_id()::xid <>
                    (SELECT last.xmin FROM cqrs_events last ORDER BY position DESC LIMIT 1);
            END LOOP;
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
