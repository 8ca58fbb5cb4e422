//! A serializer around another one that refuses what would be lost.

use std::cell::{Cell, RefCell};
use std::fmt::Display;

use serde::ser::{self, Serialize, Serializer};

use super::error::{EncodeError, FieldPath, Step};

/// What went wrong, noted where it happened, and the way there, noted as the error passes outwards.
#[derive(Debug, Default)]
pub(super) struct Trace {
    problem: Cell<Option<Problem>>,
    steps: RefCell<Vec<Step>>,
}

#[derive(Clone, Copy, Debug)]
enum Problem {
    NotFinite(f64),
    PresentNothing,
}

impl Trace {
    fn refuse<E: ser::Error>(&self, problem: Problem) -> E {
        self.problem.set(Some(problem));
        E::custom("it would be read again as something else")
    }

    /// Notes a step of the way, where `result` is an error.
    fn step<T, E>(&self, result: Result<T, E>, step: impl FnOnce() -> Step) -> Result<T, E> {
        result.inspect_err(|_| self.steps.borrow_mut().push(step()))
    }

    pub(super) fn error(self, source: serde_json::Error) -> EncodeError {
        let path = FieldPath::outwards(self.steps.into_inner());
        match self.problem.get() {
            Some(Problem::NotFinite(value)) => EncodeError::NotFinite { path, value },
            Some(Problem::PresentNothing) => EncodeError::PresentNothing { path },
            None => EncodeError::Refused { path, source },
        }
    }
}

/// The serializer; `present` within `Some(..)`, where nothing would be taken for `None`.
pub(super) struct Checked<'t, S> {
    inner: S,
    trace: &'t Trace,
    present: bool,
}

impl<'t, S> Checked<'t, S> {
    pub(super) fn new(inner: S, trace: &'t Trace) -> Self {
        Self { inner, trace, present: false }
    }

    fn part<'v, T: ?Sized>(&self, value: &'v T, present: bool) -> Part<'v, 't, T> {
        Part { value, trace: self.trace, present }
    }
}

impl<S: Serializer> Checked<'_, S> {
    fn finite(&self, value: f64) -> Result<(), S::Error> {
        if value.is_finite() { Ok(()) } else { Err(self.trace.refuse(Problem::NotFinite(value))) }
    }

    fn something(&self) -> Result<(), S::Error> {
        if self.present { Err(self.trace.refuse(Problem::PresentNothing)) } else { Ok(()) }
    }
}

/// A value within another, on its way through the inner serializer back to a [`Checked`] one.
struct Part<'v, 't, T: ?Sized> {
    value: &'v T,
    trace: &'t Trace,
    present: bool,
}

impl<T: Serialize + ?Sized> Serialize for Part<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Checked { inner: serializer, trace: self.trace, present: self.present })
    }
}

macro_rules! pass_on {
    ($($method:ident($ty:ty)),+ $(,)?) => {$(
        fn $method(self, value: $ty) -> Result<S::Ok, S::Error> { self.inner.$method(value) }
    )+};
}

