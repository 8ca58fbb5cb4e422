//! What expansions of the macros name; not for users, and changed without notice.

pub use serde;
pub use serde_json;
pub use uuid;
