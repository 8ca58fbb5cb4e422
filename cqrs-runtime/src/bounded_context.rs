//! Bounded contexts: an application at a glance.

mod application;

pub use self::application::Application;

use crate::aggregate::Aggregate;
use crate::projection::{Projection, TransactionalProjection};

/// All that an application is made of; derive it.
///
/// `#[context(..)]` lists the aggregates, the read models and the projections with a transaction.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a bounded context",
    label = "not a bounded context",
    note = "derive it: `#[derive(BoundedContext)] #[context(aggregates(..), read_models(..))] pub struct {Self};`"
)]
pub trait BoundedContext: Send + Sync + 'static {
    /// Its name.
    const NAME: &'static str;
    /// What its documentation says.
    const DESCRIPTION: &'static str;

    /// Shows all its parts, in the order in which they are listed.
    fn visit<V: ContextVisitor>(visitor: &mut V);
}

/// A bounded context that lists an aggregate; the derive says so of each.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not list the aggregate `{A}`",
    label = "not an aggregate of `{Self}`",
    note = "list it: `#[context(aggregates({A}, ..))]` on `{Self}`"
)]
pub trait Lists<A>: BoundedContext {}

/// Something that is shown the parts of a bounded context.
pub trait ContextVisitor {
    /// An aggregate.
    fn aggregate<A: Aggregate>(&mut self);

    /// A read model.
    fn read_model<M: Projection>(&mut self);

    /// A projection with a transaction.
    fn transactional_projection<P: TransactionalProjection>(&mut self);
}
