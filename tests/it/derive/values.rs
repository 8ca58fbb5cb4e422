//! Ids and values: the traits that come along, and the stored shape.

use std::collections::HashSet;
use std::time::Duration;

use cqrs_runtime::id::ParseIdError;
use cqrs_runtime::prelude::*;
use cqrs_runtime::schema::{Definition, Shape, Shapes};

#[derive(Id)]
struct AccountId(Uuid);

#[derive(Id)]
struct Isbn(String);

#[derive(Id)]
struct Seat(i64);

#[test]
fn ids_have_one_text() {
    let id: AccountId = "0190163d-8694-739b-aea5-966c26f8ad91".parse().expect("a UUID");
    assert_eq!(id.to_string(), "0190163d-8694-739b-aea5-966c26f8ad91");
    let copy = id;
    assert_eq!(HashSet::from([id, copy]).len(), 1);
    assert_eq!(serde_json::to_string(&id).expect("JSON"), format!("\"{id}\""));
    assert_eq!(AccountId::from(Uuid::nil()), AccountId::generate(Uuid::nil()));
    assert_eq!("-12".parse::<Seat>(), Ok(Seat::from(-12)));
    assert!(Seat(2) < Seat(10));
    assert!(matches!("twelve".parse::<Seat>(), Err(ParseIdError::Integer(_))));
    assert!(matches!("0190163d".parse::<AccountId>(), Err(ParseIdError::Uuid(_))));
}

#[test]
fn a_text_id_is_checked_wherever_it_comes_from() {
    assert_eq!(Isbn::try_from("0-13").expect("a text").to_string(), "0-13");
    assert_eq!(Isbn::try_from(String::new()), Err(ParseIdError::Empty));
    assert_eq!("a\nb".parse::<Isbn>(), Err(ParseIdError::ControlCharacter { character: '\n' }));
    assert!(serde_json::from_str::<Isbn>("\"\"").is_err());
    assert_eq!(Isbn::generate(Uuid::nil()).to_string(), Uuid::nil().to_string());
}

#[derive(Value, Copy, Eq)]
#[serde(rename_all = "snake_case")]
enum Currency {
    UsDollar,
    #[serde(rename = "eur")]
    Euro,
}

#[derive(Value)]
struct Money {
    minor: i64,
    #[serde(rename = "cur")]
    currency: Currency,
}

#[derive(Value)]
struct Name(String);

#[derive(Value)]
enum Movement {
    None,
    Cash(Money),
    Transfer { to: Name, steps: Vec<Self> },
}

struct Millis;

impl Adapter<Duration> for Millis {
    type Stored = u64;
    type Error = std::convert::Infallible;

    fn store(value: &Duration) -> u64 {
        u64::try_from(value.as_millis()).unwrap_or(u64::MAX)
    }

    fn restore(stored: u64) -> Result<Duration, Self::Error> {
        Ok(Duration::from_millis(stored))
    }
}

#[derive(Value)]
#[value(with = Millis)]
pub(super) struct Timeout(Duration);

fn check<T: Value + Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T, json: &str) {
    assert_eq!(serde_json::to_string(value).expect("JSON"), json);
    assert_eq!(&serde_json::from_str::<T>(json).expect("it reads back"), value);
}

#[test]
fn values_are_stored_as_they_are_written() {
    check(&Currency::UsDollar, r#""us_dollar""#);
    check(&Money { minor: 5, currency: Currency::Euro }, r#"{"minor":5,"cur":"eur"}"#);
    check(&Name("ada".into()), r#""ada""#);
    let steps = vec![Movement::None, Movement::Cash(Money { minor: 1, currency: Currency::Euro })];
    let transfer = Movement::Transfer { to: Name("ada".into()), steps };
    check(&transfer, r#"{"Transfer":{"to":"ada","steps":["None",{"Cash":{"minor":1,"cur":"eur"}}]}}"#);
    check(&Timeout(Duration::from_millis(1500)), "1500");
}

#[test]
fn values_have_the_standard_traits() {
    let transfer = Movement::Transfer { to: Name("ada".into()), steps: vec![Movement::None] };
    assert_eq!(transfer.clone(), transfer);
    assert_ne!(transfer, Movement::None);
    assert_eq!(format!("{transfer:?}"), r#"Transfer { to: Name("ada"), steps: [None] }"#);
}

#[test]
fn shapes_carry_the_stored_names() {
    let mut shapes = Shapes::default();
    assert_eq!(Movement::shape(&mut shapes), Shape::Named("Movement"));
    Timeout::shape(&mut shapes);
    AccountId::shape(&mut shapes);
    let definitions: Vec<_> = shapes.definitions().collect();
    let field = |name, shape| cqrs_runtime::schema::Field { name, shape };
    let transfer =
        vec![field("to", Shape::Named("Name")), field("steps", Shape::List(Box::new(Shape::Named("Movement"))))];
    assert_eq!(
        definitions,
        [
            ("AccountId", &Definition::Alias(Shape::Scalar("uuid"))),
            ("Currency", &Definition::Choice(vec![("us_dollar", None), ("eur", None)])),
            (
                "Money",
                &Definition::Record(vec![field("minor", Shape::Scalar("i64")), field("cur", Shape::Named("Currency"))])
            ),
            (
                "Movement",
                &Definition::Choice(vec![
                    ("None", None),
                    ("Cash", Some(Definition::Alias(Shape::Named("Money")))),
                    ("Transfer", Some(Definition::Record(transfer))),
                ])
            ),
            ("Name", &Definition::Alias(Shape::Scalar("text"))),
            ("Timeout", &Definition::Alias(Shape::Scalar("u64"))),
        ]
    );
}
