//! Why a value can't be written as JSON, and where.

use std::fmt;

/// Why a value can't be written as JSON so that it is read again as what it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A float is no number or not finite.
    #[error("{path} is {value}, for which JSON has no form")]
    NotFinite {
        /// Where it stands.
        path: FieldPath,
        /// What it is.
        value: f64,
    },
    /// A value is present and would be written as if it were absent: `Some(None)`, `Some(())`.
    #[error("{path} is there but holds nothing, and would be read again as absent")]
    PresentNothing {
        /// Where it stands.
        path: FieldPath,
    },
    /// The value does not let itself be written, as a map with keys that are no texts.
    #[error("{path} can't be written")]
    Refused {
        /// Where it stands.
        path: FieldPath,
        /// Why.
        source: serde_json::Error,
    },
}

impl EncodeError {
    /// Where in the value the cause stands.
    #[must_use]
    pub fn path(&self) -> &FieldPath {
        match self {
            Self::NotFinite { path, .. } | Self::PresentNothing { path } | Self::Refused { path, .. } => path,
        }
    }
}

/// The way to a part of a value: `rates[2].factor`; empty for the value itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldPath(Vec<Step>);

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Into a field, or into a variant that carries data.
    Field(&'static str),
    /// Into an element.
    Index(usize),
    /// Into the entry of a map, by its key as it would be written.
    Key(String),
}

impl FieldPath {
    /// The path of steps that were noted from the inside to the outside.
    pub(super) fn outwards(mut steps: Vec<Step>) -> Self {
        steps.reverse();
        Self(steps)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the value");
        }
        f.write_str("`")?;
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if index == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key}]")?,
            }
        }
        f.write_str("`")
    }
}
