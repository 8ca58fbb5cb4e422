//! Who may see, know and do what, as clients find out.

mod directed;
mod generate;
mod guards;
mod model;
mod oracle;
mod pools;
mod random;
mod request;
mod schema;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cqrs_runtime::bounded_context::Application;
use cqrs_runtime::dispatch::CommandOptions;
use cqrs_runtime::graphql::Schema;
use cqrs_runtime::principal::Principal;
use cqrs_runtime::projection::Running;
use cqrs_runtime::store::EventStore;
use cqrs_tests::folders::{AddNote, Drawer, Folder, FolderId, Folders, GiveFolder, MakeDrawer, OpenFolder};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::Value as Json;

use self::model::{DRAWER, Written, key_of_giving, key_of_making, key_of_note, key_of_opening};
use crate::database::Database;
use crate::projecting::killed::LONG;

/// Folders over a database of their own; what has no `roles(..)` is granted to nobody.
struct World {
    pub(super) application: Application<Folders>,
    pub(super) schema: Schema,
    running: Option<Running>,
    _database: Database,
}

impl World {
    pub(super) async fn over(database: Database) -> Self {
        let application = Application::new(EventStore::open(&database.url).await.unwrap());
        application.read_models().prepare().await.unwrap();
        let schema = Schema::of(&application).deny_by_default().build().unwrap();
        Self { application, schema, running: None, _database: database }
    }

    /// The same, whose read models are kept up to date.
    pub(super) async fn running_over(database: Database) -> Self {
        let mut world = Self::over(database).await;
        world.running = Some(world.application.read_models().start());
        world
    }

    /// Writes folders past the schema, where no rule restricts who may.
    pub(super) async fn write(&self, folder: &Written) {
        let dispatcher = self.application.dispatcher_of::<Folder>();
        let options =
            |key: String| CommandOptions::new().tenant(folder.tenant).principal(folder.sender).idempotency_key(key);
        let id = FolderId(folder.id.clone());
        let open = OpenFolder {
            folder: id.clone(),
            owner: folder.first_owner.to_owned(),
            team: folder.team,
            title: folder.title.clone(),
            secret: folder.secret.clone(),
        };
        dispatcher.dispatch_with(open, options(key_of_opening(&folder.id))).await.unwrap();
        for (place, note) in folder.notes.iter().enumerate() {
            let (text, level) = (note.text.clone(), note.level);
            let options = options(key_of_note(&folder.id, place));
            dispatcher.dispatch_with(AddNote { folder: id.clone(), text, level }, options).await.unwrap();
        }
        if folder.first_owner != folder.owner {
            let owner = folder.owner.to_owned();
            let options = options(key_of_giving(&folder.id));
            dispatcher.dispatch_with(GiveFolder { folder: id, owner }, options).await.unwrap();
        }
    }

    /// Makes the drawer of a tenant, past the schema as well.
    async fn make_drawer(&self, tenant: &str) {
        let options = CommandOptions::new().tenant(tenant).principal("ada").idempotency_key(key_of_making());
        let make = MakeDrawer { drawer: FolderId(DRAWER.to_owned()) };
        self.application.dispatcher_of::<Drawer>().dispatch_with(make, options).await.unwrap();
    }

    /// Has all that was written shown.
    pub(super) async fn catch_up(&self) {
        self.application.read_models().catch_up(LONG).await.unwrap();
    }

    fn request(principal: &Principal, document: &str, variables: Json) -> async_graphql::Request {
        let request = async_graphql::Request::new(document).data(principal.clone());
        request.variables(async_graphql::Variables::from_json(variables))
    }

    /// The answer to somebody's request, errors and all.
    pub(super) async fn answer(&self, principal: &Principal, document: &str, variables: Json) -> Json {
        serde_json::to_value(self.schema.execute(Self::request(principal, document, variables)).await).unwrap()
    }

    /// The data of an answer without errors.
    pub(super) async fn ask(&self, principal: &Principal, document: &str, variables: Json) -> Json {
        let mut answer = self.answer(principal, document, variables).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    }

    /// What a subscription gives somebody, errors and all.
    pub(super) fn follow(&self, principal: &Principal, document: &str, variables: Json) -> BoxStream<'static, Json> {
        let answers = self.schema.execute_stream(Self::request(principal, document, variables));
        answers.map(|answer| serde_json::to_value(answer).unwrap()).boxed()
    }
}

/// A text that is opaque to clients, such as the id of a row.
fn opaque(parts: &Json) -> Json {
    Json::from(URL_SAFE_NO_PAD.encode(parts.to_string()))
}
