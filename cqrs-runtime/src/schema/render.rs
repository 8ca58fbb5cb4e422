//! Definitions as text: what the schema lock shows and what fingerprints are made of.
//!
//! Equal texts tell equal shapes: a name that could be taken for more than a name stands in quotes.

use std::collections::BTreeSet;
use std::fmt;

use sha2::{Digest, Sha256};

use super::{Definition, Field, Shape, Shapes};

/// A named type: its name, and which one of the name it is.
type Reference = (&'static str, usize);

/// A name, in quotes where it could be taken for more than a name.
pub(crate) struct Name<'a>(pub(crate) &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let special = |c: char| c.is_whitespace() || c.is_control() || "\"\\{}[]():,|?#=".contains(c);
        if self.0.is_empty() || self.0.contains(special) {
            return fmt::Display::fmt(&serde_json::Value::from(self.0), f);
        }
        f.write_str(self.0)
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alias(shape) => shape.fmt(f),
            Self::Record(fields) => record(f, fields),
            Self::Choice(variants) => {
                for (index, (name, content)) in variants.iter().enumerate() {
                    let separator = if index == 0 { "" } else { " | " };
                    write!(f, "{separator}{}", Name(name))?;
                    match content {
                        Some(content @ Self::Record(_)) => write!(f, " {content}")?,
                        Some(content) => write!(f, "({content})")?,
                        None => {}
                    }
                }
                Ok(())
            }
        }
    }
}

fn record(f: &mut fmt::Formatter<'_>, fields: &[Field]) -> fmt::Result {
    f.write_str("{")?;
    for (index, field) in fields.iter().enumerate() {
        let separator = if index == 0 { " " } else { ", " };
        write!(f, "{separator}{}: {}", Name(field.name), field.shape)?;
    }
    f.write_str(if fields.is_empty() { "}" } else { " }" })
}

impl Definition {
    /// The named types that the definition refers to, through others too.
    #[must_use]
    pub fn reaches(&self, shapes: &Shapes) -> BTreeSet<&'static str> {
        self.reached(shapes).into_iter().map(|(name, _)| name).collect()
    }

    /// A number that changes when the definition does, or that of any type in it: the first 8 bytes of the SHA-256 of
    /// their text.
    #[must_use]
    pub fn fingerprint(&self, shapes: &Shapes) -> u64 {
        let mut hash = Sha256::new();
        hash.update(self.to_string());
        for (name, index) in self.reached(shapes) {
            let definition = shapes.get_nth(name, index).map(ToString::to_string).unwrap_or_default();
            let named = if index == 0 { Shape::Named(name) } else { Shape::Clashing(name, index) };
            hash.update(format!("\n{named} = {definition}"));
        }
        let digest: [u8; 32] = hash.finalize().into();
        let [first, ..] = digest.as_chunks().0 else { return 0 };
        u64::from_be_bytes(*first)
    }

    fn reached(&self, shapes: &Shapes) -> BTreeSet<Reference> {
        let mut reached = BTreeSet::new();
        let mut open = self.names();
        while let Some((name, index)) = open.pop() {
            if reached.insert((name, index))
                && let Some(definition) = shapes.get_nth(name, index)
            {
                open.extend(definition.names());
            }
        }
        reached
    }

    fn names(&self) -> Vec<Reference> {
        match self {
            Self::Alias(shape) => shape.names(),
            Self::Record(fields) => fields.iter().flat_map(|field| field.shape.names()).collect(),
            Self::Choice(variants) => {
                variants.iter().filter_map(|(_, content)| content.as_ref()).flat_map(Self::names).collect()
            }
        }
    }
}

impl Shape {
    fn names(&self) -> Vec<Reference> {
        match self {
            Self::Scalar(_) => Vec::new(),
            Self::Named(name) => vec![(name, 0)],
            Self::Clashing(name, index) => vec![(name, *index)],
            Self::Optional(inner) | Self::List(inner) => inner.names(),
            Self::Map(key, value) => [key.names(), value.names()].concat(),
            Self::Tuple(parts) => parts.iter().flat_map(Self::names).collect(),
        }
    }
}
