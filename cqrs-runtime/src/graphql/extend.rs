//! What an application adds to the generated schema by hand.

use std::sync::Arc;

use async_graphql::registry::MetaField;
use async_graphql::{ServerResult, Value as Answered};
use futures_util::future::{BoxFuture, FutureExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::Problem;
use super::catalog::Catalog;
use super::guard::{FieldGuard, Guard};
use super::meta::{FieldExt, field};
use super::resolve::Resolving;
use super::selection::Selected;
use super::{register, scalars};
use crate::api::{ApiField, ApiKind, ApiType, ApiTypes, accept_fields};
use crate::json;
use crate::principal::Principal;
use crate::value::Value;

type Resolve = dyn Fn(Principal, Json) -> BoxFuture<'static, Result<Json, Problem>> + Send + Sync;
type Describe = fn(&mut ApiTypes) -> ApiType;

/// A query or a mutation that an application writes by hand.
pub(super) struct Custom {
    name: &'static str,
    description: &'static str,
    arguments: Vec<ApiField>,
    output: ApiType,
    resolve: Box<Resolve>,
}

/// The same, before the types are known that it is told by.
pub(super) struct Undescribed {
    name: &'static str,
    description: &'static str,
    arguments: Describe,
    output: Describe,
    resolve: Box<Resolve>,
}

/// All that an application adds.
#[derive(Default)]
pub(super) struct Extensions<C> {
    pub(super) guards: Vec<FieldGuard>,
    pub(super) queries: Vec<C>,
    pub(super) mutations: Vec<C>,
}

impl Extensions<Undescribed> {
    pub(super) fn described(self, types: &mut ApiTypes) -> Extensions<Custom> {
        let Self { guards, queries, mutations } = self;
        let queries = queries.into_iter().map(|custom| custom.described(types)).collect();
        Extensions { guards, queries, mutations: mutations.into_iter().map(|custom| custom.described(types)).collect() }
    }
}

impl Extensions<Custom> {
    /// What guards a field of a root.
    pub(super) fn guards_of(&self, field: &str) -> impl Iterator<Item = &Guard> {
        self.guards.iter().filter(move |guarding| guarding.field == field).map(|guarding| &*guarding.guard)
    }

    /// Whether a field of a root is written by hand.
    pub(super) fn is_custom(&self, field: &str) -> bool {
        self.queries.iter().chain(&self.mutations).any(|custom| custom.name == field)
    }
}

impl Undescribed {
    pub(super) fn new<I, O, F, R>(name: &'static str, description: &'static str, resolve: R) -> Self
    where
        I: Value + DeserializeOwned + 'static,
        O: Value + Serialize + 'static,
        F: Future<Output = Result<O, Problem>> + Send + 'static,
        R: Fn(Principal, I) -> F + Send + Sync + 'static,
    {
        let resolve = Arc::new(resolve);
        let resolve = move |principal: Principal, arguments: Json| {
            let resolve = Arc::clone(&resolve);
            async move {
                let arguments = serde_json::from_value(arguments);
                let arguments = arguments.map_err(|_| Problem::input("the arguments are not valid"))?;
                let output = resolve(principal, arguments).await?;
                json::document(&output).map_err(|error| Problem::internal("an answer can't be told", &error))
            }
            .boxed()
        };
        Self { name, description, arguments: I::api, output: O::api, resolve: Box::new(resolve) }
    }

    /// Has its types defined. The record of the arguments is one too; the schema has no use for it, and leaves it out.
    fn described(self, types: &mut ApiTypes) -> Custom {
        let Self { name, description, resolve, .. } = self;
        let output = (self.output)(types);
        let arguments = match (self.arguments)(types) {
            ApiType::Named(record) => match types.get(record).map(|definition| &definition.kind) {
                Some(ApiKind::Record(fields)) => fields.clone(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        Custom { name, description, arguments, output, resolve }
    }
}

impl Custom {
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// The field of a root.
    pub(super) fn field(&self, catalog: &Catalog) -> MetaField {
        let mut meta = field(self.name, &scalars::output(&self.output), self.description);
        for argument in &self.arguments {
            let input = register::input_field(catalog, argument);
            meta = meta.argument(&input.name, &input.ty, argument.description);
        }
        meta
    }
}

impl<'q> Resolving<'q> {
    /// Answers a field that was written by hand.
    pub(super) async fn custom(self, custom: &Custom, field: &Selected<'q>) -> ServerResult<Answered> {
        let catalog = &self.engine.catalog;
        let given = accept_fields(Json::Object(field.arguments.clone()), &custom.arguments, &catalog.types);
        let given = given.map_err(|error| Problem::input(error.to_string()).at(field.pos))?;
        // What takes nothing is given nothing, not an object without fields.
        let given = if custom.arguments.is_empty() { Json::Null } else { given };
        let answer = (custom.resolve)(self.principal.clone(), given).await.map_err(|problem| problem.at(field.pos))?;
        super::value::told(catalog, self.asked, field, &custom.output, answer)
    }
}
