//! Definitions as text: what the schema lock shows and what fingerprints are made of.

use std::collections::BTreeSet;
use std::fmt;

use sha2::{Digest, Sha256};

use super::{Definition, Field, Shape, Shapes};

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alias(shape) => shape.fmt(f),
            Self::Record(fields) => record(f, fields),
            Self::Choice(variants) => {
                for (index, (name, content)) in variants.iter().enumerate() {
                    let separator = if index == 0 { "" } else { " | " };
                    write!(f, "{separator}{name}")?;
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
        write!(f, "{separator}{}: {}", field.name, field.shape)?;
    }
    f.write_str(if fields.is_empty() { "}" } else { " }" })
}

impl Definition {
    /// The named types that the definition refers to, through others too.
    #[must_use]
    pub fn reaches(&self, shapes: &Shapes) -> BTreeSet<&'static str> {
        let mut reached = BTreeSet::new();
        let mut open = self.names();
        while let Some(name) = open.pop() {
            if reached.insert(name)
                && let Some(definition) = shapes.get(name)
            {
                open.extend(definition.names());
            }
        }
        reached
    }

    /// A number that changes when the definition does, or that of any type in it: the first 8 bytes of the SHA-256 of
    /// their text.
    #[must_use]
    pub fn fingerprint(&self, shapes: &Shapes) -> u64 {
        let mut hash = Sha256::new();
        hash.update(self.to_string());
        for name in self.reaches(shapes) {
            let definition = shapes.get(name).map(ToString::to_string).unwrap_or_default();
            hash.update(format!("\n{name} = {definition}"));
        }
        let digest: [u8; 32] = hash.finalize().into();
        let [first, ..] = digest.as_chunks().0 else { return 0 };
        u64::from_be_bytes(*first)
    }

    fn names(&self) -> Vec<&'static str> {
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
    fn names(&self) -> Vec<&'static str> {
        match self {
            Self::Scalar(_) => Vec::new(),
            Self::Named(name) => vec![name],
            Self::Optional(inner) | Self::List(inner) => inner.names(),
            Self::Map(key, value) => [key.names(), value.names()].concat(),
            Self::Tuple(parts) => parts.iter().flat_map(Self::names).collect(),
        }
    }
}
