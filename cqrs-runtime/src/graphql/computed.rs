//! Fields of rows that an application computes, for all rows of an answer at once.

use async_graphql::ServerResult;
use futures_util::future::{BoxFuture, FutureExt};
use serde::Serialize;
use serde_json::Value as Json;

use super::Problem;
use super::catalog::Catalog;
use super::meta;
use super::scalars;
use crate::api::{ApiType, ApiTypes};
use crate::json;
use crate::principal::Principal;
use crate::projection::WholeRow;
use crate::read_model::ReadModel;
use crate::value::Value;

type Compute = dyn Fn(Principal, Vec<WholeRow>) -> BoxFuture<'static, Result<Vec<Json>, Problem>> + Send + Sync;

/// A field that is computed from rows.
pub(super) struct Computed {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) output: ApiType,
    compute: Box<Compute>,
}

/// The same, before the types are known that it is told by, and the rows that it is a field of.
pub(super) struct UndescribedField {
    /// The read model: its table, and what it is called.
    pub(super) table: &'static str,
    pub(super) type_name: &'static str,
    name: &'static str,
    description: &'static str,
    output: fn(&mut ApiTypes) -> ApiType,
    compute: Box<Compute>,
}

impl UndescribedField {
    pub(super) fn new<M, O, F, C>(name: &'static str, description: &'static str, compute: C) -> Self
    where
        M: ReadModel,
        O: Value + Serialize + 'static,
        F: Future<Output = Result<Vec<O>, Problem>> + Send + 'static,
        C: Fn(Principal, Vec<M>) -> F + Send + Sync + 'static,
    {
        let compute = move |principal: Principal, rows: Vec<WholeRow>| {
            let count = rows.len();
            // They are what they were read as: rows of this read model.
            let values = compute(principal, rows.iter().filter_map(WholeRow::get::<M>).cloned().collect());
            async move {
                let values = values.await?;
                if values.len() != count {
                    return Err(Problem::internal(
                        "a field was computed for more or fewer rows than were given",
                        &WrongCount,
                    ));
                }
                let told = values.iter().map(json::document).collect::<Result<_, _>>();
                told.map_err(|error| Problem::internal("a computed value can't be told", &error))
            }
            .boxed()
        };
        let (table, type_name) = (M::TABLE.name, M::TABLE.type_name);
        Self { table, type_name, name, description, output: O::api, compute: Box::new(compute) }
    }

    /// Makes it a field of its read model; the name of that where there is none.
    pub(super) fn describe(self, catalog: &mut Catalog) -> Result<(), &'static str> {
        let output = (self.output)(&mut catalog.types);
        let model = catalog.models.iter_mut().find(|model| model.table.name == self.table);
        let Self { name, description, compute, .. } = self;
        model.ok_or(self.type_name)?.computed.push(Computed { name, description, output, compute });
        Ok(())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("one value for each row is expected, in their order")]
struct WrongCount;

impl Computed {
    /// As the registry has it.
    pub(super) fn field(&self) -> async_graphql::registry::MetaField {
        meta::field(self.name, &scalars::output(&self.output), self.description)
    }

    /// Its values for rows, in their order.
    pub(super) async fn values(
        &self,
        principal: &Principal,
        rows: Vec<WholeRow>,
        pos: async_graphql::Pos,
    ) -> ServerResult<Vec<Json>> {
        (self.compute)(principal.clone(), rows).await.map_err(|problem| problem.at(pos))
    }
}
