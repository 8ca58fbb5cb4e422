use std::sync::Arc;

use async_graphql::Executor;
use axum::extract::{FromRequestParts, WebSocketUpgrade};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::super::metrics::Counted;
use super::super::shared::Shared;
use super::session::Session;

const PROTOCOL: &str = "graphql-transport-ws";
/// An idle socket keeps its buffers.
const BUFFER: usize = 4 * 1024;

/// Whether a request wants to become a websocket.
pub(in super::super) fn is_asked_for(parts: &Parts) -> bool {
    let upgrade = parts.headers.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// Opens a websocket, or says why not: by a status before there is one, by a close code where a client would not see that.
pub(in super::super) async fn upgrade<E: Executor>(shared: Arc<Shared<E>>, parts: &mut Parts) -> Response {
    if !origin_is_allowed(&parts.headers, &shared.options.origins) {
        return (StatusCode::FORBIDDEN, "pages of this origin may not open websockets here").into_response();
    }
    let upgrade = match WebSocketUpgrade::from_request_parts(parts, &()).await {
        Ok(upgrade) => upgrade.protocols([PROTOCOL]),
        Err(rejection) => return rejection.into_response(),
    };
    if upgrade.selected_protocol().is_none() {
        return (StatusCode::BAD_REQUEST, "the subprotocol is graphql-transport-ws").into_response();
    }
    let maximum = shared.options.sockets.open;
    let counted = Counted::up_to(maximum, Arc::clone(&shared.metrics), |metrics| &metrics.sockets);
    let Some(counted) = counted else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many websockets are open").into_response();
    };
    let (open, session) = (shared.drain.open(), shared.drain.open());
    let headers = parts.headers.clone();
    let length = shared.options.limits.body;
    let upgrade = upgrade.read_buffer_size(BUFFER).write_buffer_size(0).max_message_size(length).max_frame_size(length);
    upgrade.on_upgrade(async move |socket| {
        let _counted = counted;
        open.unless_cut_off(Session { shared, headers, socket }.run(session)).await;
    })
}

/// A browser sends the cookies of this host along with a websocket of any page, and the page's origin: others than our own
/// must be allowed by name. What is no browser sends none.
fn origin_is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or_default());
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = origin.split_once("://").map(|(_, host)| host);
    let is_own = host.is_some_and(|host| text(header::HOST).is_some_and(|own| own.eq_ignore_ascii_case(host)));
    is_own || allowed.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin))
}
