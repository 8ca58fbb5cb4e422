use axum::Router;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Compiled in, so that the page needs no other host. The large ones are compressed, as they are served.
const FILES: [(&str, &str, bool, &[u8]); 6] = [
    ("react.js", SCRIPT, true, include_bytes!("../../assets/graphiql/react.js.gz")),
    ("react-dom.js", SCRIPT, true, include_bytes!("../../assets/graphiql/react-dom.js.gz")),
    ("graphiql.js", SCRIPT, true, include_bytes!("../../assets/graphiql/graphiql.js.gz")),
    ("graphiql.css", STYLE, true, include_bytes!("../../assets/graphiql/graphiql.css.gz")),
    ("start.js", SCRIPT, false, include_bytes!("../../assets/graphiql/start.js")),
    ("start.css", STYLE, false, include_bytes!("../../assets/graphiql/start.css")),
];
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PAGE: &str = include_str!("../../assets/graphiql/page.html");

/// Nothing of other hosts, no script but those of [`FILES`]. The editor sets styles on its elements.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; \
                      img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The page, which finds its files and `graphql` beside itself, wherever that is mounted.
pub(super) fn page() -> Response {
    let headers: [(HeaderName, &str); 6] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "accept"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, PAGE).into_response()
}

/// `/graphiql` and its files.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let page = Router::new().route("/graphiql", get(async || page()));
    FILES.into_iter().fold(page, |routes, (name, kind, compressed, content)| {
        // The same content has the same checksum; other content, in all likelihood, another.
        let tag = format!("\"{:08x}\"", crc32fast::hash(content));
        let answer = async move |headers: HeaderMap| file(&headers, &tag, kind, compressed, content);
        routes.route(&format!("/graphiql/{name}"), get(answer))
    })
}

fn file(headers: &HeaderMap, tag: &str, kind: &'static str, compressed: bool, content: &'static [u8]) -> Response {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let caching = [(header::ETAG, tag), (header::CACHE_CONTROL, "public, max-age=3600")];
    if known.is_some_and(|known| known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag)) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let kind = [(header::CONTENT_TYPE, kind), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    let mut response = (caching, kind, content).into_response();
    if compressed {
        let gzip = axum::http::HeaderValue::from_static("gzip");
        response.headers_mut().insert(header::CONTENT_ENCODING, gzip);
    }
    response
}
