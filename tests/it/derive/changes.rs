//! Several changes of one field: every version goes through all that came after it.

use cqrs_runtime::event::DecodeError;
use cqrs_runtime::prelude::*;
use cqrs_runtime::schema::{Definition, Shapes};

use super::raw;

fn decode<E: Event>(version: u32, payload: &str) -> Result<E, DecodeError> {
    Ok(E::decode(&raw(E::NAME, version, payload))?.into_iter().next().expect("one event"))
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 3)]
struct Paid {
    #[event(was = "amt", until = 2)]
    #[event(until = 3, ty = i64, with = dollars_to_cents)]
    amount: i64,
}

fn dollars_to_cents(dollars: i64) -> i64 {
    dollars * 100
}

#[test]
fn a_renamed_amount_that_changes_its_unit_later_does_so_in_all_versions_before() {
    assert_eq!(decode::<Paid>(1, r#"{"amt":12}"#).expect("version 1").amount, 12_00);
    assert_eq!(decode::<Paid>(2, r#"{"amount":12}"#).expect("version 2").amount, 12_00);
    assert_eq!(decode::<Paid>(3, r#"{"amount":12}"#).expect("version 3").amount, 12);
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 4)]
struct Weighed {
    #[event(until = 2, ty = String, with = parsed)]
    #[event(until = 3, ty = u8)]
    #[event(was = "kilos", until = 4, ty = u16, with = grams)]
    grams: u64,
    #[event(since = 2, default = "3")]
    #[event(until = 3, ty = String, with = parsed)]
    parcels: u8,
}

#[expect(clippy::needless_pass_by_value, reason = "a conversion takes the old value")]
fn parsed(text: String) -> Result<u8, std::num::ParseIntError> {
    text.parse()
}

fn grams(kilos: u16) -> u64 {
    u64::from(kilos) * 1_000
}

#[test]
fn each_conversion_takes_a_value_to_the_next_type() {
    let check = |version, payload, grams, parcels| {
        assert_eq!(decode::<Weighed>(version, payload).expect(payload), Weighed { grams, parcels }, "{payload}");
    };
    check(1, r#"{"kilos":"5"}"#, 5_000, 3);
    check(2, r#"{"kilos":5,"parcels":"4"}"#, 5_000, 4);
    check(3, r#"{"kilos":300,"parcels":4}"#, 300_000, 4);
    check(4, r#"{"grams":300,"parcels":4}"#, 300, 4);
    assert!(matches!(decode::<Weighed>(2, r#"{"kilos":300,"parcels":"4"}"#), Err(DecodeError::Payload(_))));
    assert!(matches!(decode::<Weighed>(1, r#"{"kilos":"?"}"#), Err(DecodeError::Upcast { from: 1, .. })));
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(
    version = 3,
    removed(legacy_flag: bool, until = 2),
    removed(old_note: String, was = "note", until = 2),
    removed(old_note: i64, since = 2, until = 3),
    removed(sender: String, until = 3)
)]
#[serde(rename_all = "camelCase")]
struct Noted {
    #[event(was = "from", until = 3)]
    sender: String,
}

#[test]
fn removed_fields_have_the_names_under_which_they_were_stored() {
    let noted = Noted { sender: "ada".into() };
    let first = r#"{"legacyFlag":true,"note":"n","sender":"bob","from":"ada"}"#;
    assert_eq!(decode::<Noted>(1, first).expect("version 1"), noted);
    let second = r#"{"oldNote":7,"sender":"bob","from":"ada"}"#;
    assert_eq!(decode::<Noted>(2, second).expect("version 2"), noted);
    assert_eq!(
        stored_names::<Noted>(),
        [vec!["from", "legacyFlag", "note", "sender"], vec!["from", "oldNote", "sender"], vec!["sender"]]
    );
}

fn stored_names<E: Event>() -> Vec<Vec<&'static str>> {
    let names = |definition| {
        let Definition::Record(fields) = definition else { panic!("an event is a record") };
        fields.into_iter().map(|field| field.name).collect()
    };
    E::history(&mut Shapes::default()).into_iter().map(|version| names(version.definition)).collect()
}

/// What versions 2, 3 and 4 did to a field.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Same,
    /// There is none before, and 7 instead.
    Came,
    /// It was called "first", "second" or "third" before.
    Renamed,
    /// Times ten, plus one, times three: in any other order they give another value.
    Converted,
    Both,
}

fn by_two(value: i64) -> i64 {
    value * 10
}

fn by_three(value: i64) -> i64 {
    value + 1
}

fn by_four(value: i64) -> i64 {
    value * 3
}

const NAMES: [&str; 4] = ["first", "second", "third", "value"];
const CONVERSIONS: [fn(i64) -> i64; 3] = [by_two, by_three, by_four];

/// Takes a field through its history one version after the other, as the derive does not.
fn check<E: Event>(steps: [Step; 3], value: fn(&E) -> i64) {
    for version in 1..=4 {
        let ahead = || (version - 1..3).map(|index| (index, steps[index]));
        let (mut stored, mut expected) = (Some(5), 5);
        for (index, step) in ahead() {
            match step {
                Step::Came => (stored, expected) = (None, 7),
                Step::Converted | Step::Both => expected = CONVERSIONS[index](expected),
                Step::Same | Step::Renamed => {}
            }
        }
        let renamed = ahead().find(|(_, step)| matches!(step, Step::Renamed | Step::Both));
        let name = renamed.map_or(NAMES[3], |(index, _)| NAMES[index]);
        let stored = stored.map_or_else(String::new, |stored| format!(",\"{name}\":{stored}"));
        let gone = ["gone", "left", "lost", "kept"][version - 1];
        let version = u32::try_from(version).expect("small");
        let payload = format!("{{\"{gone}\":0{stored}}}");
        let decoded = decode::<E>(version, &payload);
        let decoded = decoded.unwrap_or_else(|error| panic!("{steps:?}: version {version} of {payload}: {error:?}"));
        assert_eq!(value(&decoded), expected, "{steps:?}: version {version} of {payload}");
    }
}

/// Checks a field with the given steps.
macro_rules! history {
    ($two:ident $three:ident $four:ident) => {
        history!(@ [] ($two 2 "first" by_two) ($three 3 "second" by_three) ($four 4 "third" by_four) $two $three $four)
    };
    (@ [$($attr:tt)*] (Same $($_:tt)*) $($rest:tt)*) => {
        history!(@ [$($attr)*] $($rest)*)
    };
    (@ [$($attr:tt)*] (Came $version:tt $($_:tt)*) $($rest:tt)*) => {
        history!(@ [$($attr)* #[event(since = $version, default = 7)]] $($rest)*)
    };
    (@ [$($attr:tt)*] (Renamed $version:tt $was:tt $with:ident) $($rest:tt)*) => {
        history!(@ [$($attr)* #[event(was = $was, until = $version)]] $($rest)*)
    };
    (@ [$($attr:tt)*] (Converted $version:tt $was:tt $with:ident) $($rest:tt)*) => {
        history!(@ [$($attr)* #[event(until = $version, ty = i64, with = $with)]] $($rest)*)
    };
    (@ [$($attr:tt)*] (Both $version:tt $was:tt $with:ident) $($rest:tt)*) => {
        history!(@ [$($attr)* #[event(was = $was, until = $version, ty = i64, with = $with)]] $($rest)*)
    };
    (@ [$($attr:tt)*] $($step:ident)*) => {{
        #[derive(Event, Serialize, Deserialize)]
        #[event(
            version = 4,
            removed(gone: u8, until = 2),
            removed(left: u8, since = 2, until = 3),
            removed(lost: u8, since = 3, until = 4)
        )]
        struct Changed {
            $($attr)*
            value: i64,
            #[event(since = 4, default)]
            kept: u8,
        }
        check::<Changed>([$(Step::$step),*], |event| {
            assert_eq!(event.kept, 0);
            event.value
        });
    }};
}

/// Checks all histories that begin with the given steps.
macro_rules! histories {
    ($two:ident $three:ident $four:ident) => { history!($two $three $four); };
    ($($step:ident)*) => {
        histories!($($step)* Same);
        histories!($($step)* Renamed);
        histories!($($step)* Converted);
    };
}

#[test]
fn changes_compose_in_every_order() {
    histories!();
    histories!(Came);
    histories!(Same Came);
    history!(Same Same Came);
    history!(Both Same Both);
    history!(Both Both Both);
    history!(Came Both Renamed);
}
