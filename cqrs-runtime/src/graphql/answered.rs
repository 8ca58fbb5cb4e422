//! Fields of a root that are mentioned more than once in a request.

use std::collections::HashSet;

use async_graphql::Name;
use tokio::sync::watch;

/// Which fields of the root of a request have been answered, by their names in the answer.
///
/// A field is answered at its first mention, with all that is asked of it anywhere. The engine asks for all mentions at once and
/// keeps what it gets first: so the others wait for that.
#[derive(Debug, Default)]
pub(super) struct Answered(watch::Sender<HashSet<Name>>);

impl Answered {
    /// Notes that a field has been answered.
    pub(super) fn note(&self, key: &Name) {
        self.0.send_modify(|answered| {
            answered.insert(key.clone());
        });
    }

    /// Waits until a field has been answered.
    pub(super) async fn wait(&self, key: &Name) {
        // It fails where the sender is gone, which is borrowed here.
        self.0.subscribe().wait_for(|answered| answered.contains(key)).await.ok();
    }
}
