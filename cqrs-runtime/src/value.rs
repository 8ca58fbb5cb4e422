//! Values: the types that events, commands and states are made of.
//!
//! A [`Value`] describes its stored shape, so that the schema lock notices a change and snapshots of another shape are
//! set aside. Derive it for structs and enums; wrap a foreign type in a newtype with an [`Adapter`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::api::{ApiScalar, ApiType, ApiTypes, IntegerRange};
use crate::column::Column;
use crate::schema::{Shape, Shapes};

/// A type that can be stored in events, commands and states.
///
/// ```
/// use cqrs_runtime::prelude::*;
///
/// #[derive(Value)]
/// pub enum Status { Active, Closed }
///
/// #[derive(Value)]
/// pub struct Money { minor: i64, currency: String }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be stored: it is not a `Value`",
    label = "not a `Value`",
    note = "derive it: `#[derive(Value)]` on `{Self}`; for a type of another crate, wrap it: \
            `#[derive(Value)] #[value(with = AnAdapter)] pub struct Mine({Self});`"
)]
pub trait Value: Sized {
    /// How it stands in the table of a read model; a JSON document unless the type says otherwise.
    const COLUMN: Column = Column::DOCUMENT;

    /// The shape in which the type is stored; named types are defined in `shapes` and referred to.
    fn shape(shapes: &mut Shapes) -> Shape;

    /// How clients are told of the type; named types are defined in `types` and referred to.
    ///
    /// A JSON document unless the type says otherwise.
    fn api(types: &mut ApiTypes) -> ApiType {
        let _ = types;
        ApiType::Scalar(ApiScalar::Json)
    }
}

/// How a foreign type is stored: as a [`Value`] of one's own choice.
///
/// ```
/// use std::time::Duration;
/// use cqrs_runtime::prelude::*;
///
/// pub struct Millis;
/// impl Adapter<Duration> for Millis {
///     type Stored = u64;
///     type Error = std::convert::Infallible;
///     fn store(value: &Duration) -> u64 { u64::try_from(value.as_millis()).unwrap_or(u64::MAX) }
///     fn restore(stored: u64) -> Result<Duration, Self::Error> { Ok(Duration::from_millis(stored)) }
/// }
///
/// #[derive(Value)]
/// #[value(with = Millis)]
/// pub struct Timeout(Duration);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` doesn't say how `{T}` is stored",
    label = "no adapter for `{T}`",
    note = "write `impl Adapter<{T}> for {Self} {{ .. }}`"
)]
pub trait Adapter<T> {
    /// What stands in the database.
    type Stored: Value + Serialize + DeserializeOwned;
    /// Why a stored value is refused.
    type Error: std::error::Error;

    /// The stored form of `value`.
    fn store(value: &T) -> Self::Stored;

    /// The value of a stored form.
    ///
    /// # Errors
    /// When no value has this stored form.
    fn restore(stored: Self::Stored) -> Result<T, Self::Error>;
}

macro_rules! scalars {
    ($($ty:ty => $name:literal $column:ident $api:ident $(($range:ident))?),+ $(,)?) => {
        /// The names of the types without parts.
        #[cfg(feature = "testing")]
        pub(crate) const SCALARS: &[&str] = &[$($name),+];
        $(impl Value for $ty {
            const COLUMN: Column = Column::$column;
            fn shape(_: &mut Shapes) -> Shape { Shape::Scalar($name) }
            fn api(_: &mut ApiTypes) -> ApiType { ApiType::Scalar(ApiScalar::$api$((IntegerRange::$range))?) }
        })+
    };
}

scalars! {
    bool => "bool" BOOL Boolean,
    i8 => "i8" INTEGER Int(I8), i16 => "i16" INTEGER Int(I16), i32 => "i32" INTEGER Int(I32),
    i64 => "i64" INTEGER BigInt(I64), u8 => "u8" INTEGER Int(U8), u16 => "u16" INTEGER Int(U16),
    u32 => "u32" INTEGER BigInt(U32), u64 => "u64" UNSIGNED BigInt(U64),
    f32 => "f32" DOCUMENT Float, f64 => "f64" DOCUMENT Float, Decimal => "decimal" DECIMAL Decimal,
    String => "text" TEXT String, Uuid => "uuid" UUID Uuid, DateTime<Utc> => "time" TIME DateTime,
    NaiveDate => "date" DATE Date, serde_json::Value => "json" DOCUMENT Json,
}

impl Value for () {
    fn shape(_: &mut Shapes) -> Shape {
        Shape::Tuple(Vec::new())
    }
}

impl<T: Value> Value for Option<T> {
    const COLUMN: Column = T::COLUMN.optional();

    fn shape(shapes: &mut Shapes) -> Shape {
        Shape::Optional(Box::new(T::shape(shapes)))
    }

    fn api(types: &mut ApiTypes) -> ApiType {
        ApiType::Optional(Box::new(T::api(types)))
    }
}

impl<T: Value> Value for Box<T> {
    const COLUMN: Column = T::COLUMN;

    fn shape(shapes: &mut Shapes) -> Shape {
        T::shape(shapes)
    }

    fn api(types: &mut ApiTypes) -> ApiType {
        T::api(types)
    }
}

macro_rules! lists {
    ($($ty:ident),+) => {$(
        impl<T: Value> Value for $ty<T> {
            fn shape(shapes: &mut Shapes) -> Shape { Shape::List(Box::new(T::shape(shapes))) }
            fn api(types: &mut ApiTypes) -> ApiType { ApiType::List(Box::new(T::api(types))) }
        }
    )+};
}
lists!(Vec, BTreeSet);

impl<T: Value, S> Value for HashSet<T, S> {
    fn shape(shapes: &mut Shapes) -> Shape {
        Shape::List(Box::new(T::shape(shapes)))
    }
}

impl<K: Value, T: Value> Value for BTreeMap<K, T> {
    fn shape(shapes: &mut Shapes) -> Shape {
        Shape::Map(Box::new(K::shape(shapes)), Box::new(T::shape(shapes)))
    }
}

impl<K: Value, T: Value, S> Value for HashMap<K, T, S> {
    fn shape(shapes: &mut Shapes) -> Shape {
        Shape::Map(Box::new(K::shape(shapes)), Box::new(T::shape(shapes)))
    }
}

macro_rules! tuples {
    ($(($($name:ident),+)),+ $(,)?) => {$(
        impl<$($name: Value),+> Value for ($($name,)+) {
            fn shape(shapes: &mut Shapes) -> Shape { Shape::Tuple(vec![$($name::shape(shapes)),+]) }
        }
    )+};
}
tuples!((A), (A, B), (A, B, C), (A, B, C, D));
