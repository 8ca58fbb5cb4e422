//! Asking for partitions, and where their checkpoints stand.

use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::Subscriber;
use super::share::unconfirmed;
use crate::store::{Advance, AdvanceVerdict, EventPosition, Lease, StoreError};

/// What has come of asking for partitions.
pub(super) struct Asked {
    at: Instant,
    /// The steps past what was none of the query's, and what has become of them.
    passed: (Vec<Advance>, AdvanceVerdict),
    leases: Vec<Lease>,
}

impl Subscriber {
    /// Asks where the checkpoints stand, if the last try to move them may have gone through; an answer that is under way
    /// may not come behind the next one.
    pub(super) async fn know_share(&mut self) -> Result<(), StoreError> {
        if self.asked_at.is_none() || self.asking.is_some() { self.take_share().await } else { Ok(()) }
    }

    /// How often partitions are asked for: the session lasts for two thirds of the lease time, so that what a dead one leaves
    /// is taken within it.
    fn every(&self) -> Duration {
        self.session.lease_time / 4
    }

    /// How long it may wait before it asks again.
    pub(super) fn rest(&self) -> Duration {
        self.asked_at.map_or(Duration::ZERO, |at| self.every().saturating_sub(at.elapsed()))
    }

    /// Asks for partitions, from time to time.
    pub(super) async fn take_share(&mut self) -> Result<(), StoreError> {
        let is_known = self.asked_at.is_some_and(|at| at.elapsed() < self.every());
        if self.asking.is_none() && !is_known {
            self.asking = Some(self.ask());
        }
        let Some(asking) = &mut self.asking else { return Ok(()) };
        let asked = asking.await;
        self.asking = None;
        let Asked { at, passed: (steps, verdict), leases } = asked?;
        if verdict == AdvanceVerdict::Advanced {
            self.share.advanced(&steps);
        }
        if self.share.take(&leases) {
            self.read_anew();
        }
        self.asked_at = Some(at);
        Ok(())
    }

    fn ask(&self) -> BoxFuture<'static, Result<Asked, StoreError>> {
        let steps = self.past_foreign();
        let (store, session, at) = (self.store.clone(), self.session.clone(), Instant::now());
        let known = self.share.known();
        let asked = async move {
            let backend = store.backend();
            let verdict = backend.advance(&session.name, session.worker, &steps).await?;
            let leases = backend.acquire(&session).await?;
            // Where a restored log has lost what was confirmed, what was done for it was done for nothing.
            for lost in unconfirmed(&known, &leases).into_iter().filter(|lost| lost.position > 0) {
                store.check_event(lost.position, lost.event_id).await?;
            }
            Ok(Asked { at, passed: (steps, verdict), leases })
        };
        let store = self.store.clone();
        async move { store.detached(asked).await }.boxed()
    }

    /// Where nothing is left to give out or to confirm: the steps past what was none of the query's, so that it is not read
    /// again.
    pub(super) fn past_foreign(&self) -> Vec<Advance> {
        match self.seen {
            Some(EventPosition { position, event_id, .. }) if self.read.is_empty() && !self.share.is_pending() => {
                self.share.passing(position, event_id)
            }
            _ => Vec::new(),
        }
    }
}
