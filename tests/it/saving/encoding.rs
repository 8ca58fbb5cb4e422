//! What is accepted for storing is read again as it was; what can't be is refused and named.

use std::collections::BTreeMap;

use cqrs_runtime::dispatch::{CommandError, CommandOptions, Dispatcher};
use cqrs_runtime::json::EncodeError;
use cqrs_runtime::metadata::CommandMetadata;
use cqrs_runtime::prelude::*;
use cqrs_runtime::repository::{Repository, SaveError};
use cqrs_runtime::store::EventStore;
use proptest::prelude::*;

#[derive(Id)]
struct ProbeId(Uuid);

/// A value that is there and a value that is not look alike within another option.
#[derive(Value)]
struct Reading(Option<i64>);

#[derive(Value)]
enum Sample {
    Missing,
    Exact(f64),
    Spread { low: f32, high: f32 },
}

/// Each shape that may be lost in JSON.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Measured {
    value: f64,
    small: f32,
    maybe: Option<f64>,
    reading: Reading,
    samples: Vec<Sample>,
    named: BTreeMap<String, Option<f64>>,
    numbered: BTreeMap<i64, (u64, Option<bool>)>,
    free: serde_json::Value,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
struct Measure {
    #[command(id)]
    probe: ProbeId,
    value: f64,
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
enum Never {}

#[derive(Aggregate, Clone, Debug, PartialEq)]
#[aggregate(id = ProbeId, events(Measured), commands(create(Measure)), error = Never)]
struct Probe;

impl Init<Measured> for Probe {
    fn init(_: &Measured) -> Self {
        Self
    }
}

impl Create<Measure> for Probe {
    fn create(command: Measure, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(Measured { value: command.value, ..nothing() }.into())
    }
}

fn nothing() -> Measured {
    Measured {
        value: 0.0,
        small: 0.0,
        maybe: None,
        reading: Reading(None),
        samples: Vec::new(),
        named: BTreeMap::new(),
        numbered: BTreeMap::new(),
        free: serde_json::Value::Null,
    }
}

fn sample() -> impl Strategy<Value = Sample> {
    let spread = (any::<f32>(), any::<f32>()).prop_map(|(low, high)| Sample::Spread { low, high });
    prop_oneof![Just(Sample::Missing), any::<f64>().prop_map(Sample::Exact), spread]
}

fn free() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![
        Just(serde_json::Value::Null),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".*".prop_map(Into::into),
    ]
}

fn measured() -> impl Strategy<Value = Measured> {
    let float = any::<f64>();
    let floats = (float, any::<f32>(), proptest::option::of(float), any::<Option<i64>>().prop_map(Reading));
    let samples = proptest::collection::vec(sample(), 0..3);
    let named = proptest::collection::btree_map(".*", proptest::option::of(float), 0..3);
    let numbered = proptest::collection::btree_map(any::<i64>(), any::<(u64, Option<bool>)>(), 0..3);
    (floats, samples, named, numbered, free()).prop_map(
        |((value, small, maybe, reading), samples, named, numbered, free)| Measured {
            value,
            small,
            maybe,
            reading,
            samples,
            named,
            numbered,
            free,
        },
    )
}

proptest! {
    #[test]
    fn what_is_accepted_is_read_again_as_it_was(event in measured()) {
        let written = ProbeEvent::from(event.clone());
        let payload = written.payload().expect("every float is a number");
        let read = ProbeEvent::decode(&crate::derive::raw("Measured", 1, &payload)).expect("it is read");
        prop_assert_eq!(read, Parts::One(written));
    }

    #[test]
    fn a_float_that_is_no_number_is_never_accepted(mut event in measured(), at in 0..5, sign in any::<bool>()) {
        let lost = [f64::NAN, f64::INFINITY][usize::from(sign)];
        match at {
            0 => event.value = lost,
            1 => event.maybe = Some(lost),
            2 => event.samples.push(Sample::Exact(lost)),
            3 => event.small = if sign { f32::NEG_INFINITY } else { f32::NAN },
            _ => _ = event.named.insert("lost".to_owned(), Some(lost)),
        }
        let refused = ProbeEvent::from(event).payload();
        prop_assert!(matches!(refused, Err(EncodeError::NotFinite { .. })), "{:?}", refused);
    }
}

fn id() -> ProbeId {
    Uuid::from_u128(1).into()
}

#[tokio::test]
async fn an_event_that_would_be_lost_is_not_saved() {
    let probes = Repository::<Probe>::new(EventStore::memory());
    let new = probes.load(&id()).await.unwrap();
    let lost = Measured { samples: vec![Sample::Missing, Sample::Exact(f64::NAN)], ..nothing() };
    let error = probes.save(new, lost.into(), &CommandMetadata::default()).await.unwrap_err();
    assert!(!error.is_retryable());
    let SaveError::Encode { name: "Measured", source } = error else { panic!("{error:?}") };
    assert_eq!(source.to_string(), "`samples[1].Exact` is NaN, for which JSON has no form");
    assert_eq!(probes.store().head().await.unwrap().position, 0);
}

#[tokio::test]
async fn a_command_that_could_not_be_recognised_is_not_executed() {
    let probes = Dispatcher::<Probe>::new(EventStore::memory());
    let command = Measure { probe: id(), value: f64::INFINITY };
    let error = probes.dispatch_with(command, CommandOptions::new().idempotency_key("k")).await.unwrap_err();
    assert!(matches!(&error, CommandError::Encode(source) if source.path().to_string() == "`value`"), "{error:?}");
    assert_eq!(probes.repository().store().head().await.unwrap().position, 0);
}
