use std::sync::Arc;

use cqrs_runtime::backend::sea_orm::{Options, open as open_url};
use cqrs_runtime::store::Backend;
use tempfile::TempDir;

cqrs_runtime::backend_conformance!(open);

async fn open() -> (Arc<dyn Backend>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("log.db").display());
    (open_url(&url, &Options::default()).await.unwrap(), folder)
}
