//! What tests append, in their own process and in others, and how those end.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A payload that the databases of some tests refuse.
pub const REFUSED: &str = "\"refused\"";

/// A payload at which the databases of some tests take their time.
pub const SLOW: &str = "\"slow\"";

/// Any other payload.
pub const PLAIN: &str = "\"plain\"";

/// Becomes true when whoever started this process wants no more of it, or is gone.
#[must_use]
pub fn end_of_input() -> Arc<AtomicBool> {
    let ended = Arc::new(AtomicBool::new(false));
    let end = Arc::clone(&ended);
    std::thread::spawn(move || {
        // An error is an end, too.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        end.store(true, Ordering::Release);
    });
    ended
}
