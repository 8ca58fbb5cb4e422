use std::any::type_name;
use std::sync::Arc;

use async_graphql::{Data, Executor, Request, Response, SDLExportOptions};
use futures_util::stream::BoxStream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::answered::Answered;
use super::computed::UndescribedField;
use super::engine::{Engine, SchemaOptions};
use super::extend::{Extensions, Undescribed};
use super::guard::Guarding;
use super::register::{self, Roots};
use super::roots::{Mutation, Query, Subscription, with_types};
use super::{Problem, describe};
use crate::bounded_context::{Application, BoundedContext};
use crate::principal::Principal;
use crate::read_model::ReadModel;
use crate::value::Value;

type Inner = async_graphql::Schema<Query, Mutation, Subscription>;

/// The GraphQL schema of an application. Cheap to clone.
///
/// Requests are executed as those of whoever their data names: `request.data(Principal::new("ada"))`; without a
/// [`Principal`], as those of nobody.
#[derive(Clone)]
pub struct Schema(Inner);

/// A schema that is being put together.
#[must_use = "it is no schema before it is built"]
pub struct SchemaBuilder<C: BoundedContext> {
    application: Application<C>,
    options: SchemaOptions,
    deny_by_default: bool,
    extensions: Extensions<Undescribed>,
    fields: Vec<UndescribedField>,
}

/// Why there is no schema of an application.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// Several parts of it would have one name, or names that differ only in case.
    #[error("several parts of the schema would be called {}: rename all but one", names.join(", "))]
    Clash {
        /// The names: of types, or of fields of a root (`Query.account`).
        names: Vec<String>,
    },
    /// A computed field is one of a read model that is not in the context.
    #[error("a field is computed from rows of `{to}`, which is not in the context: list it, or take the field away")]
    NoRows {
        /// The read model.
        to: &'static str,
    },
    /// There is no field that a guard could guard.
    #[error("no field of the query, the mutation or the subscription is called `{field}`, so nothing is guarded")]
    NothingToGuard {
        /// The name.
        field: &'static str,
    },
    /// A read model refers to rows of another one that is not in the context.
    #[error("`{field}` refers to `{to}`, which is not in the context: list it, or take `references` away")]
    NotListed {
        /// The field that refers to it.
        field: String,
        /// The read model.
        to: &'static str,
    },
}

impl Schema {
    /// The schema of an application, to which more can be added.
    pub fn of<C: BoundedContext>(application: &Application<C>) -> SchemaBuilder<C> {
        let (application, options) = (Application::clone(application), SchemaOptions::default());
        let extensions = Extensions { guards: Vec::new(), queries: Vec::new(), mutations: Vec::new() };
        SchemaBuilder { application, options, deny_by_default: false, extensions, fields: Vec::new() }
    }

    /// The schema in GraphQL's schema definition language: types and fields in the order of their names, so that a snapshot
    /// shows what has changed.
    #[must_use]
    pub fn sdl(&self) -> String {
        let options = SDLExportOptions::new().sorted_fields().sorted_enum_items().include_specified_by();
        self.0.sdl_with_options(options)
    }

    /// Executes a query or a mutation.
    pub async fn execute(&self, request: impl Into<Request>) -> Response {
        self.0.execute(request.into().data(Answered::default())).await
    }

    /// Executes an operation, a subscription among others: a response for each item.
    #[must_use]
    pub fn execute_stream(&self, request: impl Into<Request>) -> BoxStream<'static, Response> {
        self.0.execute_stream(request.into().data(Answered::default()))
    }
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schema").finish_non_exhaustive()
    }
}

impl Executor for Schema {
    async fn execute(&self, request: Request) -> Response {
        self.0.execute(request.data(Answered::default())).await
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        self.0.execute_stream_with_session_data(request.data(Answered::default()), session.unwrap_or_default())
    }
}

impl<C: BoundedContext> SchemaBuilder<C> {
    /// With other limits of time, of pages and of filters.
    pub fn options(mut self, options: SchemaOptions) -> Self {
        self.options = options;
        self
    }

    /// With a query that is written by hand: its arguments are the fields of `I`, its answer is an `O`.
    ///
    /// `()` as `I` stands for no arguments.
    pub fn query<I, O, F>(
        mut self,
        name: &'static str,
        description: &'static str,
        resolve: impl Fn(Principal, I) -> F + Send + Sync + 'static,
    ) -> Self
    where
        I: Value + DeserializeOwned + Send + 'static,
        O: Value + Serialize + 'static,
        F: Future<Output = Result<O, Problem>> + Send + 'static,
    {
        self.extensions.queries.push(Undescribed::new(name, description, resolve));
        self
    }

