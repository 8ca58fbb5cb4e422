//! Waiting for appends to a stream, whoever makes them.

use tokio::select;

use super::hints::Hints;
use super::lookout::Lookout;
use super::tail::Looked;
use super::{StoreError, StreamKey};

/// Tells when it is worth reading a stream again.
///
/// As with [`Hints`], none is lost, and one may come for nothing. However many wait, each for a stream of its own, one of
/// them looks which streams are concerned: an append wakes those who follow its stream, and costs the others no query.
#[derive(Debug)]
pub(crate) struct StreamHints {
    hints: Hints,
    /// Any, where it is none.
    stream: Option<StreamKey>,
    lookout: Lookout,
    /// Up to where it was known, at the last look, whether there is something to read.
    looked: Option<Looked>,
    /// Whether a hint came that has not been looked at.
    hinted: bool,
}

impl StreamHints {
    pub(super) fn new(hints: Hints, stream: Option<StreamKey>, lookout: Lookout) -> Self {
        Self { hints, stream, lookout, looked: None, hinted: false }
    }

    /// Waits until something may have been appended. Dropping the future loses no hint.
    pub(crate) async fn next(&mut self) -> Result<(), StoreError> {
        let Some(stream) = &self.stream else { return self.hints.next().await };
        loop {
            if !self.hinted {
                self.hints.next().await?;
                self.hinted = true;
            }
            let looked = select! {
                biased;
                () = self.lookout.closed() => Err(StoreError::Closed),
                looked = self.lookout.has_news(stream.clone(), self.looked) => looked,
            };
            self.hinted = false;
            match looked {
                Ok((false, looked)) => self.looked = Some(looked),
                Ok((true, looked)) => {
                    self.looked = Some(looked);
                    return Ok(());
                }
                Err(StoreError::Closed) => return Err(StoreError::Closed),
                // Who reads finds out what is the matter.
                Err(_) => return Ok(()),
            }
        }
    }
}
