//! Descriptions, put together.

use super::{ApiField, ApiType, ApiVariant};

impl ApiField {
    /// A field that clients call `name`, stored as `stored`.
    #[must_use]
    pub fn new(name: impl Into<String>, stored: &'static str, ty: ApiType) -> Self {
        Self { name: name.into(), stored, ty, description: "", deprecated: None, defaulted: false }
    }

    /// The same, with a description.
    #[must_use]
    pub fn described(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// The same, with why it should not be used any more.
    #[must_use]
    pub fn deprecated(mut self, why: &'static str) -> Self {
        self.deprecated = Some(why);
        self
    }

    /// The same, which an input may leave out.
    #[must_use]
    pub fn defaulted(mut self) -> Self {
        self.defaulted = true;
        self
    }
}

impl ApiVariant {
    /// A word that clients write as `name`, stored as `stored`.
    #[must_use]
    pub fn new(name: impl Into<String>, stored: &'static str) -> Self {
        Self { name: name.into(), stored, description: "", deprecated: None }
    }

    /// The same, with a description.
    #[must_use]
    pub fn described(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// The same, with why it should not be used any more.
    #[must_use]
    pub fn deprecated(mut self, why: &'static str) -> Self {
        self.deprecated = Some(why);
        self
    }
}
