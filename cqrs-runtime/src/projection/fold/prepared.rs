//! A stored event, made ready for folding.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::super::route::Routing;
use super::super::{PartitionBy, Projected, Projection, Sequence};
use crate::event::{DecodeError, RawEvent};
use crate::store::StreamKey;
use crate::store::guard::message;

/// A stored event that a read model is made of.
pub(crate) struct Prepared<M: Projection> {
    pub(crate) position: u64,
    pub(crate) stream: StreamKey,
    pub(crate) version: u64,
    pub(crate) name: String,
    pub(crate) schema_version: u32,
    pub(crate) sequence: Sequence,
    pub(super) parts: Vec<Box<dyn Projected<M>>>,
    /// Why it can't be read.
    pub(crate) failed: Option<Arc<DecodeError>>,
}

impl<M: Projection> Prepared<M> {
    /// Reads a stored event; `None` where the read model is not made of it.
    pub(crate) fn of(raw: &RawEvent<'_>, routing: &Routing<M>) -> Option<Self> {
        // Upcasters and the reading of payloads are the user's code.
        let decoded = catch_unwind(AssertUnwindSafe(|| {
            let parts = routing.decode(raw)?;
            let key = parts.first().and_then(|part| part.partition_key());
            Ok((parts, key))
        }));
        let decoded = decoded.unwrap_or_else(|panic| Err(DecodeError::Panicked { message: message(&*panic) }));
        let (parts, key, failed) = match decoded {
            Ok((parts, _)) if parts.is_empty() => return None,
            Ok((parts, key)) => (parts, key, None),
            Err(error) => (Vec::new(), None, Some(Arc::new(error))),
        };
        let sequence = match (M::PARTITION, key) {
            (PartitionBy::Field(_), Some(key)) => Sequence::new(raw.tenant, key),
            (PartitionBy::Tenant, _) => Sequence::new(raw.tenant, ""),
            (PartitionBy::All, _) => Sequence::new("", ""),
            (PartitionBy::Stream | PartitionBy::Field(_), _) => {
                Sequence::of_stream(raw.tenant, raw.stream_type, raw.stream_id)
            }
        };
        Some(Self {
            position: raw.position,
            stream: StreamKey::new(raw.stream_type.to_owned(), raw.stream_id).of_tenant(raw.tenant),
            version: raw.version,
            name: raw.name.to_owned(),
            schema_version: raw.schema_version,
            sequence,
            parts,
            failed,
        })
    }
}
