//! A client's integer is accepted exactly when it fits; else the client reads which ones do.

use std::fmt::{Debug, Display};

use cqrs_runtime::api::ApiError;
use cqrs_runtime::prelude::*;
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::given;

/// Integers of all sizes, many of them at the ends of a type.
fn number() -> impl Strategy<Value = i128> {
    let ends = [0, 1 << 7, 1 << 8, 1 << 15, 1 << 16, 1 << 31, 1 << 32, 1 << 63, 1 << 64];
    let near = (prop::sample::select(ends.to_vec()), -2_i128..=2, any::<bool>());
    let near = near.prop_map(|(end, off, negative)| if negative { off - end } else { end + off });
    prop_oneof![near, any::<i64>().prop_map(i128::from), any::<u64>().prop_map(i128::from)]
}

/// The same as JSON, where JSON has it as an integer.
fn written(number: i128) -> Option<Json> {
    i64::try_from(number).map(Json::from).or_else(|_| u64::try_from(number).map(Json::from)).ok()
}

fn check<T>(json: &Json, number: i128, least: impl Display, most: impl Display) -> Result<(), TestCaseError>
where
    T: Value + DeserializeOwned + TryFrom<i128> + PartialEq + Debug,
{
    let found = given::<Vec<T>>(json!([json]));
    if let Ok(number) = T::try_from(number) {
        prop_assert_eq!(found, Ok(vec![number]));
    } else {
        let Err(ApiError { path, message }) = found else { panic!("{found:?} is accepted") };
        prop_assert_eq!(path, ["0"]);
        prop_assert!(message.contains(&format!(" from {least} to {most} is expected")), "{}", message);
    }
    Ok(())
}

macro_rules! check {
    ($json:expr, $number:expr, $($ty:ident),+) => {
        $(check::<$ty>($json, $number, $ty::MIN, $ty::MAX)?;)+
    };
}

proptest! {
    #[test]
    fn what_fits_is_accepted_and_nothing_else(number in number()) {
        if let Some(json) = written(number) {
            check!(&json, number, i8, i16, i32, i64, u8, u16, u32, u64);
        }
        check!(&json!(number.to_string()), number, i64, u32, u64);
    }
}

#[test]
fn what_is_no_integer_does_not_fit() {
    let refused = |json: Json| given::<i8>(json).map_err(|error| error.message);
    for json in [json!("1"), json!(1.0), json!(1e3), json!(true), json!(null)] {
        assert_eq!(refused(json.clone()), Err("a number from -128 to 127 is expected".to_owned()), "{json}");
    }
    for json in [json!("1.0"), json!(1.0), json!(""), json!("-"), json!([1]), json!(null)] {
        let refused = given::<u32>(json.clone()).map_err(|error| error.message);
        let expected = "an integer from 0 to 4294967295 is expected, as a text of digits or a number";
        assert_eq!(refused, Err(expected.to_owned()), "{json}");
    }
}
