use std::collections::{BTreeMap, HashMap};

/// How many changes of a read model's rows have been seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenChanges {
    /// The number of the generation that served.
    pub generation: u32,
    /// The number of the last one of each partition; none is as good as 0.
    pub partitions: BTreeMap<u32, u64>,
}

/// The changes of rows that are asked for.
#[derive(Clone, Copy, Debug)]
pub struct ChangesQuery<'a> {
    /// The projection: the name of its read model's table.
    pub projection: &'a str,
    /// The shape and the version of the read model.
    pub fingerprint: &'a str,
    /// Whose rows.
    pub tenant: &'a str,
    /// Those behind these; only how many there are, where none have been seen.
    pub behind: Option<&'a SeenChanges>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldChanges {
    /// How many have been seen with these.
    pub seen: SeenChanges,
    /// Whether there are more, which were too many to be told at once.
    pub more: bool,
    /// The keys of the tenant's rows that changed, some several times: JSON arrays of the tenant and the cells of the key.
    /// `None` where it may be any row: another generation serves, or what changed is not kept any more, or was too much.
    pub keys: Option<String>,
}

/// How many changes of rows there are: for each projection and fingerprint, the number of the generation that serves, and
/// the sum over its partitions.
pub type ChangeCounts = HashMap<(String, String), (u32, u64)>;
