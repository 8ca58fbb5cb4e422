//! Conditions and orders, made from the fields of a read model.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Not;
use std::sync::Arc;

use serde::Serialize;

use super::QueryError;
use super::condition::{Cells, absent, among, cells_of, compared, same};
use crate::column::Numbers;
use crate::read_model::{Field, ReadModel};
use crate::store::{Comparison, Condition, Order};
use crate::value::Value;

type Build = dyn Fn(Numbers) -> Result<Condition, QueryError> + Send + Sync;

/// A condition on the rows of a read model.
pub struct Filter<M> {
    build: Arc<Build>,
    of: PhantomData<fn() -> M>,
}

impl<M> Filter<M> {
    fn new(build: impl Fn(Numbers) -> Result<Condition, QueryError> + Send + Sync + 'static) -> Self {
        Self { build: Arc::new(build), of: PhantomData }
    }

    pub(in crate::projection) fn condition(&self, numbers: Numbers) -> Result<Condition, QueryError> {
        (self.build)(numbers)
    }

    /// Rows that satisfy a condition that is made already.
    pub(in crate::projection) fn of(condition: Condition) -> Self {
        Self::new(move |_| Ok(condition.clone()))
    }

    /// Rows that satisfy each of the conditions.
    pub fn all(filters: impl IntoIterator<Item = Self>) -> Self {
        let filters: Vec<_> = filters.into_iter().map(|filter| filter.build).collect();
        Self::new(move |numbers| {
            Ok(Condition::All(filters.iter().map(|build| build(numbers)).collect::<Result<_, _>>()?))
        })
    }

    /// Rows that satisfy at least one of the conditions.
    pub fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        let filters: Vec<_> = filters.into_iter().map(|filter| filter.build).collect();
        Self::new(move |numbers| {
            Ok(Condition::Any(filters.iter().map(|build| build(numbers)).collect::<Result<_, _>>()?))
        })
    }
}

impl<M: ReadModel> Filter<M> {
    /// The row of a key.
    #[must_use]
    pub fn key(key: &M::Key) -> Self {
        let key = key.clone();
        Self::new(move |numbers| Ok(same(cells_of(M::TABLE, M::TABLE.key, numbers, |row| M::write_key(&key, row))?)))
    }
}

impl<M> Not for Filter<M> {
    type Output = Self;

    /// Rows that do not satisfy the condition, those without a value among them.
    fn not(self) -> Self {
        Self::new(move |numbers| Ok(Condition::Not(Box::new((self.build)(numbers)?))))
    }
}

impl<M> Clone for Filter<M> {
    fn clone(&self) -> Self {
        Self { build: Arc::clone(&self.build), of: PhantomData }
    }
}

impl<M> fmt::Debug for Filter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter").finish_non_exhaustive()
    }
}

/// A field by which rows are ordered, and in which direction.
#[derive(Debug)]
pub struct OrderBy<M> {
    first: usize,
    count: usize,
    descending: bool,
    of: PhantomData<fn() -> M>,
}

impl<M> OrderBy<M> {
    pub(super) fn columns(&self) -> impl Iterator<Item = Order> + use<M> {
        let descending = self.descending;
        (self.first..self.first + self.count).map(move |column| Order { column, descending })
    }
}

impl<M: ReadModel, T, const FILTER: bool> Field<M, T, FILTER, true> {
    fn order(self, descending: bool) -> OrderBy<M> {
        let (first, count) = M::TABLE.columns_of(self.index());
        OrderBy { first, count, descending, of: PhantomData }
    }

    /// The smallest first, rows without a value before all.
    #[must_use]
    pub fn asc(self) -> OrderBy<M> {
        self.order(false)
    }

    /// The greatest first, rows without a value at the end.
    #[must_use]
    pub fn desc(self) -> OrderBy<M> {
        self.order(true)
    }
}

