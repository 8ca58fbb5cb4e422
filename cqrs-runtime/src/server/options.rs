use std::time::Duration;

/// What the server grants, to whom, for how long. The defaults suit a public address.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct ServerOptions {
    /// What a request may ask for.
    pub limits: Limits,
    /// Whether the schema can be asked for (`__schema`, `__type`). Default: yes.
    pub introspection: bool,
    /// Whether an error names what may have been meant ("Did you mean ..?"). Default: yes.
    pub suggestions: bool,
    /// Whether `GraphiQL`'s page is served. Default: yes.
    pub graphiql: bool,
    /// Whether `/metrics` is served. Default: yes.
    pub metrics: bool,
    /// Other origins whose pages may open websockets, for example `https://app.example.org`; `*` is any. Pages of the
    /// server's own host always may. Default: none.
    pub origins: Vec<String>,
    /// The only hosts to which requests are answered, without ports, for example `localhost`; others get 421. Worth it where
    /// the server trusts whoever reaches it: a foreign page could reach it under a name of its own. Default: any host.
    pub hosts: Vec<String>,
    /// How long a request may take, from its headers to its answer. Default: 30 s.
    pub request_timeout: Duration,
    /// How long a client may take over the headers of a request. Default: 10 s.
    pub header_timeout: Duration,
    /// How long a client may refuse to take what is written to it before it is cut off. Default: 30 s.
    pub write_timeout: Duration,
    /// How long requests and sockets may go on after the shutdown has begun. Default: 30 s.
    pub drain_timeout: Duration,
    /// How long one check of `/readyz` may take. Default: 5 s.
    pub check_timeout: Duration,
    /// Connections that are open at one time, requests and sockets together. Default: 20,000.
    pub connections: usize,
    /// What holds for websockets and streams of server-sent events.
    pub sockets: SocketOptions,
}

/// What holds for websockets and streams of server-sent events.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SocketOptions {
    /// Sockets that are open at one time. Default: 12,000.
    pub open: usize,
    /// Operations that run at one time on one socket. Default: 100.
    pub subscriptions: usize,
    /// How long a client may take over `connection_init`. Default: 3 s.
    pub init_timeout: Duration,
    /// How often an idle client is asked whether it is still there; one that does not answer until the next time is cut
    /// off. Default: 30 s.
    pub ping_interval: Duration,
}

/// What a request may ask for; what is over a limit is refused before it is validated.
///
/// Fragments count wherever they are spread, not once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a body, of a query string, and of a websocket's message. Default: 1 MiB.
    pub body: usize,
    /// Requests of a batch. Default: 10.
    pub batch: usize,
    /// Lexical tokens of a document. Default: 10,000.
    pub tokens: usize,
    /// Brackets that are open at one place of the document, and selection sets within each other with their fragments
    /// put in. Default: 32.
    pub nesting: usize,
    /// Operations of a document, of which a request runs one. Default: 50.
    pub operations: usize,
    /// Fields within each other. Default: 15.
    pub depth: usize,
    /// Fields that are answered under another name than their own. Default: 30.
    pub aliases: usize,
    /// Directives. Default: 50.
    pub directives: usize,
    /// Fields and spreads of fragments, all told. Default: 2,000.
    pub selections: usize,
    /// Fields of the answer to the operation that is run, as far as the document tells: what is below a connection's `edges` and `nodes` counts
    /// `first` or `last` times. Default: 10,000.
    pub complexity: usize,
    /// What a connection counts for that states neither `first` nor `last`. Default: 20.
    pub page: usize,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            introspection: true,
            suggestions: true,
            graphiql: true,
            metrics: true,
            origins: Vec::new(),
            hosts: Vec::new(),
            request_timeout: Duration::from_secs(30),
            header_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(30),
            check_timeout: Duration::from_secs(5),
            connections: 20_000,
            sockets: SocketOptions::default(),
        }
    }
}

impl ServerOptions {
    /// The defaults, but nobody is told more of the schema than a query needs: no introspection, no suggestions, no
    /// `GraphiQL`.
    #[must_use]
    pub fn production() -> Self {
        Self { introspection: false, suggestions: false, graphiql: false, ..Self::default() }
    }
}

impl Default for SocketOptions {
    fn default() -> Self {
        Self {
            open: 12_000,
            subscriptions: 100,
            init_timeout: Duration::from_secs(3),
            ping_interval: Duration::from_secs(30),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            batch: 10,
            tokens: 10_000,
            nesting: 32,
            operations: 50,
            depth: 15,
            aliases: 30,
            directives: 50,
            selections: 2_000,
            complexity: 10_000,
            page: 20,
        }
    }
}