impl<'t, S: Serializer> Serializer for Checked<'t, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Parts<'t, S::SerializeSeq>;
    type SerializeTuple = Parts<'t, S::SerializeTuple>;
    type SerializeTupleStruct = Parts<'t, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Parts<'t, S::SerializeTupleVariant>;
    type SerializeMap = Parts<'t, S::SerializeMap>;
    type SerializeStruct = Parts<'t, S::SerializeStruct>;
    type SerializeStructVariant = Parts<'t, S::SerializeStructVariant>;

    pass_on! {
        serialize_bool(bool), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]),
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64), serialize_i128(i128),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_u128(u128),
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        self.finite(value.into())?;
        self.inner.serialize_f32(value)
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        self.finite(value)?;
        self.inner.serialize_f64(value)
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.something()?;
        self.inner.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let part = self.part(value, true);
        self.inner.serialize_some(&part)
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.something()?;
        self.inner.serialize_unit()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.something()?;
        self.inner.serialize_unit_struct(name)
    }

    fn serialize_unit_variant(self, name: &'static str, index: u32, variant: &'static str) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit_variant(name, index, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<S::Ok, S::Error> {
        let part = self.part(value, self.present);
        self.inner.serialize_newtype_struct(name, &part)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let (part, trace) = (self.part(value, false), self.trace);
        trace.step(self.inner.serialize_newtype_variant(name, index, variant, &part), || Step::Field(variant))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        Ok(Parts::new(self.inner.serialize_seq(length)?, self.trace))
    }

    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, S::Error> {
        Ok(Parts::new(self.inner.serialize_tuple(length)?, self.trace))
    }

    fn serialize_tuple_struct(self, name: &'static str, length: usize) -> Result<Self::SerializeTupleStruct, S::Error> {
        Ok(Parts::new(self.inner.serialize_tuple_struct(name, length)?, self.trace))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        let inner = self.inner.serialize_tuple_variant(name, index, variant, length)?;
        Ok(Parts { variant: Some(variant), ..Parts::new(inner, self.trace) })
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        Ok(Parts::new(self.inner.serialize_map(length)?, self.trace))
    }

    fn serialize_struct(self, name: &'static str, length: usize) -> Result<Self::SerializeStruct, S::Error> {
        Ok(Parts::new(self.inner.serialize_struct(name, length)?, self.trace))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        let inner = self.inner.serialize_struct_variant(name, index, variant, length)?;
        Ok(Parts { variant: Some(variant), ..Parts::new(inner, self.trace) })
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// The parts of a list, a map or a struct.
pub(super) struct Parts<'t, C> {
    inner: C,
    trace: &'t Trace,
    /// The variant of an enum whose content it is.
    variant: Option<&'static str>,
    written: usize,
}

impl<'t, C> Parts<'t, C> {
    fn new(inner: C, trace: &'t Trace) -> Self {
        Self { inner, trace, variant: None, written: 0 }
    }

    /// Writes one more part; an error in it is one at `step`.
    fn write<'v, T: ?Sized, E>(
        &mut self,
        value: &'v T,
        step: impl FnOnce(usize) -> Step,
        write: impl FnOnce(&mut C, &Part<'v, 't, T>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (trace, written) = (self.trace, self.written);
        self.written += 1;
        let result = trace.step(write(&mut self.inner, &Part { value, trace, present: false }), || step(written));
        match self.variant {
            Some(variant) => trace.step(result, || Step::Field(variant)),
            None => result,
        }
    }
}

macro_rules! elements {
    ($($compound:ident::$method:ident),+ $(,)?) => {$(
        impl<C: ser::$compound> ser::$compound for Parts<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
                self.write(value, Step::Index, |inner, part| inner.$method(part))
            }

            fn end(self) -> Result<C::Ok, C::Error> { self.inner.end() }
        }
    )+};
}

elements! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}

macro_rules! fields {
    ($($compound:ident),+) => {$(
        impl<C: ser::$compound> ser::$compound for Parts<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), C::Error> {
                self.write(value, |_| Step::Field(name), |inner, part| inner.serialize_field(name, part))
            }

            fn end(self) -> Result<C::Ok, C::Error> { self.inner.end() }
        }
    )+};
}

fields!(SerializeStruct, SerializeStructVariant);

impl<C: ser::SerializeMap> ser::SerializeMap for Parts<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    // A key that JSON can't hold, a float that is no number included, is refused by serde_json.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.inner.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.write(value, Step::Index, C::serialize_value)
    }

    fn serialize_entry<K: Serialize + ?Sized, T: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &T,
    ) -> Result<(), C::Error> {
        let step = |index| serde_json::to_string(key).map_or(Step::Index(index), Step::Key);
        self.write(value, step, |inner, part| inner.serialize_entry(key, part))
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}