impl<M: ReadModel, T: Value + Serialize, const ORDER: bool> Field<M, T, true, ORDER> {
    /// Rows whose value is this one.
    #[must_use]
    pub fn eq(self, value: T) -> Filter<M>
    where
        T: Send + Sync + 'static,
    {
        Filter::new(move |numbers| Ok(same(self.cells(&value, numbers)?)))
    }

    /// Rows whose value is another one, or that have none.
    #[must_use]
    pub fn ne(self, value: T) -> Filter<M>
    where
        T: Send + Sync + 'static,
    {
        !self.eq(value)
    }

    /// Rows whose value is one of these.
    #[must_use]
    pub fn is_in(self, values: impl IntoIterator<Item = T>) -> Filter<M>
    where
        T: Send + Sync + 'static,
    {
        let values: Vec<T> = values.into_iter().collect();
        Filter::new(move |numbers| {
            Ok(among(values.iter().map(|value| self.cells(value, numbers)).collect::<Result<_, _>>()?))
        })
    }

    /// Rows whose value is smaller.
    #[must_use]
    pub fn lt(self, value: T) -> Filter<M>
    where
        T: Send + Sync + 'static,
    {
        self.compared(value, Comparison::Less, Comparison::Less)
    }

    /// Rows whose value is this one or smaller.
    #[must_use]
    pub fn lte(self, value: T) -> Filter<M>
    where
        T: Send + Sync + 'static,
    {
        self.compared(value, Comparison::Less, Comparison::LessOrEqual)
    }

    /// Rows whose value is greater.
    #[must_use]
    pub fn gt(self, value: T) -> Filter<M>
    where
        T: Send + Sync + 'static,
    {
        self.compared(value, Comparison::Greater, Comparison::Greater)
    }

    /// Rows whose value is this one or greater.
    #[must_use]
    pub fn gte(self, value: T) -> Filter<M>
    where
        T: Send + Sync + 'static,
    {
        self.compared(value, Comparison::Greater, Comparison::GreaterOrEqual)
    }

    /// A value of several columns is compared column by column, the first one first.
    fn compared(self, value: T, strict: Comparison, last: Comparison) -> Filter<M>
    where
        T: Send + Sync + 'static,
    {
        Filter::new(move |numbers| Ok(compared(&self.cells(&value, numbers)?, strict, last)))
    }

    /// The columns, and what stands in them for a value.
    fn cells(self, value: &T, numbers: Numbers) -> Result<Cells, QueryError> {
        cells_of(M::TABLE, &[self.index()], numbers, |row| row.put(value))
    }
}

impl<M: ReadModel, T: Value + Serialize, const ORDER: bool> Field<M, Option<T>, true, ORDER> {
    /// Rows without a value.
    #[must_use]
    pub fn is_null(self) -> Filter<M> {
        let absent = absent(M::TABLE, self.index());
        Filter::of(absent)
    }
}

/// A type whose column holds a text, and that can be searched as one.
pub trait Text: Value {}

impl Text for String {}
impl Text for Option<String> {}

impl<M: ReadModel, T: Text, const ORDER: bool> Field<M, T, true, ORDER> {
    /// Rows whose text contains another, letter by letter.
    #[must_use]
    pub fn contains(self, text: impl Into<String>) -> Filter<M> {
        self.containing(text.into(), false)
    }

    /// Rows whose text contains another; capitals and small letters of ASCII are the same.
    #[must_use]
    pub fn contains_ignoring_case(self, text: impl Into<String>) -> Filter<M> {
        self.containing(text.into(), true)
    }

    /// Rows whose text begins with another.
    #[must_use]
    pub fn starts_with(self, text: impl Into<String>) -> Filter<M> {
        let ((column, _), text) = (M::TABLE.columns_of(self.index()), text.into());
        Filter::new(move |_| Ok(Condition::StartsWith { column, text: text.clone() }))
    }

    fn containing(self, text: String, ignore_case: bool) -> Filter<M> {
        let (column, _) = M::TABLE.columns_of(self.index());
        Filter::new(move |_| Ok(Condition::Contains { column, text: text.clone(), ignore_case }))
    }
}
