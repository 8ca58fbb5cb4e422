//! Whether an append still waits, agreed between its caller and the task that writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const WITHDRAWN: u8 = 2;

/// Shared by the caller and the writer: the first of them to take or withdraw it wins.
#[derive(Clone, Debug, Default)]
pub(super) struct Ticket(Arc<AtomicU8>);

impl Ticket {
    /// The writer's side: true if the append is to be written.
    pub(super) fn take(&self) -> bool {
        self.leave(TAKEN)
    }

    /// The caller's side: withdraws the append when the caller's future is dropped.
    pub(super) fn withdraw_on_drop(&self) -> Withdrawal {
        Withdrawal(self.clone())
    }

    fn leave(&self, state: u8) -> bool {
        self.0.compare_exchange(WAITING, state, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// Withdraws an append unless the writer has taken it.
pub(super) struct Withdrawal(Ticket);

impl Withdrawal {
    /// True if the append was still waiting and now never will be written.
    pub(super) fn withdraw(self) -> bool {
        self.0.leave(WITHDRAWN)
    }
}

impl Drop for Withdrawal {
    fn drop(&mut self) {
        self.0.leave(WITHDRAWN);
    }
}
