//! The HTTP and websocket server of a GraphQL schema.
//!
//! It knows nothing of the domain: any schema of [`async_graphql`] will do.
//!
//! | path | what |
//! |---|---|
//! | `/graphql` | queries by GET, all but subscriptions by POST, by the GraphQL over HTTP specification |
//! | `/graphql`, upgraded | everything, by the subprotocol `graphql-transport-ws` |
//! | `/graphql`, `Accept: text/event-stream` | everything, as server-sent events |
//! | `/graphql` in a browser, `/graphiql` | `GraphiQL` |
//! | `/healthz`, `/readyz` | whether the process runs, and whether it should be sent requests |
//! | `/metrics` | counts and latencies, in the text format of Prometheus |

mod answer;
mod authenticate;
mod connection;
mod document;
mod drain;
mod events;
mod graphiql;
mod health;
mod hosts;
mod http;
mod limits;
mod metrics;
mod options;
mod order;
mod persisted;
mod refusal;
mod serve;
mod shared;
mod variable;
mod websocket;

use std::fmt;
use std::io;
use std::sync::Arc;

use async_graphql::Executor;
use axum::Router;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use tokio::net::TcpListener;

pub use authenticate::{Authenticate, AuthenticationError, Credentials};
pub use health::ReadyCheck;
pub use options::{Limits, ServerOptions, SocketOptions};
pub use persisted::{PersistedQueries, PersistedQueriesError};

use drain::Drain;
use metrics::Metrics;
use shared::Shared;

/// Serves a GraphQL schema.
///
/// ```
/// use async_graphql::dynamic::{Field, FieldFuture, Object, Schema, TypeRef};
/// use cqrs_runtime::server::Server;
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// let hello = Field::new("hello", TypeRef::named(TypeRef::STRING), |_| FieldFuture::from_value(Some("world".into())));
/// let schema = Schema::build("Query", None, None).register(Object::new("Query").field(hello)).finish()?;
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
/// Server::new(schema)
///     .ready("weather", || async { Ok(()) })
///     .serve(listener, std::future::pending())
///     .await?;
/// # Ok(()) }
/// ```
pub struct Server<E> {
    shared: Shared<E>,
    routes: Router,
}

impl<E> fmt::Debug for Server<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { options, checks, .. } = &self.shared;
        f.debug_struct("Server").field("options", options).field("checks", checks).finish_non_exhaustive()
    }
}

impl<E: Executor> Server<E> {
    /// Serves a schema to everybody, as nobody in particular, within the default limits.
    #[must_use]
    pub fn new(schema: E) -> Self {
        let shared = Shared {
            schema,
            options: ServerOptions::default(),
            authenticate: None,
            checks: health::Checks::default(),
            persisted: None,
            metrics: Arc::new(Metrics::default()),
            more_metrics: Vec::new(),
            drain: Drain::new(),
        };
        Self { shared, routes: Router::new() }
    }

    /// With other limits.
    #[must_use]
    pub fn options(mut self, options: ServerOptions) -> Self {
        self.shared.options = options;
        self
    }

    /// Asks of each request and each socket who it is.
    ///
    /// From then on, nothing is granted by the generated schema where nothing is said: what has no `roles(..)` is denied.
    #[must_use]
    pub fn authenticate(mut self, authenticate: impl Authenticate) -> Self {
        self.shared.authenticate = Some(Box::new(authenticate));
        self
    }

    /// Lets `/readyz` check something more.
    #[must_use]
    pub fn ready(mut self, name: impl Into<String>, check: impl ReadyCheck) -> Self {
        self.shared.checks.add(name.into(), check);
        self
    }

    /// Runs those documents only, and refuses all others.
    #[must_use]
    pub fn persisted_queries(mut self, documents: PersistedQueries) -> Self {
        self.shared.persisted = Some(documents);
        self
    }

    /// Appends a text to that of `/metrics`: what an exporter of the `metrics` crate renders, for example.
    #[must_use]
    pub fn metrics(mut self, render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.shared.more_metrics.push(Box::new(render));
        self
    }

    /// Serves other paths beside its own.
    #[must_use]
    pub fn routes(mut self, routes: Router) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// The routes, to be mounted in an application that serves them itself. Sockets end with that application's process;
    /// number and headers of connections are its own business, and clients that do not read what they are answered.
    pub fn router(self) -> Router {
        Self::build(Arc::new(self.shared), self.routes)
    }

    /// Serves until the shutdown: from then on no connection is accepted, requests are answered, queries and mutations on
    /// websockets, too, and sockets are closed with 1001.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] where something was still open after [`ServerOptions::drain_timeout`].
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()> + Send) -> io::Result<()> {
        let options = self.shared.options.clone();
        let shared = Arc::new(self.shared);
        let (metrics, drain) = (Arc::clone(&shared.metrics), shared.drain.clone());
        let router = Self::build(shared, self.routes);
        serve::Accepting { router, options, metrics, drain }.serve(listener, shutdown).await
    }

    fn build(shared: Arc<Shared<E>>, beside: Router) -> Router {
        let mut own = Router::new()
            .route("/graphql", any(http::graphql::<E>))
            .route("/healthz", get(async || "ok"))
            .route("/readyz", get(async |state: State<E>| state.checks.answer(state.options.check_timeout).await));
        if shared.options.graphiql {
            own = own.merge(graphiql::routes());
        }
        if shared.options.metrics {
            let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
            own = own.route("/metrics", get(async move |state: State<E>| (kind, all_metrics(&state))));
        }
        let hosts: Arc<[String]> = shared.options.hosts.clone().into();
        let all = own.with_state(shared).merge(beside);
        if hosts.is_empty() { all } else { all.layer(from_fn_with_state(hosts, hosts::only)) }
    }
}

type State<E> = axum::extract::State<Arc<Shared<E>>>;

fn all_metrics<E>(shared: &Shared<E>) -> String {
    shared.more_metrics.iter().fold(shared.metrics.render(), |text, more| text + &more())
}
