use std::fmt;

/// Why a value that a client gave is not accepted, or a stored one can't be presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// Where in the value, from the outside: names of fields and numbers of items; empty for the value itself.
    pub path: Vec<String>,
    /// What is wrong, in words for the client.
    pub message: String,
}

impl ApiError {
    /// An error at the value itself.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { path: Vec::new(), message: message.into() }
    }

    /// The same error, seen from around the value.
    #[must_use]
    pub fn within(mut self, part: impl Into<String>) -> Self {
        self.path.insert(0, part.into());
        self
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path.join("."))?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}
