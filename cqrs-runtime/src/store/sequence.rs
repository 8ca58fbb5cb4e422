//! Which events must be projected one after the other.

use std::fmt;

/// How the sequence is called of which nobody knows it; in SQL, too.
pub(crate) const UNKNOWN: &str = "(unknown)";

/// The events that are projected one after the other: by default those of one stream.
///
/// Events of different sequences may be projected at the same time, by different processes; a failing event parks its
/// sequence alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sequence {
    tenant: String,
    key: String,
    hash: i64,
}

impl Sequence {
    /// The sequence of a tenant's events that have `key` in common.
    #[must_use]
    pub fn new(tenant: &str, key: impl Into<String>) -> Self {
        let key = key.into();
        let hash = hash(&[tenant, &key]);
        Self { tenant: tenant.to_owned(), key, hash }
    }

    /// The sequence of one stream.
    #[must_use]
    pub fn of_stream(tenant: &str, stream_type: &str, stream_id: &str) -> Self {
        Self::new(tenant, format!("{stream_type}/{stream_id}"))
    }

    /// The events of a tenant of which nobody knows their sequence, for they can't be read: all later ones wait for them.
    #[must_use]
    pub(crate) fn unknown(tenant: &str) -> Self {
        let key = UNKNOWN;
        // A text more than other sequences have.
        Self { tenant: tenant.to_owned(), key: key.to_owned(), hash: hash(&[tenant, key, ""]) }
    }

    /// Whether nobody knows which sequence it is.
    pub(crate) fn is_unknown(&self) -> bool {
        self.hash == Self::unknown(&self.tenant).hash
    }

    /// What tells sequences apart in the database; the same in every program and on every machine.
    #[must_use]
    pub fn hash(&self) -> i64 {
        self.hash
    }

    /// The partition that it belongs to, of so many.
    #[must_use]
    pub fn partition(&self, partitions: u32) -> u32 {
        partition(self.hash, partitions)
    }

    /// Whose events they are.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// What they have in common.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tenant.as_str() {
            "" => f.write_str(&self.key),
            tenant => write!(f, "{} of {tenant}", self.key),
        }
    }
}

/// The partition of a hash, of so many.
pub(crate) fn partition(hash: i64, partitions: u32) -> u32 {
    // The low bits of FNV are its best; the remainder fits, for the divisor did.
    u32::try_from(hash.cast_unsigned() % u64::from(partitions.max(1))).unwrap_or_default()
}

/// FNV-1a, 64 bits, over texts and a byte behind each that no text contains.
fn hash(texts: &[&str]) -> i64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0xff]));
    bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)).cast_signed()
}
