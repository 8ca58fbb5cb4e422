/// One row in memory, or that there is none.
#[derive(Clone, Debug)]
pub(in super::super) struct Slot<M> {
    /// The row; `None` where there is none, or none any more.
    pub(in super::super) row: Option<M>,
    /// Whether the database has it.
    pub(super) stored: bool,
    /// Whether it has changed since the last commit.
    pub(super) dirty: bool,
    /// The hash of the sequence that has made it.
    pub(in super::super) sequence: i64,
    /// The position of the event that changed it last.
    pub(in super::super) position: i64,
    /// The round in which it was last used.
    pub(super) used: u64,
}

impl<M> Slot<M> {
    pub(super) fn absent(round: u64) -> Self {
        Self { row: None, stored: false, dirty: false, sequence: 0, position: 0, used: round }
    }

    /// Whether there is, or was, something to write.
    pub(super) fn is_written(&self) -> bool {
        self.row.is_some() || self.stored
    }
}
