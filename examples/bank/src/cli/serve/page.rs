//! The page for people, from the program itself.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Nothing is loaded from anywhere else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

macro_rules! files {
    ($($path:literal => $file:literal $kind:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../../page/", $file)), $kind)),+]
    };
}

const FILES: &[(&str, &str, &str)] = files! {
    "/page/account.js" => "account.js" "text/javascript; charset=utf-8",
    "/page/accounts-filter.js" => "accounts-filter.js" "text/javascript; charset=utf-8",
    "/page/accounts-table.js" => "accounts-table.js" "text/javascript; charset=utf-8",
    "/page/accounts.js" => "accounts.js" "text/javascript; charset=utf-8",
    "/page/api.js" => "api.js" "text/javascript; charset=utf-8",
    "/page/chart.js" => "chart.js" "text/javascript; charset=utf-8",
    "/page/command-form.js" => "command-form.js" "text/javascript; charset=utf-8",
    "/page/connection.js" => "connection.js" "text/javascript; charset=utf-8",
    "/page/documents.js" => "documents.js" "text/javascript; charset=utf-8",
    "/page/dom.js" => "dom.js" "text/javascript; charset=utf-8",
    "/page/fields.js" => "fields.js" "text/javascript; charset=utf-8",
    "/page/form.js" => "form.js" "text/javascript; charset=utf-8",
    "/page/happenings.js" => "happenings.js" "text/javascript; charset=utf-8",
    "/page/history.js" => "history.js" "text/javascript; charset=utf-8",
    "/page/icon.svg" => "icon.svg" "image/svg+xml",
    "/" => "index.html" "text/html; charset=utf-8",
    "/page/live.js" => "live.js" "text/javascript; charset=utf-8",
    "/page/main.js" => "main.js" "text/javascript; charset=utf-8",
    "/page/moments.js" => "moments.js" "text/javascript; charset=utf-8",
    "/page/money-forms.js" => "money-forms.js" "text/javascript; charset=utf-8",
    "/page/money.js" => "money.js" "text/javascript; charset=utf-8",
    "/page/movements.js" => "movements.js" "text/javascript; charset=utf-8",
    "/page/notices.js" => "notices.js" "text/javascript; charset=utf-8",
    "/page/open-account.js" => "open-account.js" "text/javascript; charset=utf-8",
    "/page/pager.js" => "pager.js" "text/javascript; charset=utf-8",
    "/page/route.js" => "route.js" "text/javascript; charset=utf-8",
    "/page/rows.js" => "rows.js" "text/javascript; charset=utf-8",
    "/page/scale.js" => "scale.js" "text/javascript; charset=utf-8",
    "/page/session.js" => "session.js" "text/javascript; charset=utf-8",
    "/page/sign-in.js" => "sign-in.js" "text/javascript; charset=utf-8",
    "/page/statement.js" => "statement.js" "text/javascript; charset=utf-8",
    "/page/steps.js" => "steps.js" "text/javascript; charset=utf-8",
    "/page/style.css" => "style.css" "text/css; charset=utf-8",
    "/page/summary.js" => "summary.js" "text/javascript; charset=utf-8",
    "/page/timeline.js" => "timeline.js" "text/javascript; charset=utf-8",
    "/page/unique.js" => "unique.js" "text/javascript; charset=utf-8",
};

/// The paths of the page.
pub(super) fn routes() -> Router {
    FILES.iter().fold(Router::new(), |router, (path, text, kind)| router.route(path, get(async || file(text, kind))))
}

fn file(text: &'static str, kind: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, text).into_response()
}
