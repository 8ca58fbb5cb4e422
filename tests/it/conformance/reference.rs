//! Random batches against the same appends one by one on the reference in memory: verdicts, versions, times and logs
//! are equal.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::event::RawEvent;
use cqrs_runtime::store::{
    Append, Appended, Backend, Claim, ClaimChange, EventQuery, ExpectedVersion, MemoryBackend, NewEvent, Receipt,
    ReceiptAnswer, ReceiptKey, StoredEvent, StreamKey, Verdict,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use crate::database::Database;

const STREAMS: u8 = 4;
const CLAIMS: u8 = 3;
const RECEIPTS: u8 = 6;

/// An append, small enough for collisions to be frequent.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    stream: u8,
    expected: u8,
    /// Numbers of event ids; few of them are repeated.
    events: Vec<u8>,
    payload: u8,
    second: i64,
    claims: Vec<(u8, bool)>,
    receipt: Option<(u8, u8)>,
    /// Sends an earlier append of the log again, or a part of it.
    again: Option<(usize, usize)>,
}

pub(crate) fn plans() -> impl Strategy<Value = Vec<Vec<Plan>>> {
    let again = prop::option::weighted(0.25, (0..40_usize, 0..3_usize));
    let plan = (
        (0..STREAMS, 0..8_u8, vec(0..120_u8, 0..4), prop::bool::weighted(0.1)),
        (0..40_i64, vec((0..CLAIMS, any::<bool>()), 0..3), prop::option::weighted(0.3, (0..RECEIPTS, 0..3_u8)), again),
    );
    let plan = plan.prop_map(|((stream, expected, events, changed), (second, claims, receipt, again))| Plan {
        stream,
        expected,
        events,
        payload: u8::from(changed),
        second,
        claims,
        receipt,
        again,
    });
    vec(vec(plan, 1..12), 1..12)
}

/// What tells the cases in one database apart: ids and tenants of their own.
#[derive(Clone, Copy)]
pub(crate) struct Case(pub(crate) u64);

impl Case {
    /// Two tenants share types and ids.
    fn tenants(self) -> [String; 2] {
        ["a", "b"].map(|tenant| format!("{tenant}{}", self.0))
    }

    fn stream(self, number: u8) -> StreamKey {
        let [one, other] = self.tenants();
        StreamKey::new("Account", format!("{}", number / 2)).of_tenant(if number.is_multiple_of(2) {
            one
        } else {
            other
        })
    }
}

fn at(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(1_700_000_000 + second)
}

fn expected(number: u8) -> ExpectedVersion {
    match number {
        0..=2 => ExpectedVersion::Any,
        3 => ExpectedVersion::Exists,
        4 => ExpectedVersion::NoStream,
        version => ExpectedVersion::Exact(u64::from(version - 5) * 2),
    }
}

impl Plan {
    /// The append, with what its batch has used already left out.
    pub(crate) fn append(&self, case: Case, sent: &[Append], used: &mut Used) -> Append {
        let stream = case.stream(self.stream);
        let mut append = Append {
            recorded_at: at(self.second),
            principal: "ada".to_owned(),
            receipt: self.receipt.map(|(key, answer)| receipt(&stream, key, answer)),
            ..Append::new(
                stream.clone(),
                expected(self.expected),
                self.events.iter().map(|id| self.event(case, *id)).collect(),
            )
        };
        if let Some((index, skipped)) = self.again
            && let Some(earlier) = sent.get(index)
        {
            append.stream = earlier.stream.clone();
            append.events = earlier.events.iter().skip(skipped).cloned().collect();
            append.receipt = None;
        }
        append.events.retain(|event| used.ids.insert(event.id));
        let nothing = append.events.is_empty();
        let is_valid = |receipt: &Receipt| !nothing || !matches!(receipt.answer, ReceiptAnswer::Events { .. });
        append.receipt =
            append.receipt.filter(|receipt| is_valid(receipt) && used.receipts.insert(receipt.key.clone()));
        for (claim, takes) in &self.claims {
            let claim = Claim::new("email", format!("{claim}"));
            if used.claims.insert((append.stream.tenant.clone(), claim.clone())) {
                append.claims.push(if *takes { ClaimChange::Take(claim) } else { ClaimChange::Release(claim) });
            }
        }
        append
    }

