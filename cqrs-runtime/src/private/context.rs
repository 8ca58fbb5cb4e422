//! Contexts: what is listed is shown to a visitor, and looked at while constants are evaluated.
//!
//! All that an expansion asks of a listed type stands in one trait: so a type of another kind is one error.

use crate::aggregate::{Aggregate, EventSet};
use crate::bounded_context::ContextVisitor;
use crate::command::CommandSet;
use crate::projection::{Projection, TransactionalProjection};
use crate::read_model::TableField;

/// An aggregate of a context.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an aggregate",
    label = "not an aggregate",
    note = "derive it: `#[derive(Aggregate)] #[aggregate(id = .., events(..), commands(..), error = ..)]`"
)]
pub trait ListedAggregate {
    /// The stored type of its streams.
    const TYPE: &'static str;
    /// What clients send its commands as.
    const COMMANDS: &'static [&'static str];
    /// What clients call its types.
    const NAMES: &'static [&'static [&'static str]];

    /// Shows it.
    fn show<V: ContextVisitor>(visitor: &mut V);
}

#[diagnostic::do_not_recommend]
impl<A: Aggregate> ListedAggregate for A {
    const TYPE: &'static str = A::TYPE;
    const COMMANDS: &'static [&'static str] = <A::Command as CommandSet<A>>::NAMES;
    const NAMES: &'static [&'static [&'static str]] = &[&[A::API_NAME], <A::Event as EventSet>::API_NAMES];

    fn show<V: ContextVisitor>(visitor: &mut V) {
        visitor.aggregate::<A>();
    }
}

/// A read model of a context.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no read model that is made of events",
    label = "no read model with events",
    note = "derive it, and say of which events it is made: `#[derive(ReadModel, Clone)] \
            #[read_model(events(Account(AccountOpened, ..)))]` on `{Self}`; a lookup belongs to the read model that keeps it, \
            and is not listed"
)]
pub trait ListedReadModel {
    /// The name of its table.
    const TABLE: &'static str;
    /// What clients call its types.
    const NAMES: &'static [&'static [&'static str]];
    /// The stored types of the streams that it is made of.
    const STREAM_TYPES: &'static [&'static str];
    /// The tables to which it refers.
    const REFERENCES: &'static [&'static str];
    /// What it is made of.
    const FIELDS: &'static [TableField];

    /// Shows it.
    fn show<V: ContextVisitor>(visitor: &mut V);
}

#[diagnostic::do_not_recommend]
impl<M: Projection> ListedReadModel for M {
    const TABLE: &'static str = M::TABLE.name;
    const NAMES: &'static [&'static [&'static str]] = &[&[M::TABLE.type_name]];
    const STREAM_TYPES: &'static [&'static str] = M::STREAM_TYPES;
    const REFERENCES: &'static [&'static str] = M::REFERENCES;
    const FIELDS: &'static [TableField] = M::TABLE.fields;

    fn show<V: ContextVisitor>(visitor: &mut V) {
        visitor.read_model::<M>();
    }
}

/// A projection of a context.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no projection with a transaction",
    label = "no projection with a transaction",
    note = "derive it: `#[derive(TransactionalProjection)]` with `#[projection(events(Account(AccountOpened, ..)))]` on \
            `{Self}`; a read model is listed in `read_models(..)`"
)]
pub trait ListedProjection {
    /// The stored types of the streams that it is made of.
    const STREAM_TYPES: &'static [&'static str];

    /// Shows it.
    fn show<V: ContextVisitor>(visitor: &mut V);
}

#[diagnostic::do_not_recommend]
impl<P: TransactionalProjection> ListedProjection for P {
    const STREAM_TYPES: &'static [&'static str] = P::STREAM_TYPES;

    fn show<V: ContextVisitor>(visitor: &mut V) {
        visitor.transactional_projection::<P>();
    }
}
