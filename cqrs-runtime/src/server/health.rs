use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::join_all;
use serde_json::{Map, Value};

/// Something that has to hold before a server should be sent requests: a database that answers, projections that are not
/// far behind.
///
/// A closure that returns a future is one.
#[async_trait]
pub trait ReadyCheck: Send + Sync + 'static {
    /// Whether it holds.
    ///
    /// # Errors
    /// Why it does not: a text that everybody may read.
    async fn check(&self) -> Result<(), String>;
}

#[async_trait]
impl<F, Fut> ReadyCheck for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<(), String>> + Send,
{
    async fn check(&self) -> Result<(), String> {
        self().await
    }
}

/// The checks of `/readyz`, by name.
#[derive(Clone, Default)]
pub(super) struct Checks {
    checks: Vec<(String, Arc<dyn ReadyCheck>)>,
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.checks.iter().map(|(name, _)| name)).finish()
    }
}

impl Checks {
    pub(super) fn add(&mut self, name: String, check: impl ReadyCheck) {
        self.checks.push((name, Arc::new(check)));
    }

    /// 200 where all hold, else 503; which ones do, as an object of `ok` and reasons.
    pub(super) async fn answer(&self, timeout: Duration) -> Response {
        let run = self.checks.iter().map(|(name, check)| async move {
            let result = tokio::time::timeout(timeout, check.check()).await;
            (name.clone(), result.unwrap_or_else(|_| Err("took too long".to_owned())))
        });
        let results = join_all(run).await;
        let ready = results.iter().all(|(_, result)| result.is_ok());
        let told = results.into_iter().map(|(name, result)| {
            let told = result.err().unwrap_or_else(|| "ok".to_owned());
            (name, Value::String(told))
        });
        let body = Value::Object(told.collect::<Map<_, _>>()).to_string();
        let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
        (status, headers, body).into_response()
    }
}