    fn event(&self, case: Case, id: u8) -> NewEvent {
        NewEvent {
            id: Uuid::from_u64_pair(case.0, u64::from(id)),
            name: if self.payload == 0 { "Deposited".into() } else { "Withdrawn".into() },
            schema_version: 1,
            payload: format!(r#"{{"n":{}}}"#, self.payload),
        }
    }
}

/// What may not stand twice in a batch.
#[derive(Default)]
pub(crate) struct Used {
    ids: HashSet<Uuid>,
    claims: HashSet<(String, Claim)>,
    receipts: HashSet<ReceiptKey>,
}

fn receipt(stream: &StreamKey, key: u8, answer: u8) -> Receipt {
    let answer = match answer {
        0 => ReceiptAnswer::Events { first: 0, last: 0 },
        1 => ReceiptAnswer::Nothing { version: 3 },
        _ => ReceiptAnswer::Refused { version: 4, error: r#"{"code":"NO"}"#.to_owned() },
    };
    let key = ReceiptKey {
        tenant: stream.tenant.clone(),
        principal: "ada".to_owned(),
        command: "Deposit".into(),
        key: format!("{key}"),
    };
    Receipt { key, input_hash: [answer_byte(&answer); 32], stream: stream.clone(), answer }
}

fn answer_byte(answer: &ReceiptAnswer) -> u8 {
    if matches!(answer, ReceiptAnswer::Events { .. }) { 1 } else { 2 }
}

/// Positions may have gaps on a server: they are compared by rank.
pub(crate) fn without_position(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Appended(appended) => {
            Verdict::Appended(Appended { position: appended.position.map(|_| 1), ..appended })
        }
        other => other,
    }
}

pub(crate) async fn log(backend: &dyn Backend, case: Case) -> Vec<StoredEvent> {
    let mut events = Vec::new();
    for tenant in case.tenants() {
        let sink = &mut |event: RawEvent<'_>| {
            events.push(StoredEvent::from(event));
            ControlFlow::Continue(())
        };
        backend.read(&EventQuery::log().tenant(tenant), sink).await.unwrap();
    }
    events.sort_by_key(|event| event.position);
    for (rank, event) in (1..).zip(&mut events) {
        event.position = rank;
    }
    events
}

async fn judged_alike(backend: &dyn Backend, case: Case, batches: &[Vec<Plan>]) {
    let reference = MemoryBackend::default();
    let mut sent = Vec::new();
    for plans in batches {
        let mut used = Used::default();
        let batch: Vec<Append> = plans.iter().map(|plan| plan.append(case, &sent, &mut used)).collect();
        let verdicts = backend.commit(Uuid::now_v7(), &batch).await.unwrap();
        assert_eq!(verdicts.len(), batch.len());
        for (append, verdict) in batch.iter().zip(verdicts) {
            let alone = reference.commit(Uuid::now_v7(), std::slice::from_ref(append)).await.unwrap().remove(0);
            assert_eq!(without_position(verdict), without_position(alone), "{append:?}");
        }
        sent.extend(batch.into_iter().filter(|append| !append.events.is_empty()));
    }
    assert_eq!(log(backend, case).await, log(&reference, case).await);
    for number in 0..STREAMS {
        let stream = case.stream(number);
        for claim in (0..CLAIMS).map(|claim| Claim::new("email", format!("{claim}"))) {
            let holder = backend.claim_holder(&stream.tenant, &claim).await.unwrap();
            assert_eq!(holder, reference.claim_holder(&stream.tenant, &claim).await.unwrap());
        }
        for key in (0..RECEIPTS).map(|key| receipt(&stream, key, 0).key) {
            assert_eq!(backend.receipt(&key).await.unwrap(), reference.receipt(&key).await.unwrap());
        }
    }
}

fn check(database: impl Future<Output = Database>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let database = runtime.block_on(database);
    let backend = runtime.block_on(open(&database.url, &Options::default())).unwrap();
    let cases = AtomicU64::new(1);
    let config = Config { cases: 200, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&plans(), |batches| {
        let case = Case(cases.fetch_add(1, Ordering::Relaxed));
        runtime.block_on(judged_alike(&*backend, case, &batches));
        Ok(())
    });
    runtime.block_on(backend.close());
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn sqlite_judges_like_the_reference() {
    check(std::future::ready(Database::sqlite()));
}

#[test]
fn postgres_judges_like_the_reference() {
    check(Database::postgres());
}
