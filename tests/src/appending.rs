//! What tests append, in their own process and in others.

/// A payload that the databases of some tests refuse.
pub const REFUSED: &str = "\"refused\"";

/// A payload at which the databases of some tests take their time.
pub const SLOW: &str = "\"slow\"";

/// Any other payload.
pub const PLAIN: &str = "\"plain\"";
