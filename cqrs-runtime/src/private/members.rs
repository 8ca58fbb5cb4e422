//! What every listed event and every listed command gets, word for word.

/// An event as a member of its aggregate's enum: conversions both ways, and that the aggregate emits it.
#[doc(hidden)]
#[macro_export]
macro_rules! __event_member {
    ($aggregate:ident, $set:ident::$variant:ident, $event:ty) => {
        #[automatically_derived]
        impl $crate::private::From<$event> for $set {
            fn from(event: $event) -> Self {
                Self::$variant(event)
            }
        }

        #[automatically_derived]
        #[allow(unreachable_patterns, reason = "it may be the only variant")]
        impl $crate::private::TryFrom<$set> for $event {
            type Error = $set;

            fn try_from(event: $set) -> $crate::private::Result<Self, $set> {
                match event {
                    $set::$variant(event) => $crate::private::Ok(event),
                    other => $crate::private::Err(other),
                }
            }
        }

        #[automatically_derived]
        #[allow(unreachable_patterns, reason = "it may be the only variant")]
        impl $crate::private::Emits<$event> for $aggregate {
            fn wrap(event: $event) -> $set {
                $set::$variant(event)
            }

            fn unwrap(event: &$set) -> $crate::private::Option<&$event> {
                match event {
                    $set::$variant(event) => $crate::private::Some(event),
                    _ => $crate::private::None,
                }
            }
        }
    };
}

/// A command as a member of its aggregate's enum: conversions both ways.
#[doc(hidden)]
#[macro_export]
macro_rules! __command_member {
    ($set:ident::$variant:ident, $command:ty) => {
        #[automatically_derived]
        impl $crate::private::From<$command> for $set {
            fn from(command: $command) -> Self {
                Self::$variant(command)
            }
        }

        #[automatically_derived]
        #[allow(unreachable_patterns, reason = "it may be the only variant")]
        impl $crate::private::TryFrom<$set> for $command {
            type Error = $set;

            fn try_from(command: $set) -> $crate::private::Result<Self, $set> {
                match command {
                    $set::$variant(command) => $crate::private::Ok(command),
                    other => $crate::private::Err(other),
                }
            }
        }
    };
}

pub use {__command_member as command_member, __event_member as event_member};
