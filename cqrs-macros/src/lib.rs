//! Derive macros of the `cqrs-runtime` framework; use them through `cqrs_runtime::prelude`.
