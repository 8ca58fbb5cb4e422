use std::fmt;

use serde_json::Number;

/// The integers from one to another: `-128 to 127`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntegerRange {
    least: i64,
    most: u64,
}

impl IntegerRange {
    /// Those of an `i8`.
    pub const I8: Self = Self::signed(8);
    /// Those of an `i16`.
    pub const I16: Self = Self::signed(16);
    /// Those of an `i32`.
    pub const I32: Self = Self::signed(32);
    /// Those of an `i64`.
    pub const I64: Self = Self::signed(64);
    /// Those of an `u8`.
    pub const U8: Self = Self::unsigned(8);
    /// Those of an `u16`.
    pub const U16: Self = Self::unsigned(16);
    /// Those of an `u32`.
    pub const U32: Self = Self::unsigned(32);
    /// Those of an `u64`.
    pub const U64: Self = Self::unsigned(64);
    /// Those of 64 bits, with a sign or without.
    pub const ANY: Self = Self { least: i64::MIN, most: u64::MAX };

    const fn signed(bits: u32) -> Self {
        Self { least: i64::MIN >> (64 - bits), most: i64::MAX.unsigned_abs() >> (64 - bits) }
    }

    const fn unsigned(bits: u32) -> Self {
        Self { least: 0, most: u64::MAX >> (64 - bits) }
    }

    /// Whether a number is one of them; one with a fraction, or in floating point, is not.
    #[must_use]
    pub fn contains(self, number: &Number) -> bool {
        match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number <= self.most,
            (None, Some(negative)) => negative >= self.least,
            (None, None) => false,
        }
    }
}

impl fmt::Display for IntegerRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.least, self.most)
    }
}
