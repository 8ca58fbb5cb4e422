//! A stored event, made ready for folding.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::super::route::Routing;
use super::super::target::{Part, Target};
use super::super::{PartitionBy, ProjectionError, Sequence};
use crate::event::{DecodeError, RawEvent};
use crate::store::guard::message;
use crate::store::{CorruptEvent, StreamKey, Unstorable};

/// A stored event that a read model is made of.
pub(crate) struct Prepared<T: Target> {
    pub(crate) position: u64,
    pub(crate) stream: StreamKey,
    pub(crate) version: u64,
    pub(crate) name: String,
    pub(crate) schema_version: u32,
    pub(crate) sequence: Sequence,
    pub(in crate::projection) parts: Vec<Box<T::Part>>,
    /// Why it can't be projected, whatever the rows are.
    pub(crate) failed: Option<Failure>,
}

/// Why an event can't be projected, whatever the rows are.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// It can't be decoded.
    Undecodable(Arc<DecodeError>),
    /// Its row in the log is damaged.
    Corrupt { column: &'static str },
    /// Its parts belong to several sequences.
    Torn,
    /// The database can't hold what becomes of it.
    Unstorable(Unstorable),
}

impl From<&Failure> for ProjectionError {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Undecodable(error) => Self::Undecodable(Arc::clone(error)),
            Failure::Corrupt { column } => Self::Corrupt { column },
            Failure::Torn => Self::Torn,
            Failure::Unstorable(why) => Self::Unstorable(why.clone()),
        }
    }
}

impl<T: Target> Prepared<T> {
    /// Reads a stored event; `None` where the read model is not made of it.
    pub(crate) fn of(raw: &RawEvent<'_>, routing: &Routing<T>) -> Option<Self> {
        // Upcasters and the reading of payloads are the user's code.
        let decoded = catch_unwind(AssertUnwindSafe(|| {
            let parts = routing.decode(raw)?;
            let keys: Vec<_> = parts.iter().map(|part| part.partition_key()).collect();
            Ok((parts, keys))
        }));
        let decoded = decoded.unwrap_or_else(|panic| Err(DecodeError::Panicked { message: message(&*panic) }));
        let (parts, key, failed) = match decoded {
            Ok((parts, _)) if parts.is_empty() => return None,
            Ok((_, keys)) if keys.windows(2).any(|two| two[0] != two[1]) => (Vec::new(), None, Some(Failure::Torn)),
            Ok((parts, mut keys)) => (parts, keys.pop().flatten(), None),
            Err(error) => (Vec::new(), None, Some(Failure::Undecodable(Arc::new(error)))),
        };
        let stream = StreamKey::new(raw.stream_type.to_owned(), raw.stream_id).of_tenant(raw.tenant);
        Some(Self {
            position: raw.position,
            sequence: sequence::<T>(&stream, key),
            stream,
            version: raw.version,
            name: raw.name.to_owned(),
            schema_version: raw.schema_version,
            parts,
            failed,
        })
    }

    /// Whether another program may be able to tell its sequence, though this one can't.
    pub(crate) fn is_placeable(&self) -> bool {
        self.sequence.is_unknown() && !matches!(self.failed, Some(Failure::Corrupt { .. }))
    }

    /// An event whose row in the log is damaged; `None` where the read model is not made of it.
    pub(crate) fn corrupt(
        position: u64,
        event: &CorruptEvent,
        column: &'static str,
        routing: &Routing<T>,
    ) -> Option<Self> {
        let stream = event.stream.clone();
        if !stream.stream_type.is_empty() && !routing.takes(&stream.stream_type, &event.name) {
            return None;
        }
        Some(Self {
            position,
            sequence: sequence::<T>(&stream, None),
            stream,
            version: event.version.try_into().unwrap_or(0),
            name: event.name.clone(),
            schema_version: event.schema_version.try_into().unwrap_or(0),
            parts: Vec::new(),
            failed: Some(Failure::Corrupt { column }),
        })
    }
}

/// The sequence of an event, by the field that it is told by, if that is known.
fn sequence<T: Target>(stream: &StreamKey, key: Option<String>) -> Sequence {
    let tenant = &stream.tenant;
    match (T::PARTITION, key) {
        (PartitionBy::Field(_), Some(key)) => Sequence::new(tenant, key),
        (PartitionBy::Field(_), None) => Sequence::unknown(tenant),
        (PartitionBy::Tenant, _) => Sequence::new(tenant, ""),
        (PartitionBy::All, _) => Sequence::new("", ""),
        (PartitionBy::Stream, _) if stream.stream_type.is_empty() || stream.id.is_empty() => Sequence::unknown(tenant),
        (PartitionBy::Stream, _) => Sequence::of_stream(tenant, &stream.stream_type, &stream.id),
    }
}
