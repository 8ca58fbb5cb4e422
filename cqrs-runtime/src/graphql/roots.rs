//! The roots of the schema, as the engine knows them: not generic, for they are described by a catalogue.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaType, Registry};
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, OutputType, Positioned, Response, ServerResult, SubscriptionType,
    Value, resolver_utils,
};
use futures_util::stream::{BoxStream, StreamExt};

use super::answered::Answered;
use super::engine::Engine;
use super::register::Types;
use super::resolve::{Resolving, failed};
use super::selection::{Asked, Selected};
use super::value::Object;

thread_local! {
    // The engine asks for types without a value at hand; it does so while the schema is built, and on that thread.
    static BUILDING: RefCell<Option<Types>> = const { RefCell::new(None) };
}

/// Lets the engine find `types` while `build` builds a schema.
pub(super) fn with_types<T>(types: Types, build: impl FnOnce() -> T) -> T {
    BUILDING.with_borrow_mut(|building| *building = Some(types));
    let schema = build();
    BUILDING.with_borrow_mut(Option::take);
    schema
}

fn has_type(name: &str) -> bool {
    BUILDING.with_borrow(|building| building.as_ref().is_some_and(|types| types.types.contains_key(name)))
}

/// Hands all types over to the engine.
fn register(registry: &mut Registry) {
    <i32 as OutputType>::create_type_info(registry);
    <f64 as OutputType>::create_type_info(registry);
    <bool as OutputType>::create_type_info(registry);
    <String as OutputType>::create_type_info(registry);
    <async_graphql::ID as OutputType>::create_type_info(registry);
    BUILDING.with_borrow(|building| {
        let Some(types) = building else { return };
        for (name, ty) in &types.types {
            if let MetaType::Interface { possible_types, .. } = ty {
                for of in possible_types {
                    registry.add_implements(of, name);
                }
            }
            registry.types.insert(name.clone(), ty.clone());
        }
    });
}

/// The query.
pub(super) struct Query(pub(super) Arc<Engine>);

/// The mutation.
pub(super) struct Mutation(pub(super) Arc<Engine>);

/// The subscription.
pub(super) struct Subscription(pub(super) Arc<Engine>);

fn resolving<'a>(engine: &'a Engine, context: &Context<'a>) -> Resolving<'a> {
    let asked = Asked { query: context.query_env, registry: &context.schema_env.registry };
    Resolving { engine, asked, principal: Engine::principal(context), denies: engine.denies(context) }
}

/// Answers a field of the query or the mutation; null with an error beside it, where it may be null.
async fn answer(engine: &Engine, context: &Context<'_>, root: &str) -> ServerResult<Option<Value>> {
    let resolving = resolving(engine, context);
    let Some(field) = resolving.asked.root(context.item, root)? else { return Ok(None) };
    let others = context.data_opt::<Answered>();
    if field.pos != context.item.pos {
        // It is answered where it was mentioned first.
        if let Some(others) = others {
            others.wait(&field.key).await;
        }
        return Ok(None);
    }
    let answered = answer_first(resolving, &field, root, context).await;
    if let Some(others) = others {
        others.note(&field.key);
    }
    answered
}

async fn answer_first<'q>(
    resolving: Resolving<'q>,
    field: &Selected<'q>,
    root: &str,
    context: &Context<'_>,
) -> ServerResult<Option<Value>> {
    let answered = match (resolving.guarded(field).await, root) {
        (Err(denied), _) => Err(denied),
        (Ok(()), "Mutation") => resolving.mutation(field).await,
        (Ok(()), _) => resolving.query(field).await,
    };
    match answered {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            let error = context.set_error_path(error);
            let meta = resolving.asked.registry.types.get(root).and_then(|root| root.field_by_name(field.name));
            if meta.is_some_and(|meta| !meta.ty.ends_with('!')) {
                context.add_error(error);
                return Ok(Some(Value::Null));
            }
            Err(error)
        }
    }
}

macro_rules! containers {
    ($($ty:ident $name:literal $resolve:ident),+) => {$(
        impl OutputType for $ty {
            fn type_name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }

            fn create_type_info(registry: &mut Registry) -> String {
                register(registry);
                concat!($name, "!").to_owned()
            }

            async fn resolve(&self, context: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
                resolver_utils::$resolve(context, self).await
            }
        }

        impl ContainerType for $ty {
            fn is_empty() -> bool {
                !has_type($name)
            }

            async fn resolve_field(&self, context: &Context<'_>) -> ServerResult<Option<Value>> {
                answer(&self.0, context, $name).await
            }
        }

        impl async_graphql::ObjectType for $ty {}
    )+};
}
containers!(Query "Query" resolve_container, Mutation "Mutation" resolve_container_serial);

impl SubscriptionType for Subscription {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Subscription")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        register(registry);
        "Subscription!".to_owned()
    }

    fn is_empty() -> bool {
        !has_type("Subscription")
    }

    fn create_field_stream<'a>(&'a self, context: &'a Context<'_>) -> Option<BoxStream<'a, Response>> {
        let coming = async move {
            let resolving = resolving(&self.0, context);
            let followed = match resolving.asked.root(context.item, "Subscription") {
                Ok(Some(field)) if field.pos == context.item.pos => match resolving.guarded(&field).await {
                    Ok(()) => resolving.subscription(field).await,
                    Err(denied) => Err(denied),
                },
                Ok(_) => Ok(futures_util::stream::empty().boxed()),
                Err(error) => Err(error),
            };
            followed.unwrap_or_else(failed)
        };
        let responses = futures_util::stream::once(coming).flatten().map(move |item| match item {
            Ok(value) => {
                let key = context.item.node.response_key().node.clone();
                Response::new(Value::Object(Object::from_iter([(key, value)])))
            }
            Err(error) => Response::from_errors(vec![context.set_error_path(error)]),
        });
        Some(responses.boxed())
    }
}
