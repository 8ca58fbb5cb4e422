use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    DbErr, FromQueryResult, PartialModelTrait, QueryResult, QuerySelect, RuntimeErr, SqlxError, TryGetError,
};

#[cfg(feature = "postgres")]
use super::postgres;
#[cfg(feature = "sqlite")]
use super::sqlite;
use crate::column::{Cell, ColumnError, ColumnType, Numbers, RowReader};
use crate::read_model::ReadModel;

/// A row of a read model's view, for SeaORM to read.
///
/// Its columns are those of the view, whichever statement selects them: that of [`select`](Self::select), one of your own,
/// or that of a partial model, under a prefix. `Option<ViewRow<M>>` is absent where all of them are NULL, as those of an
/// outer join are.
///
/// A column that is missing, NULL, or of another type is a [`DbErr`] that names it.
///
/// ```no_run
/// # use cqrs_runtime::read_model::ReadModel;
/// use cqrs_runtime::backend::sea_orm::ViewRow;
/// use sea_orm::sea_query::{Expr, ExprTrait};
/// use sea_orm::{DatabaseConnection, DbErr, FromQueryResult};
///
/// async fn large<Order: ReadModel>(database: &DatabaseConnection) -> Result<Vec<Order>, DbErr> {
///     let mut large = ViewRow::<Order>::select();
///     large.and_where(Expr::col("tenant").eq("north")).and_where(Expr::col("pieces").gt(100));
///     let large = database.get_database_backend().build(&large);
///     let rows = ViewRow::<Order>::find_by_statement(large).all(database).await?;
///     Ok(rows.into_iter().map(|ViewRow(order)| order).collect())
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewRow<M>(
    /// The row, as [`Query`](crate::projection::Query) gives it.
    pub M,
);

impl<M: ReadModel> ViewRow<M> {
    /// Selects the rows of the view, those of all tenants, each column by its name.
    ///
    /// With `SELECT *` in its place, a connection to an SQLite file that has prepared the statement would give what stands
    /// in a column the name of another one, once a rebuild has changed the columns.
    #[must_use]
    pub fn select() -> SelectStatement {
        let mut select = Query::select();
        select.from(M::TABLE.name);
        for (name, ..) in M::TABLE.columns() {
            select.column((M::TABLE.name, name));
        }
        select
    }
}

impl<M: ReadModel> FromQueryResult for ViewRow<M> {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self::from_query_result_nullable(row, prefix)?)
    }

    fn from_query_result_optional(row: &QueryResult, prefix: &str) -> Result<Option<Self>, DbErr> {
        Option::from_query_result(row, prefix)
    }

    fn from_query_result_nullable(row: &QueryResult, prefix: &str) -> Result<Self, TryGetError> {
        let columns: Vec<_> =
            M::TABLE.columns().map(|(name, ty, optional)| (format!("{prefix}{name}"), ty, optional)).collect();
        let cells = columns.iter().map(|(name, ty, _)| cell(row, name, *ty)).collect::<Result<Vec<_>, _>>()?;
        let nulls = columns.iter().zip(&cells).filter(|(_, cell)| **cell == Cell::Null);
        if let Some(((name, ..), _)) = nulls.clone().find(|((.., optional), _)| !optional) {
            let absent = nulls.count() == cells.len();
            return Err(if absent { TryGetError::Null(name.clone()) } else { no_value(name, "it is NULL").into() });
        }
        let mut reader = RowReader::of(&cells, Numbers::Exact);
        M::read(&mut reader).map(Self).map_err(|error| {
            let names: Vec<_> = columns.iter().map(|(name, ..)| name.as_str()).collect();
            unreadable::<M>(&names, cells.len() - reader.left(), &error).into()
        })
    }
}

impl<M: ReadModel> PartialModelTrait for ViewRow<M> {
    fn select_cols_nested<S: QuerySelect>(select: S, prefix: Option<&str>, alias: Option<&'static str>) -> S {
        let (view, prefix) = (alias.unwrap_or(M::TABLE.name), prefix.unwrap_or_default());
        M::TABLE.columns().fold(select, |select, (name, ..)| {
            let read_as = format!("{prefix}{name}");
            select.column_as(Expr::col((view, name)), read_as)
        })
    }
}

/// A column of the view as a cell, with exact numbers.
fn cell<'r>(row: &'r QueryResult, column: &str, ty: ColumnType) -> Result<Cell<'r>, DbErr> {
    let of_sqlx = |error: SqlxError| DbErr::Query(RuntimeErr::SqlxError(error.into()));
    #[cfg(feature = "postgres")]
    if let Some(row) = row.try_as_pg_row() {
        return postgres::cell(row, column, ty).map_err(of_sqlx);
    }
    #[cfg(feature = "sqlite")]
    if let Some(row) = row.try_as_sqlite_row() {
        return sqlite::cell(row, column, ty).map_err(of_sqlx);
    }
    Err(no_value(column, "the row is of a database that has no read models"))
}

fn no_value(column: &str, why: &str) -> DbErr {
    DbErr::Type(format!("`{column}` can't be read: {why}"))
}

/// That the field whose cells were the last of so many that have been read can't be read.
fn unreadable<M: ReadModel>(columns: &[&str], read: usize, error: &ColumnError) -> DbErr {
    let fields = (0..M::TABLE.fields.len()).map(|field| M::TABLE.columns_of(field));
    let of_field = fields.map(|(first, count)| first..first + count).find(|cells| cells.end == read);
    let columns = of_field.and_then(|cells| columns.get(cells)).unwrap_or(columns);
    no_value(&columns.join("`, `"), &error.to_string())
}
