//! A schema to ask, and a server of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::dynamic::{
    Field, FieldFuture, InputValue, Object, Schema, Subscription, SubscriptionField, SubscriptionFieldFuture, TypeRef,
};
use async_graphql::{ErrorExtensions, Value};
use cqrs_runtime::principal::Principal;
use cqrs_runtime::server::Server;
use futures_util::stream::{self, StreamExt};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

/// What tests tell the schema, and what it tells them.
#[derive(Default)]
pub(crate) struct World {
    /// `wait` answers once this is notified.
    pub(crate) go: Notify,
    /// Notified once `wait` waits.
    pub(crate) waiting: Notify,
    /// Mutations that have run.
    pub(crate) touched: AtomicUsize,
    /// Items that endless subscriptions have made.
    pub(crate) made: AtomicUsize,
    /// Subscriptions that live; notified whenever one ends.
    pub(crate) alive: AtomicUsize,
    pub(crate) ended: Notify,
}

/// A subscription that lives.
struct Alive(Arc<World>);

impl Alive {
    fn new(world: &Arc<World>) -> Self {
        world.alive.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(world))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.alive.fetch_sub(1, Ordering::SeqCst);
        self.0.ended.notify_waiters();
    }
}

impl World {
    /// Until no subscription lives.
    pub(crate) async fn all_ended(&self) {
        loop {
            let ended = self.ended.notified();
            if self.alive.load(Ordering::SeqCst) == 0 {
                return;
            }
            ended.await;
        }
    }
}

fn failure() -> async_graphql::Error {
    async_graphql::Error::new("as the test wants it").extend_with(|_, extensions| extensions.set("code", "MINE"))
}

fn string(name: &str, answer: impl Fn() -> String + Send + Sync + 'static) -> Field {
    Field::new(name, TypeRef::named(TypeRef::STRING), move |_| FieldFuture::from_value(Some(answer().into())))
}

fn query(world: &Arc<World>) -> Object {
    let waits = Arc::clone(world);
    Object::new("Query")
        .field(string("hello", || "world".to_owned()))
        .field(string("panics", || panic!("as the test wants it")))
        .field(Field::new("fails", TypeRef::named(TypeRef::STRING), |_| {
            FieldFuture::new(async { Err::<Option<Value>, _>(failure()) })
        }))
        .field(Field::new("who", TypeRef::named(TypeRef::STRING), |context| {
            let id = context.data::<Principal>().map(|principal| principal.id.clone());
            FieldFuture::new(async { Ok(Some(Value::from(id?))) })
        }))
        .field(Field::new("wait", TypeRef::named(TypeRef::STRING), move |_| {
            let world = Arc::clone(&waits);
            FieldFuture::new(async move {
                let go = world.go.notified();
                world.waiting.notify_one();
                go.await;
                Ok(Some(Value::from("waited")))
            })
        }))
        // Ends after what is asked beside it.
        .field(Field::new("late", TypeRef::named("Thing"), |_| {
            FieldFuture::new(async {
                tokio::task::yield_now().await;
                Ok(Some(Value::from("late")))
            })
        }))
        .field(
            Field::new("echo", TypeRef::named(TypeRef::INT), |context| {
                FieldFuture::new(async move { Ok(Some(Value::from(context.args.try_get("number")?.i64()?))) })
            })
            .argument(InputValue::new("number", TypeRef::named_nn(TypeRef::INT))),
        )
        .field(
            Field::new("text", TypeRef::named(TypeRef::STRING), |context| {
                FieldFuture::new(async move {
                    let size = context.args.try_get("size")?.u64()?;
                    Ok(Some(Value::from("x".repeat(usize::try_from(size)?))))
                })
            })
            .argument(InputValue::new("size", TypeRef::named_nn(TypeRef::INT))),
        )
        .field(Field::new("thing", TypeRef::named("Thing"), |_| FieldFuture::from_value(Some("thing".into()))))
}

