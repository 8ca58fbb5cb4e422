//! What has changed between the recorded shapes and the program's, and what to do about it.

use std::fmt;

use super::entries::{Entries, Entry, Subject};
use super::shape;
use crate::value::SCALARS;

/// A difference.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Nothing stored is concerned: it only has to be recorded.
    New { subject: Subject, shape: String },
    /// Stored payloads still have the shape; others may come.
    Extended { subject: Subject, shape: String },
    /// The state has a new version: older snapshots are set aside.
    NewState { aggregate: String, version: u32 },
    /// A version of an event is no longer what was stored under it.
    ChangedEvent { name: String, version: u32, latest: u32, was: String, is: String },
    /// A state has changed and its version has not.
    ChangedState { aggregate: String, version: u32, was: String, is: String },
    /// A value has changed, and with it all that is made of it.
    ChangedValue { name: String, was: String, is: String, used_by: Vec<String> },
    /// Stored events can no longer be read.
    VanishedEvent { aggregate: String, name: String, version: u32 },
    /// Nothing is made of the value any more.
    VanishedValue { name: String },
    /// The aggregate no longer keeps snapshots.
    VanishedState { aggregate: String },
}

impl Finding {
    /// Whether it may not be recorded as it is.
    pub(super) fn is_breaking(&self) -> bool {
        matches!(
            self,
            Self::ChangedEvent { .. }
                | Self::ChangedState { .. }
                | Self::ChangedValue { .. }
                | Self::VanishedEvent { .. }
        )
    }
}

/// All differences, events first.
pub(super) fn review(recorded: &Entries, current: &Entries) -> Vec<Finding> {
    let changed = current.0.iter().filter_map(|(subject, is)| match recorded.0.get(subject) {
        None => Some(Finding::New { subject: subject.clone(), shape: is.shape.clone() }),
        Some(was) if shape::same(&was.shape, &is.shape) && was.state_version == is.state_version => None,
        Some(was) => Some(difference(subject, was, is, recorded, current)),
    });
    let vanished = recorded.0.keys().filter(|subject| !current.0.contains_key(subject)).map(vanished);
    changed.chain(vanished).collect()
}

fn difference(subject: &Subject, was: &Entry, is: &Entry, recorded: &Entries, current: &Entries) -> Finding {
    let (was_shape, is_shape) = (was.shape.clone(), is.shape.clone());
    match subject {
        Subject::Event { name, version, aggregate } => Finding::ChangedEvent {
            name: name.clone(),
            version: *version,
            latest: latest_version(current, aggregate, name),
            was: was_shape,
            is: is_shape,
        },
        Subject::State { aggregate } if is.state_version > was.state_version => {
            Finding::NewState { aggregate: aggregate.clone(), version: is.state_version }
        }
        Subject::State { aggregate } => Finding::ChangedState {
            aggregate: aggregate.clone(),
            version: was.state_version,
            was: was_shape,
            is: is_shape,
        },
        Subject::Value { .. } if !is_type(&was.shape, recorded) && shape::only_adds_variants(&was.shape, &is.shape) => {
            Finding::Extended { subject: subject.clone(), shape: is_shape }
        }
        Subject::Value { name } => {
            let used_by = current.0.iter().filter(|(_, entry)| entry.values.iter().any(|value| value == name));
            let used_by = used_by.filter(|(user, _)| !matches!(user, Subject::Value { .. }));
            Finding::ChangedValue {
                name: name.clone(),
                was: was_shape,
                is: is_shape,
                used_by: used_by.map(|(user, _)| user.to_string()).collect(),
            }
        }
    }
}

/// Whether a shape of one word names a type: as a variant it would be written likewise.
fn is_type(shape: &str, recorded: &Entries) -> bool {
    SCALARS.contains(&shape) || recorded.0.keys().any(|subject| subject.is_value(shape))
}

fn latest_version(entries: &Entries, of: &str, named: &str) -> u32 {
    let versions = entries.0.keys().filter_map(|subject| match subject {
        Subject::Event { aggregate, name, version } if aggregate == of && name == named => Some(*version),
        _ => None,
    });
    versions.max().unwrap_or(1)
}

fn vanished(subject: &Subject) -> Finding {
    match subject.clone() {
        Subject::Event { aggregate, name, version } => Finding::VanishedEvent { aggregate, name, version },
        Subject::State { aggregate } => Finding::VanishedState { aggregate },
        Subject::Value { name } => Finding::VanishedValue { name },
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { name, version, .. } => write!(f, "event `{name}` version {version}"),
            Self::State { aggregate } => write!(f, "state of `{aggregate}`"),
            Self::Value { name } => write!(f, "value `{name}`"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New { subject, shape } => write!(f, "- {subject} is new: {shape}"),
            Self::Extended { subject, shape } => write!(f, "- {subject} has new variants: {shape}"),
            Self::NewState { aggregate, version } => {
                write!(f, "- state of `{aggregate}` now has version {version}: older snapshots will be set aside")
            }
            Self::ChangedEvent { name, version, latest, was, is } => write!(
                f,
                "- event `{name}` version {version} has changed\n    was {was}\n    is  {is}\n  Stored payloads have the \
                 old shape. Give the event version {next} and say how the old shape becomes the new one:\n  \
                 `#[event(version = {next}, previous = ..)]` with the old struct, or `since`, `was`, `removed` on the \
                 fields.\n  If version {version} has never been stored anywhere, delete its line from the file and \
                 record it again.",
                next = latest + 1
            ),
            Self::ChangedState { aggregate, version, was, is } => write!(
                f,
                "- state of `{aggregate}` has changed\n    was {was}\n    is  {is}\n  Raise the version of its snapshots: \
                 `snapshot(.., version = {})`; older ones are set aside.",
                version + 1
            ),
            Self::ChangedValue { name, was, is, used_by } => write!(
                f,
                "- value `{name}` has changed\n    was {was}\n    is  {is}\n  It is stored in: {}.\n  Keep `{name}` as it \
                 was for the old versions, under another name if need be (`#[value(name = \"..\")]`), and give those \
                 events a new version.",
                used_by.join(", ")
            ),
            Self::VanishedEvent { aggregate, name, version } => write!(
                f,
                "- event `{name}` version {version} of `{aggregate}` has vanished, but may be stored\n  If its struct \
                 was renamed, keep the stored name: `#[event(name = \"{name}\")]`; if it is no longer recorded, list it \
                 as `retired({name})`."
            ),
            Self::VanishedValue { name } => write!(f, "- value `{name}` is no longer used"),
            Self::VanishedState { aggregate } => write!(f, "- `{aggregate}` no longer keeps snapshots"),
        }
    }
}
