use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Executor;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};

use super::document::Operation;
use super::metrics::Counted;
use super::refusal::Refusal;
use super::shared::Shared;
use crate::principal::Principal;

/// An operation as server-sent events, in the distinct connections mode of the protocol GraphQL over SSE: `next` for each
/// answer, then `complete`. An answer is asked for when the one before it has been taken.
pub(super) fn respond<E: Executor>(
    shared: &Arc<Shared<E>>,
    operation: Operation,
    principal: Principal,
) -> Result<Response, Refusal> {
    let open = shared.options.sockets.open;
    let counted = Counted::up_to(open, Arc::clone(&shared.metrics), |metrics| &metrics.sockets);
    let counted = counted.ok_or(Refusal::Unavailable)?;
    let mut draining = shared.drain.open();
    let until = async move {
        draining.draining().await;
        drop(counted);
    };
    let answers = shared.stream(operation, principal).map(|answer| {
        let event = Event::default().event("next").data(answer.to_json());
        Ok::<_, Infallible>(event)
    });
    // An event without data is not dispatched in a browser.
    let complete = stream::once(async { Ok(Event::default().event("complete").data("null")) });
    // Once the server ends, the stream ends without `complete`: the client knows by it that it should connect again.
    let events = answers.chain(complete).take_until(Box::pin(until));
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    Ok(Sse::new(events).keep_alive(keep_alive).into_response())
}
