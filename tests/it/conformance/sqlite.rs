use std::sync::Arc;

use cqrs_runtime::backend::sea_orm::{Options, open as open_url};
use cqrs_runtime::store::Backend;

use crate::database::Database;

cqrs_runtime::backend_conformance!(open);

async fn open() -> (Arc<dyn Backend>, Database) {
    let database = Database::sqlite();
    (open_url(&database.url, &Options::default()).await.unwrap(), database)
}