    /// With a field more of the rows of a read model: `compute` gets who asks, and all rows of an answer at once, in which it
    /// may look something up for all of them; it returns a value for each row, in their order.
    ///
    /// Who may see a row may ask for it, unless `compute` refuses.
    pub fn field<M, O, F>(
        mut self,
        name: &'static str,
        description: &'static str,
        compute: impl Fn(Principal, Vec<M>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        M: ReadModel,
        O: Value + Serialize + 'static,
        F: Future<Output = Result<Vec<O>, Problem>> + Send + 'static,
    {
        self.fields.push(UndescribedField::new(name, description, compute));
        self
    }

    /// With a mutation that is written by hand; see [`query`](Self::query).
    pub fn mutation<I, O, F>(
        mut self,
        name: &'static str,
        description: &'static str,
        resolve: impl Fn(Principal, I) -> F + Send + Sync + 'static,
    ) -> Self
    where
        I: Value + DeserializeOwned + Send + 'static,
        O: Value + Serialize + 'static,
        F: Future<Output = Result<O, Problem>> + Send + 'static,
    {
        self.extensions.mutations.push(Undescribed::new(name, description, resolve));
        self
    }

    /// Grants nothing where nothing is said: what has no `roles(..)` is denied.
    ///
    /// A server that [authenticates](crate::server::Server::authenticate) does so by itself; this is for who executes the schema
    /// without one.
    pub fn deny_by_default(mut self) -> Self {
        self.deny_by_default = true;
        self
    }

    /// Lets a field of a root, generated or written by hand, be asked only by who has one of some roles.
    ///
    /// A field of this name is guarded wherever there is one: of the query, the mutation and the subscription.
    pub fn roles(mut self, field: &'static str, roles: &'static [&'static str]) -> Self {
        self.extensions.guards.push(Guarding::of_roles(field, roles));
        self
    }

    /// Asks `guard` before a field of a root is answered, with who asks and the arguments as the client gave them.
    ///
    /// All guards of a field must agree, and so must what `roles(..)` says. See [`roles`](Self::roles).
    pub fn guard<F>(mut self, field: &'static str, guard: impl Fn(Principal, Json) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), Problem>> + Send + 'static,
    {
        self.extensions.guards.push(Guarding::new(field, guard));
        self
    }

    /// The schema.
    ///
    /// # Errors
    /// When several parts of it would have one name, or refer to what is not there.
    pub fn build(self) -> Result<Schema, SchemaError> {
        let mut catalog = describe::catalog(&self.application);
        for field in self.fields {
            field.describe(&mut catalog).map_err(|to| SchemaError::NoRows { to })?;
        }
        let extensions = self.extensions.described(&mut catalog.types);
        let roots = Roots {
            query: extensions.queries.iter().map(|custom| custom.field(&catalog)).collect(),
            mutation: extensions.mutations.iter().map(|custom| custom.field(&catalog)).collect(),
            subscription: Vec::new(),
        };
        if let Some((field, to)) = describe::not_listed(&catalog) {
            return Err(SchemaError::NotListed { field, to });
        }
        let types = register::types(&catalog, &self.options, roots);
        if !types.clashes.is_empty() {
            return Err(SchemaError::Clash { names: types.clashes });
        }
        let options = (self.options, self.deny_by_default);
        let engine = Engine::new(catalog, self.application.read_models().clone(), options, extensions);
        if let Some(field) = engine.guarded_in_vain() {
            return Err(SchemaError::NothingToGuard { field });
        }
        let engine = Arc::new(engine);
        Ok(Schema(with_types(types, || {
            let roots = (Query(Arc::clone(&engine)), Mutation(Arc::clone(&engine)), Subscription(engine));
            // What documents may cost is counted before they come here; what they nest is not to overflow a stack.
            Inner::build(roots.0, roots.1, roots.2).limit_recursive_depth(64).finish()
        })))
    }
}

impl<C: BoundedContext> std::fmt::Debug for SchemaBuilder<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SchemaBuilder").field("context", &type_name::<C>()).finish_non_exhaustive()
    }
}