fn thing() -> Object {
    let thing = |name: &'static str| {
        Field::new(name, TypeRef::named("Thing"), |_| FieldFuture::from_value(Some("thing".into())))
    };
    let list = |name: &'static str| {
        Field::new(name, TypeRef::named_list("Thing"), |_| FieldFuture::from_value(Some(Value::List(vec!["a".into()]))))
            .argument(InputValue::new("first", TypeRef::named(TypeRef::INT)))
    };
    Object::new("Thing")
        .field(string("name", || "thing".to_owned()))
        .field(thing("thing"))
        .field(
            thing("things")
                .argument(InputValue::new("first", TypeRef::named(TypeRef::INT)))
                .argument(InputValue::new("last", TypeRef::named(TypeRef::INT))),
        )
        .field(list("list"))
        .field(Field::new("nodes", TypeRef::named_list("Thing"), |_| {
            FieldFuture::from_value(Some(Value::List(vec!["a".into()])))
        }))
        .field(Field::new("late", TypeRef::named(TypeRef::STRING), |_| {
            FieldFuture::new(async {
                tokio::task::yield_now().await;
                Ok(Some(Value::from("late")))
            })
        }))
}

fn subscription(world: &Arc<World>) -> Subscription {
    let (counts, endless) = (Arc::clone(world), Arc::clone(world));
    Subscription::new("Subscription")
        .field(
            SubscriptionField::new("count", TypeRef::named_nn(TypeRef::INT), move |context| {
                let alive = Alive::new(&counts);
                SubscriptionFieldFuture::new(async move {
                    let to = context.args.try_get("to")?.i64()?;
                    let alive = Arc::new(alive);
                    Ok(stream::iter(1..=to).map(move |number| {
                        let _alive = &alive;
                        Ok(Value::from(number))
                    }))
                })
            })
            .argument(InputValue::new("to", TypeRef::named_nn(TypeRef::INT))),
        )
        .field(
            SubscriptionField::new("endless", TypeRef::named_nn(TypeRef::STRING), move |context| {
                let world = Arc::clone(&endless);
                let alive = Alive::new(&world);
                SubscriptionFieldFuture::new(async move {
                    let size = context.args.try_get("size")?.u64()?;
                    let item = "x".repeat(usize::try_from(size)?);
                    Ok(stream::repeat(()).map(move |()| {
                        let _alive = &alive;
                        world.made.fetch_add(1, Ordering::SeqCst);
                        Ok(Value::from(item.clone()))
                    }))
                })
            })
            .argument(InputValue::new("size", TypeRef::named_nn(TypeRef::INT))),
        )
        .field(SubscriptionField::new("silent", TypeRef::named_nn(TypeRef::INT), {
            let world = Arc::clone(world);
            move |_| {
                let alive = Alive::new(&world);
                SubscriptionFieldFuture::new(async move {
                    Ok(stream::pending::<()>().map(move |()| {
                        let _alive = &alive;
                        Ok(Value::from(0))
                    }))
                })
            }
        }))
}

pub(crate) fn schema(world: &Arc<World>) -> Schema {
    let (touched, stalled) = (Arc::clone(world), Arc::clone(world));
    let mutation = Object::new("Mutation")
        .field(Field::new("touch", TypeRef::named_nn(TypeRef::INT), move |_| {
            let touched = touched.touched.fetch_add(1, Ordering::SeqCst) + 1;
            FieldFuture::from_value(Some(Value::from(touched)))
        }))
        // Does it, and does not answer.
        .field(Field::new("stall", TypeRef::named(TypeRef::INT), move |_| {
            stalled.touched.fetch_add(1, Ordering::SeqCst);
            FieldFuture::new(std::future::pending::<async_graphql::Result<Option<Value>>>())
        }));
    Schema::build("Query", Some("Mutation"), Some("Subscription"))
        .register(query(world))
        .register(thing())
        .register(mutation)
        .register(subscription(world))
        .finish()
        .unwrap()
}

/// A server that runs until it is told to end, or the value is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) world: Arc<World>,
    shutdown: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::with(|server| server).await
    }

    pub(crate) async fn with(configure: impl FnOnce(Server<Schema>) -> Server<Schema>) -> Self {
        let world = Arc::new(World::default());
        let server = configure(Server::new(schema(&world)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, told) = oneshot::channel();
        let task = tokio::spawn(server.serve(listener, async move {
            let _ = told.await;
        }));
        Self { address, world, shutdown: Some(shutdown), task }
    }

    pub(crate) fn begin_shutdown(&mut self) {
        self.shutdown.take().unwrap().send(()).unwrap();
    }

    pub(crate) async fn ended(self) -> std::io::Result<()> {
        self.task.await.unwrap()
    }
}
