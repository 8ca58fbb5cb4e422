-- INSERT OR REPLACE deletes what is in its way, which no trigger on DELETE sees unless the connection asks for it.
CREATE TRIGGER cqrs_events_never_give_way BEFORE INSERT ON cqrs_events
WHEN EXISTS (SELECT 1 FROM cqrs_events WHERE position = NEW.position)
    OR EXISTS (SELECT 1 FROM cqrs_events WHERE event_id = NEW.event_id)
    OR EXISTS (SELECT 1 FROM cqrs_events WHERE tenant = NEW.tenant AND stream_type = NEW.stream_type
        AND stream_id = NEW.stream_id AND version = NEW.version)
BEGIN
    SELECT RAISE(ABORT, 'events are immutable');
END;
