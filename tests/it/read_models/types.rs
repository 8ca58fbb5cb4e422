//! Values of every type that a column can have.

use chrono::TimeDelta;
use cqrs_runtime::prelude::*;
use proptest::prelude::*;

#[derive(Id)]
pub(super) struct RowId(pub(super) Uuid);

#[derive(Id)]
pub(super) struct Code(pub(super) String);

#[derive(Id)]
pub(super) struct Seat(pub(super) i32);

#[derive(Id)]
pub(super) struct Ticket(pub(super) u64);

#[derive(Value, Copy, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Status {
    Open,
    Closed,
    #[serde(rename = "by \"hand\"")]
    Other,
}

#[derive(Value)]
#[value(columns)]
pub(super) struct Money {
    pub(super) amount: Decimal,
    #[serde(rename = "in")]
    pub(super) currency: Option<String>,
    pub(super) at: Option<DateTime<Utc>>,
}

/// One field only, and in a column of its own.
#[derive(Value)]
#[value(columns)]
pub(super) struct Rate {
    pub(super) stars: u64,
}

#[derive(Value)]
#[value(columns)]
pub(super) struct Noted {
    pub(super) id: i64,
    pub(super) notes: Vec<Note>,
    pub(super) last: Option<Note>,
}

#[derive(Value)]
pub(super) struct Label(pub(super) Option<String>);

#[derive(Value)]
pub(super) struct Price(pub(super) Money);

#[derive(Value)]
pub(super) enum Note {
    Empty,
    Text(String),
    Measured { value: f64, at: DateTime<Utc> },
}

pub(super) struct Text;

impl Adapter<TimeDelta> for Text {
    type Stored = i64;
    type Error = std::convert::Infallible;

    fn store(value: &TimeDelta) -> i64 {
        value.num_seconds()
    }

    fn restore(stored: i64) -> Result<TimeDelta, Self::Error> {
        Ok(TimeDelta::seconds(stored))
    }
}

#[derive(Value)]
#[value(with = Text)]
pub(super) struct Delay(pub(super) TimeDelta);

/// Texts of all characters but NUL, which no database takes.
pub(super) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>().prop_map(|text| text.replace('\0', "\u{1}")),
        proptest::string::string_regex("[\\x01-\\x7f]{0,4}").expect("a regular expression"),
    ]
}

/// Decimals of all lengths, near each other and far apart, zeros behind the point among them.
pub(super) fn decimal() -> impl Strategy<Value = Decimal> {
    const MANTISSA: i128 = (1 << 96) - 1;
    prop_oneof![
        (-MANTISSA..=MANTISSA, 0_u32..=28).prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale)),
        (-20_000_i128..=20_000, 0_u32..=5).prop_map(|(digits, scale)| Decimal::from_i128_with_scale(digits, scale)),
        Just(-Decimal::ZERO),
        Just(Decimal::MAX),
        Just(Decimal::MIN),
    ]
}

/// Moments from the year 1 to the year 9999, in nanoseconds, leap seconds among them.
pub(super) fn time() -> impl Strategy<Value = DateTime<Utc>> {
    const FIRST: i64 = -62_135_596_800;
    const LAST: i64 = 253_402_300_799;
    let at = |(second, nanos)| DateTime::from_timestamp(second, nanos).expect("within its years");
    prop_oneof![
        (FIRST..=LAST, 0_u32..1_000_000_000).prop_map(at),
        (-100_i64..=100, 0_u32..3_000).prop_map(at),
        (FIRST / 60..LAST / 60, 1_000_000_000_u32..2_000_000_000)
            .prop_map(move |(minute, n)| at((minute * 60 + 59, n))),
    ]
}

pub(super) fn date() -> impl Strategy<Value = NaiveDate> {
    time().prop_map(|time| time.date_naive())
}

pub(super) fn status() -> impl Strategy<Value = Status> {
    prop_oneof![Just(Status::Open), Just(Status::Closed), Just(Status::Other)]
}

pub(super) fn uuid() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

pub(super) fn code() -> impl Strategy<Value = Code> {
    "[^\\p{Cc}]{1,20}".prop_filter_map("not an id", |text| Code::try_from(text).ok())
}

pub(super) fn money() -> impl Strategy<Value = Money> {
    let parts = (decimal(), proptest::option::of(text()), proptest::option::of(time()));
    parts.prop_map(|(amount, currency, at)| Money { amount, currency, at })
}

pub(super) fn note() -> impl Strategy<Value = Note> {
    let measured = (any::<f64>().prop_filter("JSON has no other numbers", |value| value.is_finite()), time());
    prop_oneof![
        Just(Note::Empty),
        text().prop_map(Note::Text),
        measured.prop_map(|(value, at)| Note::Measured { value, at }),
    ]
}

pub(super) fn noted() -> impl Strategy<Value = Noted> {
    let notes = (any::<i64>(), proptest::collection::vec(note(), 0..3), proptest::option::of(note()));
    notes.prop_map(|(id, notes, last)| Noted { id, notes, last })
}
