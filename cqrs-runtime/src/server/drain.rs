use tokio::sync::watch;

/// Tells all that is open that the server is ending, and when all of it has ended.
#[derive(Clone, Debug)]
pub(super) struct Drain {
    begun: watch::Sender<bool>,
}

/// Something that is open: the drain waits until it is dropped.
#[derive(Debug)]
pub(super) struct Open {
    begun: watch::Receiver<bool>,
}

impl Drain {
    pub(super) fn new() -> Self {
        Self { begun: watch::Sender::new(false) }
    }

    pub(super) fn open(&self) -> Open {
        Open { begun: self.begun.subscribe() }
    }

    pub(super) fn begin(&self) {
        self.begun.send_replace(true);
    }

    /// Until nothing is open.
    pub(super) async fn ended(&self) {
        self.begun.closed().await;
    }
}

impl Open {
    /// Until the server begins to end.
    pub(super) async fn draining(&mut self) {
        // The sender lives in what is shared; were it gone, there would be nothing to wait for either.
        let _ = self.begun.wait_for(|begun| *begun).await;
    }
}
