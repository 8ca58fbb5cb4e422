//! Under which names the server is asked.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses requests to other hosts than these.
///
/// Any page may give a name of its own the address of this machine, and then ask as if it were a page of the server: no origin
/// tells it from one (DNS rebinding).
pub(super) async fn only(State(hosts): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let given = request.uri().authority().map(axum::http::uri::Authority::as_str).or(given).map(name);
    if given.is_some_and(|given| hosts.iter().any(|host| host.eq_ignore_ascii_case(given))) {
        return next.run(request).await;
    }
    (StatusCode::MISDIRECTED_REQUEST, "this host is not served here").into_response()
}

/// A host without its port; that of IPv6 has colons within brackets.
fn name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) && !name.is_empty() => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_host_is_told_from_its_port() {
        for (host, expected) in [
            ("localhost", "localhost"),
            ("localhost:8080", "localhost"),
            ("127.0.0.1:8080", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("[::1]:8080", "[::1]"),
            ("", ""),
        ] {
            assert_eq!(name(host), expected);
        }
    }
}
