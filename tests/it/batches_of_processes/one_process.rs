//! Random appends submitted together to one store, against the same ones, one by one, on the reference in memory.

use std::cell::Cell;
use std::collections::HashMap;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::store::{
    Append, AppendError, Appended, Backend, EventStore, MemoryBackend, StoreError, Verdict, WriterOptions,
};
use cqrs_tests::appending::REFUSED;
use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use uuid::Uuid;

use super::recorder::Recorder;
use crate::conformance::reference::{Case, Plan, Used, log, plans, without_position};
use crate::database::Database;
use crate::refusing;

const CASES: u32 = 100;

/// The reference, which refuses what the test's databases refuse.
#[derive(Default)]
struct Reference {
    log: MemoryBackend,
    accepted: Vec<Append>,
}

impl Reference {
    /// The verdict on `append` alone; `None` where the database refuses it.
    async fn judge(&mut self, append: &Append) -> Option<Verdict> {
        if append.events.iter().any(|event| event.payload == REFUSED) {
            let copy = MemoryBackend::default();
            copy.commit(Uuid::now_v7(), &self.accepted).await.unwrap();
            let verdict = one(&copy, append).await;
            return Some(verdict).filter(|verdict| !is_new(verdict));
        }
        let verdict = one(&self.log, append).await;
        if is_new(&verdict) {
            self.accepted.push(append.clone());
        }
        Some(verdict)
    }
}

async fn one(backend: &MemoryBackend, append: &Append) -> Verdict {
    backend.commit(Uuid::now_v7(), std::slice::from_ref(append)).await.unwrap().remove(0)
}

fn is_new(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Appended(Appended { repeated: false, .. }))
}

/// What the store has answered, as a verdict; `None` where the database refused the append.
fn verdict(answer: Result<Appended, AppendError>) -> Option<Verdict> {
    match answer {
        Ok(appended) => Some(Verdict::Appended(appended)),
        Err(AppendError::EventIdReused { id }) => Some(Verdict::EventIdReused { id }),
        Err(AppendError::AlreadyAnswered(receipt)) => Some(Verdict::Receipted(*receipt)),
        Err(AppendError::AlreadyTaken { claim, holder }) => Some(Verdict::ClaimTaken { claim, holder }),
        Err(AppendError::Conflict { actual, .. }) => Some(Verdict::Conflict { actual }),
        Err(AppendError::Store(error)) if matches!(*error, StoreError::Refused(_)) => None,
        Err(other) => panic!("{other:?}"),
    }
}

/// The appends of a plan, told apart by their correlation ids; those at `refused` carry data that is refused.
fn appends(case: Case, plans: &[Plan], sent: &[Append], refused: &[Index]) -> Vec<Append> {
    let mut appends: Vec<_> = plans.iter().map(|plan| plan.append(case, sent, &mut Used::default())).collect();
    for index in refused {
        let number = index.index(appends.len());
        if let Some(last) = appends[number].events.last_mut() {
            REFUSED.clone_into(&mut last.payload);
        }
    }
    for append in &mut appends {
        append.correlation_id = Uuid::now_v7();
    }
    appends
}

async fn judged_as_alone(
    store: &EventStore,
    recorder: &Recorder,
    case: Case,
    (waves, refused): (Vec<Vec<Plan>>, Vec<Vec<Index>>),
) -> Result<(), TestCaseError> {
    let (mut reference, mut sent) = (Reference::default(), Vec::new());
    for (plans, refused) in waves.iter().zip(refused.iter().cycle()) {
        let appends = appends(case, plans, &sent, refused);
        let answers = join_all(appends.iter().map(|append| store.append(append.clone()))).await;
        let ids = appends.iter().map(|append| append.correlation_id);
        let mut answers: HashMap<_, _> = ids.zip(answers.into_iter().map(verdict)).collect();
        for append in recorder.take_judged() {
            let answer = answers.remove(&append.correlation_id).expect("each is judged once");
            let alone = reference.judge(&append).await;
            prop_assert_eq!(answer.map(without_position), alone.map(without_position), "{:?}", append);
        }
        prop_assert!(answers.is_empty(), "answered, but never judged");
        sent.extend(appends.into_iter().filter(|append| !append.events.is_empty()));
    }
    prop_assert_eq!(log(recorder, case).await, log(&reference.log, case).await);
    Ok(())
}

fn check(database: impl Future<Output = Database>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let database = runtime.block_on(database);
    runtime.block_on(async { refusing::open(&database.url).await.close().await });
    let recorder = Recorder::of(runtime.block_on(open(&database.url, &Options::default())).unwrap());
    let store = runtime.block_on(async { EventStore::with_backend(recorder.backend(), WriterOptions::default()) });
    let cases = Cell::new(0);
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let refused = prop::collection::vec(prop::collection::vec(any::<Index>(), 0..3), 1..6);
    let outcome = TestRunner::new(config).run(&(plans(), refused), |plan| {
        cases.set(cases.get() + 1);
        runtime.block_on(judged_as_alone(&store, &recorder, Case(cases.get()), plan))
    });
    runtime.block_on(store.close());
    if let Err(error) = outcome {
        panic!("{error}");
    }
    assert!(recorder.together() > 500, "only {} appends were committed together with others", recorder.together());
}

#[test]
fn sqlite_judges_a_batch_like_one_by_one() {
    check(std::future::ready(Database::sqlite()));
}

#[test]
fn postgres_judges_a_batch_like_one_by_one() {
    check(Database::postgres());
}
