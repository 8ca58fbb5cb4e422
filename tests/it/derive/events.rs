//! Versions of events, in both spellings.

use cqrs_runtime::event::DecodeError;
use cqrs_runtime::prelude::*;
use cqrs_runtime::schema::{Definition, Shapes};

use super::raw;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct AccountClosed;

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 3, previous = MoneyDepositedV2)]
pub(super) struct MoneyDeposited {
    cents: i64,
    by: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "MoneyDeposited", version = 2, previous = MoneyDepositedV1)]
struct MoneyDepositedV2 {
    cents: i64,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "MoneyDeposited")]
struct MoneyDepositedV1 {
    amount: f64,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is no amount of money")]
struct NoAmount(f64);

impl TryFrom<MoneyDepositedV1> for MoneyDepositedV2 {
    type Error = NoAmount;

    fn try_from(old: MoneyDepositedV1) -> Result<Self, NoAmount> {
        let cents = format!("{:.0}", old.amount * 100.0);
        cents.parse().map(|cents| Self { cents }).map_err(|_| NoAmount(old.amount))
    }
}

/// With the metadata; a deposit of nothing never happened, and a large one is told as two.
impl Upcast<MoneyDepositedV2> for MoneyDeposited {
    fn upcast(old: MoneyDepositedV2, cx: &UpcastContext<'_>) -> Result<Parts<Self>, UpcastError> {
        let by = cx.metadata()?.principal;
        let part = |cents| Self { cents, by: by.clone() };
        Ok(match old.cents {
            0 => Parts::Many(Vec::new()),
            1_000_000.. => Parts::Many(vec![part(1_000_000), part(old.cents - 1_000_000)]),
            cents => Parts::One(part(cents)),
        })
    }
}

fn deposits(version: u32, payload: &str) -> Vec<i64> {
    let parts = MoneyDeposited::decode(&raw("MoneyDeposited", version, payload)).expect("it decodes");
    parts.into_iter().map(|event| event.cents).collect()
}

#[test]
fn every_version_of_a_chain_decodes() {
    assert_eq!(deposits(1, r#"{"amount":12.5}"#), [1250]);
    assert_eq!(deposits(2, r#"{"cents":1250}"#), [1250]);
    assert_eq!(deposits(3, r#"{"cents":1250,"by":"ada"}"#), [1250]);
}

#[test]
fn one_stored_event_becomes_none_or_several() {
    assert_eq!(deposits(2, r#"{"cents":0}"#), [] as [i64; 0]);
    assert_eq!(deposits(1, r#"{"amount":10005}"#), [1_000_000, 500]);
}

#[test]
fn an_upcaster_sees_the_metadata() {
    let parts = MoneyDeposited::decode(&raw("MoneyDeposited", 2, r#"{"cents":1}"#)).expect("it decodes");
    assert_eq!(parts, Parts::One(MoneyDeposited { cents: 1, by: "grace".into() }));
}

#[test]
fn what_does_not_decode_says_why() {
    let decode = |version, payload| MoneyDeposited::decode(&raw("MoneyDeposited", version, payload)).err();
    assert!(matches!(decode(4, "{}"), Some(DecodeError::UnknownVersion { latest: 3 })));
    assert!(matches!(decode(0, "{}"), Some(DecodeError::UnknownVersion { latest: 3 })));
    assert!(matches!(decode(1, r#"{"cents":1}"#), Some(DecodeError::Payload(_))));
    assert!(matches!(decode(1, r#"{"amount":1e300}"#), Some(DecodeError::Upcast { from: 1, .. })));
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 4, removed(legacy: Option<bool>, until = 2))]
#[serde(rename_all = "camelCase")]
struct EmailChanged {
    #[event(was = "mail", until = 2)]
    new_email: String,
    #[event(since = 2, default = "unknown")]
    changed_by: String,
    #[event(since = 3, default)]
    confirmed: bool,
    #[event(was = "n", until = 3)]
    #[event(until = 4, ty = f64, with = whole)]
    #[serde(rename = "tries")]
    attempts: i64,
    #[event(until = 3, ty = u32)]
    score: i64,
}

fn whole(number: f64) -> Result<i64, std::num::ParseIntError> {
    format!("{number}").parse()
}

fn email(version: u32, payload: &str) -> Result<EmailChanged, DecodeError> {
    Ok(EmailChanged::decode(&raw("EmailChanged", version, payload))?.into_iter().next().expect("one event"))
}

#[test]
fn annotated_fields_decode_in_every_version() {
    let expected = EmailChanged {
        new_email: "a@b.c".into(),
        changed_by: "unknown".into(),
        confirmed: false,
        attempts: 3,
        score: 9,
    };
    let first = email(1, r#"{"mail":"a@b.c","legacy":true,"n":3.0,"score":9}"#).expect("version 1");
    assert_eq!(first, expected);
    let second = email(2, r#"{"newEmail":"a@b.c","changedBy":"ada","n":3.0,"score":9}"#).expect("version 2");
    assert_eq!(second, EmailChanged { changed_by: "ada".into(), ..expected.clone() });
    let third = r#"{"newEmail":"a@b.c","changedBy":"ada","confirmed":true,"tries":3.0,"score":9}"#;
    let third = email(3, third).expect("version 3");
    assert_eq!(third, EmailChanged { changed_by: "ada".into(), confirmed: true, ..expected });
    let written = serde_json::to_string(&third).expect("it is JSON");
    assert_eq!(written, r#"{"newEmail":"a@b.c","changedBy":"ada","confirmed":true,"tries":3,"score":9}"#);
    assert_eq!(email(4, &written).expect("version 4"), third);
}

#[test]
fn a_conversion_of_a_field_may_refuse() {
    let third = r#"{"newEmail":"a@b.c","changedBy":"ada","confirmed":true,"tries":3.5,"score":9}"#;
    assert!(matches!(email(3, third), Err(DecodeError::Upcast { from: 3, .. })));
}

#[test]
fn history_tells_every_version_as_it_is_stored() {
    let told: Vec<_> = EmailChanged::history(&mut Shapes::default()).iter().map(|v| told(&v.definition)).collect();
    assert_eq!(
        told,
        [
            "mail: text, n: f64, score: u32, legacy: bool?",
            "newEmail: text, changedBy: text, n: f64, score: u32",
            "newEmail: text, changedBy: text, confirmed: bool, tries: f64, score: i64",
            "newEmail: text, changedBy: text, confirmed: bool, tries: i64, score: i64",
        ]
    );
    let versions: Vec<_> = MoneyDeposited::history(&mut Shapes::default()).iter().map(|v| v.version).collect();
    assert_eq!(versions, [1, 2, 3]);
}

fn told(definition: &Definition) -> String {
    let Definition::Record(fields) = definition else { return format!("{definition:?}") };
    fields.iter().map(|field| format!("{}: {}", field.name, field.shape)).collect::<Vec<_>>().join(", ")
}

#[test]
fn an_event_without_fields_reads_null_and_an_empty_object() {
    for payload in ["null", "{}"] {
        let decoded = AccountClosed::decode(&raw("AccountClosed", 1, payload)).expect("it decodes");
        assert_eq!(decoded, Parts::One(AccountClosed));
    }
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2)]
struct Renewed {
    #[event(since = 2, default = 1 + 1)]
    years: u32,
}

#[test]
fn the_first_fields_come_with_a_version() {
    for payload in ["null", "{}"] {
        let decoded = Renewed::decode(&raw("Renewed", 1, payload)).expect("it decodes");
        assert_eq!(decoded, Parts::One(Renewed { years: 2 }));
    }
}
