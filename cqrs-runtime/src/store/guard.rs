//! A backend whose code panics takes nobody else along.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use crate::store::StoreError;

/// What `call` answers, or that it panicked.
pub(super) async fn guarded<T>(call: impl Future<Output = T>) -> Result<T, StoreError> {
    // Nothing but the backend's own state may be left half changed, and what it then answers is not trusted more than
    // after a broken connection.
    AssertUnwindSafe(call).catch_unwind().await.map_err(|panic| {
        let message = message(&*panic);
        tracing::error!(panic = %message, "the backend of an event store panicked");
        StoreError::Panicked(message.into())
    })
}

/// What a panic said.
pub(crate) fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".to_owned())
}
