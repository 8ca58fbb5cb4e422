//! An aggregate, whichever it is: commands in JSON, states and events in their stored form, the public fields alone.

use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt};
use serde_json::Value as Json;

use super::Problem;
use super::failure::{Unexecuted, of_load};
use crate::access::{Access, Own};
use crate::aggregate::{Aggregate, EventSet};
use crate::dispatch::{CommandOptions, Dispatcher};
use crate::event::Recorded;
use crate::json;
use crate::metadata::EventMetadata;
use crate::repository::{LoadError, Repository};
use crate::store::{EventQuery, Until};

/// The answer to a command.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) id: Json,
    pub(super) version: u64,
    pub(super) position: Option<u64>,
}

/// A state as of some time.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) version: u64,
    pub(super) position: u64,
    pub(super) recorded_at: Json,
    /// The public fields.
    pub(super) fields: Json,
}

/// An event.
#[derive(Clone, Debug)]
pub(super) struct Happened {
    /// Its stored name.
    pub(super) name: &'static str,
    pub(super) payload: Json,
    /// How many its payload has.
    pub(super) bytes: usize,
    pub(super) position: u64,
    pub(super) version: u64,
    pub(super) part: u32,
    pub(super) metadata: EventMetadata,
}

/// Which events of a stream.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Within {
    /// Only from this version on.
    pub(super) from: Option<u64>,
    /// Only up to this version.
    pub(super) to: Option<u64>,
    /// Newest first.
    pub(super) backwards: bool,
    /// How many are read at once, and up to how many bytes of payloads.
    pub(super) size: (u64, usize),
}

/// Whose an aggregate is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    pub(super) is_own: bool,
    /// The version of the state by which that was decided.
    pub(super) version: u64,
}

/// Typed events, told.
pub(super) type Events = BoxStream<'static, Result<Happened, Problem>>;

/// An aggregate, whichever it is.
#[async_trait]
pub(super) trait AnyAggregate: Send + Sync {
    /// Who may see which of them, and send commands to them.
    fn access(&self) -> Access;

    /// Whether one is somebody's own, by its state as it is now; one that is not there is nobody's.
    async fn standing(&self, tenant: &str, id: &Json, own: &Own) -> Result<Standing, Problem>;

    /// Executes the command of a name, from its stored form.
    async fn execute(&self, name: &str, input: &Json, options: CommandOptions) -> Result<Answer, Unexecuted>;

    /// The state as of some time; `None` where there was none.
    async fn state(&self, tenant: &str, id: &Json, until: Until) -> Result<Option<State>, Problem>;

    /// Events of one, oldest first unless they are asked for backwards.
    fn events(&self, tenant: &str, id: &Json, within: Within) -> Result<Events, Problem>;

    /// The events of one from a version on, and then those that are appended.
    fn subscribe(&self, tenant: &str, id: &Json, from: Option<u64>) -> Result<Events, Problem>;
}

/// The aggregates of a type.
pub(super) struct Of<A: Aggregate>(pub(super) Dispatcher<A>);

impl<A: Aggregate> Of<A> {
    fn repository(&self, tenant: &str) -> Repository<A> {
        self.0.repository().clone().of_tenant(tenant)
    }

    fn id(id: &Json) -> Result<A::Id, Problem> {
        serde_json::from_value(id.clone()).map_err(|_| Problem::input("it is not an id of this kind"))
    }
}

#[async_trait]
impl<A: Aggregate> AnyAggregate for Of<A> {
    fn access(&self) -> Access {
        A::ACCESS
    }

    async fn standing(&self, tenant: &str, id: &Json, own: &Own) -> Result<Standing, Problem> {
        let loaded = self.repository(tenant).load(&Self::id(id)?).await.map_err(|error| of_load(&error))?;
        let Some(state) = loaded.state else { return Ok(Standing::default()) };
        let is_own = own.includes(|field, value| state.ruled_field_is(field, value));
        let is_own = is_own.map_err(|error| Problem::internal("a state can't be told", &error))?;
        Ok(Standing { is_own, version: loaded.version })
    }

    async fn execute(&self, name: &str, input: &Json, options: CommandOptions) -> Result<Answer, Unexecuted> {
        let executed = self.0.dispatch_json(name, &input.to_string(), options).await?;
        let id = told(&executed.id).map_err(Unexecuted::Failed)?;
        Ok(Answer { id, version: executed.version, position: executed.position })
    }

    async fn state(&self, tenant: &str, id: &Json, until: Until) -> Result<Option<State>, Problem> {
        let loaded = self.repository(tenant).load_until(&Self::id(id)?, until).await;
        let loaded = loaded.map_err(|error| of_load(&error))?;
        let Some(state) = loaded.state else { return Ok(None) };
        let fields = state.public_fields().map_err(|error| Problem::internal("a state can't be told", &error))?;
        let (version, position) = (loaded.version, loaded.position);
        Ok(Some(State { version, position, recorded_at: told(&loaded.recorded_at)?, fields }))
    }

    fn events(&self, tenant: &str, id: &Json, within: Within) -> Result<Events, Problem> {
        let repository = self.repository(tenant);
        let mut query = EventQuery::stream(repository.stream(&Self::id(id)?));
        query.from_version = within.from;
        query.to_version = within.to;
        let query = if within.backwards { query.backwards() } else { query };
        Ok(repository.events_by(query, within.size).map(happened::<A>).boxed())
    }

    fn subscribe(&self, tenant: &str, id: &Json, from: Option<u64>) -> Result<Events, Problem> {
        let repository = self.repository(tenant);
        let mut query = EventQuery::stream(repository.stream(&Self::id(id)?));
        query.from_version = from;
        Ok(repository.subscribe_sparingly(query).map(happened::<A>).boxed())
    }
}

fn happened<A: Aggregate>(event: Result<Recorded<A::Event>, LoadError>) -> Result<Happened, Problem> {
    let event = event.map_err(|error| of_load(&error))?;
    let internal = |error: &(dyn std::error::Error + 'static)| Problem::internal("an event can't be told", error);
    let payload = event.event.payload().map_err(|error| internal(&error))?;
    Ok(Happened {
        name: event.event.name(),
        payload: serde_json::from_str(&payload).map_err(|error| internal(&error))?,
        bytes: payload.len(),
        position: event.position,
        version: event.version,
        part: event.part,
        metadata: event.metadata,
    })
}

fn told<T: serde::Serialize>(value: &T) -> Result<Json, Problem> {
    json::document(value).map_err(|error| Problem::internal("a value can't be told", &error))
}
