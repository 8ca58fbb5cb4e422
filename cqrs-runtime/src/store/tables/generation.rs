use std::fmt;

use chrono::{DateTime, Utc};

use super::TableShape;

/// Which generation of which projection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GenerationKey {
    /// The projection: the name of its first table.
    pub projection: String,
    /// The number of the generation, from 1.
    pub number: u32,
}

impl GenerationKey {
    /// The name of a table of the projection in this generation.
    #[must_use]
    pub fn table(&self, table: &str) -> String {
        format!("{table}_g{}", self.number)
    }
}

/// The name by which workers share its partitions.
impl fmt::Display for GenerationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.projection, self.number)
    }
}

/// A generation of a projection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// Which one.
    pub key: GenerationKey,
    /// The shape and the version of the read model that it was made for.
    pub fingerprint: String,
    /// How many partitions it has.
    pub partitions: u32,
    /// What it is there for.
    pub state: GenerationState,
    /// Its tables as they are in the database.
    pub tables: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last let serve.
    pub served_at: Option<DateTime<Utc>>,
}

/// What a generation is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GenerationState {
    /// It is being filled, and answers no query; whoever fills it lets it serve.
    Building,
    /// It answers queries, and is kept up to date.
    Serving,
    /// Another one of its fingerprint serves; it stands still, to go back to.
    Retired,
    /// It is filled beside the one that serves, by one worker alone, to be compared with it.
    Verifying,
}

/// A generation that is to be made.
#[derive(Clone, Debug)]
pub struct NewGeneration<'a> {
    /// The projection: the name of its first table.
    pub projection: &'a str,
    /// The shape and the version of the read model.
    pub fingerprint: &'a str,
    /// How many partitions it is to have.
    pub partitions: u32,
    /// Its tables, named without the generation.
    pub tables: GenerationTables<'a>,
    /// What it is there for: [`Building`](GenerationState::Building) or [`Verifying`](GenerationState::Verifying).
    pub state: GenerationState,
}

/// The tables of a generation that is to be made.
#[derive(Clone, Copy, Debug)]
pub enum GenerationTables<'a> {
    /// Those of a read model, its own first. The view of the projection's name shows that one, as people read it.
    Shaped(&'a [TableShape]),
    /// Those that a projection states itself. Each is shown by a view of its name.
    Stated {
        /// Their names.
        names: &'a [&'static str],
        /// What makes them, with [`NUMBER`](Self::NUMBER) behind each name that is the generation's own.
        statements: &'a [String],
    },
}

impl GenerationTables<'_> {
    /// What stands in statements for [what](GenerationKey::table) the name of a table ends with in its generation.
    pub const NUMBER: &'static str = "_g@";

    /// Their names.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        match self {
            Self::Shaped(tables) => tables.iter().map(|table| table.name.as_str()).collect(),
            Self::Stated { names, .. } => names.to_vec(),
        }
    }
}

/// Whether a generation serves now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwapVerdict {
    /// It does.
    Serves,
    /// The one that serves has come further, or the log had when the generation was made; nothing has changed.
    Behind {
        /// How far all its partitions have come.
        position: u64,
        /// How far they must.
        needed: u64,
    },
    /// Events are parked that what serves has projected; nothing has changed.
    ///
    /// That is the one of its fingerprint, or else the one that was let serve last.
    Parked {
        /// How many.
        events: u64,
    },
    /// There is no such generation that is being built.
    Gone,
}

/// Whether a generation is there for something else now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateVerdict {
    /// It is.
    Set,
    /// There is another one of its fingerprint in that state, and can't be two; nothing has changed.
    Taken,
    /// There is no such generation in the state from which it should go.
    Gone,
}
