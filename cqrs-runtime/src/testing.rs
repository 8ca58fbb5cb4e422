//! Specifications: given events, when a command, then events; and what keeps stored shapes from changing unnoticed.
//!
//! For dev-dependencies: enable the feature `testing` of `cqrs-runtime`.

pub mod conformance;

mod clock;
mod projection;
mod schema_lock;
mod spec;

pub use self::clock::{ManualClock, SequentialIds};
pub use self::projection::ProjectionSpec;
pub use self::schema_lock::{SchemaLock, SchemaLockError, check_schema_lock};
pub use self::spec::{GivenEvents, IntoMoment, Outcome, Spec, StoredOutcome, StoredSpec};

#[doc(hidden)]
pub use insta;

/// Compares an outcome with its kept text, as an insta snapshot: given, when, then and the resulting state of a [`Spec`], the
/// rows of a [`ProjectionSpec`].
///
/// ```
/// # use cqrs_runtime::{prelude::*, testing::{Spec, assert_spec_snapshot}};
/// # fn f<A: Aggregate + Serialize + Emits<E> + Decide<C>, E: Event, C: Command<Id = A::Id, Enrichment = ()>>(
/// #     opened: E, close: C) where A::Config: Default {
/// assert_spec_snapshot!(Spec::<A>::given(opened).at("2026-03-01T10:00:00Z").when(close));
/// # }
/// ```
#[macro_export]
macro_rules! assert_spec_snapshot {
    ($outcome:expr $(,)?) => {
        $crate::testing::insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => true }, {
            $crate::testing::insta::assert_snapshot!($outcome.to_string())
        })
    };
    ($name:expr, $outcome:expr $(,)?) => {
        $crate::testing::insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => true }, {
            $crate::testing::insta::assert_snapshot!($name, $outcome.to_string())
        })
    };
}

/// Compares the stored shapes of aggregates with the committed `schema.lock` beside the crate's `Cargo.toml`.
///
/// Fails when a shape has changed without a new version, and says how to go on. Run the tests with
/// `CQRS_SCHEMA_LOCK=update` to record what is new; what would break stored events is refused even then.
///
/// ```no_run
/// # use cqrs_runtime::{prelude::*, testing::assert_schema_lock};
/// # fn f<Account: Aggregate>() {
/// assert_schema_lock!(Account);
/// # }
/// ```
#[macro_export]
macro_rules! assert_schema_lock {
    ($($aggregate:ty),+ $(,)?) => {{
        let mut lock = $crate::testing::SchemaLock::default();
        $(lock.add::<$aggregate>();)+
        if let ::core::result::Result::Err(error) =
            $crate::testing::check_schema_lock(&lock, concat!(env!("CARGO_MANIFEST_DIR"), "/schema.lock"))
        {
            ::core::panic!("{error}");
        }
    }};
}

pub use crate::{assert_schema_lock, assert_spec_snapshot};
