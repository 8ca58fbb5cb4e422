//! Fields of a root that are mentioned more than once in a request.

use std::collections::HashMap;

use async_graphql::Name;
use tokio::sync::watch;

/// Which fields of the root of a request have been begun, by their names in the answer, and whether they have been answered.
///
/// The engine asks for each mention of a field, at once those of a query, and keeps what it gets first. So the mention that it
/// asks for first is answered, with all that is asked of the field anywhere; the others wait for that.
#[derive(Debug, Default)]
pub(super) struct Answered(watch::Sender<HashMap<Name, bool>>);

impl Answered {
    /// Whether a field has yet to be begun; it is then.
    pub(super) fn begin(&self, key: &Name) -> bool {
        self.0.send_if_modified(|begun| {
            let is_first = !begun.contains_key(key);
            if is_first {
                begun.insert(key.clone(), false);
            }
            is_first
        })
    }

    /// Notes that a field has been answered.
    pub(super) fn note(&self, key: &Name) {
        self.0.send_modify(|begun| {
            begun.insert(key.clone(), true);
        });
    }

    /// Waits until a field has been answered.
    pub(super) async fn wait(&self, key: &Name) {
        // It fails where the sender is gone, which is borrowed here.
        self.0.subscribe().wait_for(|begun| begun.get(key) == Some(&true)).await.ok();
    }
}
