use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The documents that a server runs, by the SHA-256 of their text, in lower-case hexadecimal: all others are refused.
///
/// A client names one as Apollo's clients do, by `extensions.persistedQuery.sha256Hash`, or sends its text.
#[derive(Clone, Debug, Default)]
pub struct PersistedQueries {
    documents: HashMap<String, String>,
}

/// Why persisted queries could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersistedQueriesError {
    /// A file or folder could not be read.
    #[error("can't read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file does not hold an object of documents by their hashes.
    #[error("{} is not a JSON object of documents by their SHA-256", path.display())]
    Shape {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A document stands under another hash than its own.
    #[error("the document under {stated} has the SHA-256 {actual}")]
    Hash {
        /// The hash that it stands under.
        stated: String,
        /// Its own.
        actual: String,
    },
}

impl PersistedQueries {
    /// Those documents and no others.
    pub fn new(documents: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let documents = documents.into_iter().map(Into::into);
        Self { documents: documents.map(|document| (hash(&document), document)).collect() }
    }

    /// The documents of a JSON file, `{ "<SHA-256>": "query .." }`, or of a folder: each of its `.graphql` files is one.
    ///
    /// # Errors
    /// [`PersistedQueriesError`] where something can't be read, has another shape, or stands under another hash than its
    /// own.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, PersistedQueriesError> {
        let path = path.as_ref();
        if path.is_dir() { Self::from_folder(path) } else { Self::from_file(path) }
    }

    fn from_file(path: &Path) -> Result<Self, PersistedQueriesError> {
        let documents: HashMap<String, String> = serde_json::from_str(&read(path)?)
            .map_err(|source| PersistedQueriesError::Shape { path: path.to_owned(), source })?;
        for (stated, document) in &documents {
            let actual = hash(document);
            if *stated != actual {
                return Err(PersistedQueriesError::Hash { stated: stated.clone(), actual });
            }
        }
        Ok(Self { documents })
    }

    fn from_folder(path: &Path) -> Result<Self, PersistedQueriesError> {
        let failed = |source| PersistedQueriesError::Read { path: path.to_owned(), source };
        let mut documents = Vec::new();
        for entry in path.read_dir().map_err(failed)? {
            let file = entry.map_err(failed)?.path();
            if file.extension().is_some_and(|extension| extension == "graphql") {
                documents.push(read(&file)?);
            }
        }
        Ok(Self::new(documents))
    }

    /// The document of a hash.
    pub(super) fn get(&self, hash: &str) -> Option<&str> {
        self.documents.get(&hash.to_ascii_lowercase()).map(String::as_str)
    }

    /// Whether a document is one of them.
    pub(super) fn contains(&self, document: &str) -> bool {
        self.documents.contains_key(&hash(document))
    }
}

fn read(path: &Path) -> Result<String, PersistedQueriesError> {
    std::fs::read_to_string(path).map_err(|source| PersistedQueriesError::Read { path: path.to_owned(), source })
}

fn hash(document: &str) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(document) {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
