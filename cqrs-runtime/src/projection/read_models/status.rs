use crate::store::{Checkpoint, DeadLetter, Generation, GenerationState};

/// Whether a read model can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It is kept up to date and answers.
    Serves,
    /// Its tables are being filled for the first time; it answers once they are.
    Builds,
    /// It was built in another shape or version, or of other events: it has to be rebuilt before it answers.
    Changed,
}

impl Readiness {
    pub(super) fn of(generations: &[Generation], fingerprint: &str) -> Self {
        let mine = generations.iter().filter(|known| known.fingerprint == fingerprint).map(|known| known.state);
        let mine: Vec<_> = mine.collect();
        if mine.contains(&GenerationState::Serving) {
            Self::Serves
        } else if generations.is_empty() || mine.contains(&GenerationState::Building) {
            Self::Builds
        } else {
            Self::Changed
        }
    }
}

/// How a read model stands.
#[derive(Clone, Debug)]
pub struct ModelStatus {
    /// The name of its table.
    pub name: &'static str,
    /// Whether it can be asked.
    pub readiness: Readiness,
    /// Its generations, oldest first, those of other programs too.
    pub generations: Vec<GenerationStatus>,
}

/// How a generation stands.
#[derive(Clone, Debug)]
pub struct GenerationStatus {
    /// The generation.
    pub generation: Generation,
    /// Whether it is of this program's shape and version.
    pub is_mine: bool,
    /// How its partitions stand.
    pub partitions: Vec<Checkpoint>,
    /// The events that it has not projected.
    pub letters: Vec<DeadLetter>,
}
