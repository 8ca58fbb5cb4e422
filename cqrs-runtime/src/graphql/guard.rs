//! Guards: what an application checks by hand before a field of a root is answered.

use futures_util::future::{BoxFuture, FutureExt};
use serde_json::Value as Json;

use super::Problem;
use crate::principal::Principal;

/// Decides whether somebody may ask a field with some arguments.
pub(super) type Guard = dyn Fn(Principal, Json) -> BoxFuture<'static, Result<(), Problem>> + Send + Sync;

/// A guard, and the field that it is for.
pub(super) struct FieldGuard {
    pub(super) field: &'static str,
    pub(super) guard: Box<Guard>,
}

impl FieldGuard {
    pub(super) fn new<F>(field: &'static str, guard: impl Fn(Principal, Json) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Problem>> + Send + 'static,
    {
        Self { field, guard: Box::new(move |principal, arguments| guard(principal, arguments).boxed()) }
    }

    /// A guard that lets those pass who have one of some roles.
    pub(super) fn of_roles(field: &'static str, roles: &'static [&'static str]) -> Self {
        Self::new(field, move |principal, _| {
            let has_one = roles.iter().any(|role| principal.roles.contains(*role));
            std::future::ready(if has_one { Ok(()) } else { Err(Problem::denied(&principal, field)) })
        })
    }
}
