use tokio::sync::watch;

/// Tells all that is open that the server is ending, and when all of it has ended.
#[derive(Clone, Debug)]
pub(super) struct Drain {
    stage: watch::Sender<Stage>,
}

/// How far the end of the server has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Serving,
    /// What is open ends in its own way.
    Draining,
    /// What is still open is dropped.
    CutOff,
}

/// Something that is open: the drain waits until it is dropped.
#[derive(Debug)]
pub(super) struct Open {
    stage: watch::Receiver<Stage>,
}

impl Drain {
    pub(super) fn new() -> Self {
        Self { stage: watch::Sender::new(Stage::Serving) }
    }

    pub(super) fn open(&self) -> Open {
        Open { stage: self.stage.subscribe() }
    }

    pub(super) fn begin(&self) {
        self.stage.send_replace(Stage::Draining);
    }

    /// Ends what has not ended by itself.
    pub(super) fn cut_off(&self) {
        self.stage.send_replace(Stage::CutOff);
    }

    /// Until nothing is open.
    pub(super) async fn ended(&self) {
        self.stage.closed().await;
    }
}

impl Open {
    /// Until the server begins to end.
    pub(super) async fn draining(&mut self) {
        // The sender lives in what is shared; were it gone, there would be nothing to wait for either.
        let _ = self.stage.wait_for(|stage| *stage >= Stage::Draining).await;
    }

    /// What something comes to, unless it is cut off before: it is dropped then.
    pub(super) async fn unless_cut_off<T>(mut self, open: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = open => Some(done),
            _ = self.stage.wait_for(|stage| *stage == Stage::CutOff) => None,
        }
    }
}
