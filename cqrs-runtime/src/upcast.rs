//! Upcasters: old stored shapes become the current event when they are read.

use std::error::Error;

use crate::event::{Event, Parts, RawEvent};
use crate::metadata::EventMetadata;

/// Turns an old version of an event into a newer one.
///
/// `From` and `TryFrom` suffice where the payload alone decides. Implement this trait where the metadata is needed, or
/// where one event becomes several or none:
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "ItemsAdded", version = 1)]
/// struct ItemsAddedV1 { items: Vec<String> }
///
/// #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
/// #[event(name = "ItemsAdded", version = 2, previous = ItemsAddedV1)]
/// pub struct ItemAdded { pub item: String, pub by: String }
///
/// impl Upcast<ItemsAddedV1> for ItemAdded {
///     fn upcast(old: ItemsAddedV1, cx: &UpcastContext<'_>) -> Result<Parts<Self>, UpcastError> {
///         let by = cx.metadata()?.principal;
///         Ok(Parts::Many(old.items.into_iter().map(|item| ItemAdded { item, by: by.clone() }).collect()))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Old}` can't become `{Self}`",
    label = "no conversion from this version",
    note = "write `impl From<{Old}> for {Self}` (or `TryFrom`), or `impl Upcast<{Old}> for {Self}` where the metadata \
            is needed or one event becomes several"
)]
pub trait Upcast<Old>: Sized {
    /// The newer version of `old`.
    ///
    /// # Errors
    /// When `old` has no counterpart; the error then names the event's position, stream, name and version.
    fn upcast(old: Old, cx: &UpcastContext<'_>) -> Result<Parts<Self>, UpcastError>;
}

#[diagnostic::do_not_recommend]
impl<Old: Event, New> Upcast<Old> for New
where
    New: TryFrom<Old>,
    New::Error: Into<UpcastError>,
{
    fn upcast(old: Old, _: &UpcastContext<'_>) -> Result<Parts<Self>, UpcastError> {
        New::try_from(old).map(Parts::One).map_err(Into::into)
    }
}

/// What an upcaster may look at beside the old payload.
#[derive(Clone, Copy, Debug)]
pub struct UpcastContext<'a> {
    raw: &'a RawEvent<'a>,
}

impl<'a> UpcastContext<'a> {
    /// The context of a stored event.
    #[must_use]
    pub fn new(raw: &'a RawEvent<'a>) -> Self {
        Self { raw }
    }

    /// The stored event as it is: position, stream, time, payload.
    #[must_use]
    pub fn stored(&self) -> &RawEvent<'a> {
        self.raw
    }

    /// Who, when, why.
    ///
    /// # Errors
    /// When the stored metadata can't be read.
    pub fn metadata(&self) -> Result<EventMetadata, UpcastError> {
        Ok(self.raw.metadata()?)
    }
}

/// Why an upcaster refuses an old event; `?` turns any error into one.
pub type UpcastError = Box<dyn Error + Send + Sync>;
