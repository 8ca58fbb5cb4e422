use std::fmt;
use std::marker::PhantomData;

use super::{ProjectionTable, TransactionalProjection};
use crate::store::{Dialect, GenerationTables};

/// The tables of a new generation, as their projection states them.
pub struct NewTables<P> {
    dialect: Dialect,
    statements: Vec<String>,
    of: PhantomData<fn() -> P>,
}

impl<P: TransactionalProjection> NewTables<P> {
    /// What a projection states.
    pub(super) fn stated(dialect: Dialect) -> Vec<String> {
        let mut tables = Self { dialect, statements: Vec::new(), of: PhantomData };
        P::create(&mut tables);
        tables.statements
    }
}

impl<P> NewTables<P> {
    /// Whose SQL the database speaks.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The name of a table in its generation, to be put into statements as it is.
    #[must_use]
    pub fn name(&self, table: ProjectionTable<P>) -> String {
        self.own(table.view())
    }

    /// The name of something else that is the generation's own, such as an index or a constraint: it goes with its table.
    ///
    /// It is to be unique in the schema of the database, among those of other projections too. PostgreSQL cuts names off at 63
    /// bytes, the generation's number among them. What does not go with a table, such as a function, is not dropped with the
    /// generation.
    #[must_use]
    pub fn own(&self, name: &str) -> String {
        format!("{name}{}", GenerationTables::NUMBER)
    }

    /// Adds a statement.
    pub fn sql(&mut self, statement: impl Into<String>) {
        self.statements.push(statement.into());
    }
}

impl<P> fmt::Debug for NewTables<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewTables").field("dialect", &self.dialect).field("statements", &self.statements).finish()
    }
}
