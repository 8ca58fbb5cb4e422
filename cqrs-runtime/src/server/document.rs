use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::parser::{Error, parse_query};
use async_graphql::{Extensions, Request, Value, Variables};
use serde::Deserialize;

use super::limits::{Walk, check, check_tokens};
use super::options::ServerOptions;
use super::order::Order;
use super::persisted::PersistedQueries;
use super::refusal::Refusal;
use super::variable::Scope;

/// What a request states, over any transport.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Parameters {
    #[serde(default)]
    pub(super) query: Option<String>,
    #[serde(default, rename = "operationName")]
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    pub(super) variables: Variables,
    #[serde(default)]
    pub(super) extensions: Extensions,
}

/// A request that is within the limits, with its document parsed.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) request: Request,
    pub(super) kind: OperationType,
    pub(super) order: Order,
}

impl Operation {
    /// Parses a request's document once, and holds it to the limits.
    pub(super) fn prepare(
        parameters: Parameters,
        options: &ServerOptions,
        persisted: Option<&PersistedQueries>,
    ) -> Result<Self, Refusal> {
        let text = text(parameters.query, &parameters.extensions, persisted)?;
        check_tokens(&text, &options.limits)?;
        let document = parse_query(&text).map_err(|error| syntax(&error))?;
        let operation = chosen(&document, parameters.operation_name.as_deref());
        let scope = Scope::new(&parameters.variables, operation.as_ref().ok().copied());
        check(&document, Walk { limits: &options.limits, introspection: options.introspection, scope })?;
        let operation = operation?;
        let kind = operation.ty;
        let order = Order::of(&document, operation, &parameters.variables);
        let mut request = Request::new(text).variables(parameters.variables);
        request.operation_name = parameters.operation_name.filter(|name| !name.is_empty());
        request.extensions = parameters.extensions;
        request.set_parsed_query(document);
        if !options.introspection {
            request = request.disable_introspection();
        }
        Ok(Self { request, kind, order })
    }
}

/// The text of the document: as it is sent, or as it is registered.
fn text(
    query: Option<String>,
    extensions: &Extensions,
    persisted: Option<&PersistedQueries>,
) -> Result<String, Refusal> {
    let query = query.filter(|query| !query.is_empty());
    let hash = match extensions.0.get("persistedQuery") {
        Some(Value::Object(fields)) => fields.get("sha256Hash"),
        _ => None,
    };
    match (query, hash, persisted) {
        (Some(query), _, None) => Ok(query),
        (Some(query), _, Some(known)) if known.contains(&query) => Ok(query),
        (Some(_), _, Some(_)) => Err(Refusal::PersistedQueryRequired),
        (None, Some(Value::String(hash)), Some(known)) => {
            known.get(hash).map(str::to_owned).ok_or(Refusal::PersistedQueryNotFound)
        }
        (None, Some(_), None) => Err(Refusal::PersistedQueryNotSupported),
        (None, _, _) => Err(Refusal::BadRequest("a request has a document as `query`")),
    }
}

/// The parser's own text draws a picture over several lines; its last line says what was expected.
fn syntax(error: &Error) -> Refusal {
    let message = match error {
        Error::Syntax { message, .. } => {
            let last = message.lines().last().unwrap_or_default();
            format!("syntax error: {}", last.trim_start_matches([' ', '=']))
        }
        other => other.to_string(),
    };
    Refusal::Syntax { message, locations: error.positions().collect() }
}

fn chosen<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, Refusal> {
    match (&document.operations, name.filter(|name| !name.is_empty())) {
        (DocumentOperations::Single(_), Some(_)) => Err(Refusal::UnknownOperation),
        (DocumentOperations::Single(operation), None) => Ok(&operation.node),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get(name).map(|operation| &operation.node).ok_or(Refusal::UnknownOperation)
        }
        (DocumentOperations::Multiple(operations), None) => {
            let mut all = operations.values();
            match (all.next(), all.next()) {
                (Some(operation), None) => Ok(&operation.node),
                _ => Err(Refusal::OperationNameRequired),
            }
        }
    }
}
