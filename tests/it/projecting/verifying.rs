//! Read models are held against the log, and repaired, while others append and project.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cqrs_runtime::projection::{
    ColumnDifference, Difference, DifferenceKind, ReadModels, RebuildOptions, Verified, VerifyError, VerifyOptions,
    VerifyStep,
};
use cqrs_runtime::store::GenerationState;
use cqrs_tests::orders::{Shop, read_models};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use super::controlling::{picky, states};
use super::killed::{LEASE, LONG, append};
use super::resuming::{notes_where_it_starts, sticks_at};
use super::steps::{Step, stepped};
use super::tables::Look;
use crate::database::{Database, on_both};

on_both! {
    what_is_right_is_found_right
    what_was_changed_is_found_and_repaired
    there_may_be_no_events
    nothing_is_found_while_others_go_on
    what_was_changed_is_found_while_others_go_on
    one_that_was_killed_is_gone_on_with
    one_that_was_killed_is_cleaned_up
    a_rebuild_meanwhile_ends_it
    what_is_parked_is_told
}

const ORDERS: &str = "customer_order";
const REPAIR: VerifyOptions = VerifyOptions { repair: true, accept_parked: false, differences: 20 };
type Stepping = BoxFuture<'static, ()>;

async fn verify(read_models: &ReadModels, name: &str) -> Verified {
    read_models.verify(name, VerifyOptions::default(), |_| ()).await.unwrap()
}

/// What serves is as it should be, and nothing else is left.
async fn is_clean(look: &Look, read_models: &ReadModels) {
    for name in [ORDERS, "payment"] {
        let verified = verify(read_models, name).await;
        assert!(verified.is_clean() && verified.differences.is_empty() && verified.repaired.is_none(), "{verified:#?}");
        assert!(states(look, name).await.iter().all(|(_, state)| *state != GenerationState::Verifying));
    }
}

async fn what_is_right_is_found_right(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(5), 200).await;
    let asked = read_models(look.store.clone(), LEASE, 20);
    let error = asked.verify(ORDERS, REPAIR, |_| ()).await.unwrap_err();
    assert!(matches!(error, VerifyError::NotServed { name: ORDERS }), "{error:?}");
    asked.catch_up(LONG).await.unwrap();
    let mut told = Vec::new();
    let verified = asked.verify(ORDERS, REPAIR, |progress| told.push(progress)).await.unwrap();
    assert!(verified.is_clean(), "{verified:#?}");
    let rows = look.number("SELECT (SELECT count(*) FROM customer_order_g1) + (SELECT count(*) FROM customer_name_g1)");
    assert_eq!((verified.name, &verified.repaired, verified.rows), (ORDERS, &None, rows.await.unsigned_abs()));
    assert!(verified.rows > 30 && verified.events > 150, "{verified:?}");
    assert_eq!(verified.parked, verified.not_replayed, "what can't be projected can't be the second time");
    let steps: Vec<_> = told.iter().map(|progress| progress.step).collect();
    assert!(steps.is_sorted_by_key(|step| *step == VerifyStep::Comparing) && steps.len() > 5, "{steps:?}");
    assert!(told.iter().all(|progress| progress.position <= progress.to), "{told:?}");
    assert!(!look.has_table("customer_order_g2").await && !look.has_table("customer_name_g2").await);
    is_clean(&look, &asked).await;
    look.all_equal_a_fold().await;
    look.close().await;
}

/// A row of each tenant is changed, deleted and added, in all tables.
async fn what_was_changed_is_found_and_repaired(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(5), 300).await;
    let asked = read_models(look.store.clone(), LEASE, 1_000);
    asked.catch_up(LONG).await.unwrap();
    let right = look.dump(&look.serving(ORDERS).await).await;
    let key = |of: &'static str, table: &'static str| {
        let look = &look;
        async move { look.text(&format!("SELECT {of} FROM {table}")).await }
    };
    let changed = key("max(\"order\")", "customer_order_g1 WHERE tenant = 'north'").await;
    let missing = key("min(\"order\")", "customer_order_g1 WHERE tenant = ''").await;
    let renamed = key("max(customer)", "customer_name_g1 WHERE tenant = ''").await;
    for sql in [
        format!("UPDATE customer_order_g1 SET paid = paid + 1, note = 'forged' WHERE \"order\" = '{changed}'"),
        format!("DELETE FROM customer_order_g1 WHERE \"order\" = '{missing}'"),
        format!("UPDATE customer_name_g1 SET name = 'Eve' WHERE customer = '{renamed}'"),
        "INSERT INTO customer_name_g1 (tenant, cqrs_sequence, cqrs_partition, cqrs_position, customer, name) \
            VALUES ('south', 4, 0, 1, 'nobody', 'Nobody')"
            .to_owned(),
    ] {
        database.execute(&sql).await;
    }
    let verified = verify(&asked, ORDERS).await;
    assert_eq!((verified.differing, verified.missing, verified.surplus), (2, 1, 1), "{verified:#?}");
    let find = |kind, table: &str| {
        let found = verified.differences.iter().find(|found| found.kind == kind && found.table == table);
        found.cloned().unwrap_or_else(|| panic!("{kind:?} of {table}: {verified:#?}"))
    };
    let key = |column: &str, value: &str| vec![(column.to_owned(), value.to_owned())];
    let differs = find(DifferenceKind::Differs, ORDERS);
    assert_eq!((&*differs.tenant, differs.key, differs.columns.len()), ("north", key("order", &changed), 2));
    assert_eq!((&*differs.columns[0].column, &*differs.columns[1].column), ("paid", "note"));
    assert_eq!(differs.columns[1].stored.as_deref(), Some("forged"));
    let number = |told: &Option<String>| told.as_ref().unwrap().parse::<i64>().unwrap();
    assert_eq!(number(&differs.columns[0].stored), number(&differs.columns[0].expected) + 1);
    let gone = find(DifferenceKind::Missing, ORDERS);
    assert_eq!((&*gone.tenant, gone.key, gone.columns), ("", key("order", &missing), Vec::new()));
    let name = find(DifferenceKind::Differs, "customer_name");
    assert_eq!((&*name.tenant, &name.key), ("", &key("customer", &renamed)));
    let [ColumnDifference { column, stored, .. }] = &name.columns[..] else { panic!("{name:?}") };
    assert_eq!((&**column, stored.as_deref()), ("name", Some("Eve")));
    let surplus = find(DifferenceKind::Surplus, "customer_name");
    assert_eq!((&*surplus.tenant, surplus.key, surplus.parked), ("south", key("customer", "nobody"), 0));
    assert_eq!(states(&look, ORDERS).await, [(1, GenerationState::Serving)], "nothing was repaired unasked");
    let few = VerifyOptions { differences: 1, ..VerifyOptions::default() };
    let few = asked.verify(ORDERS, few, |_| ()).await.unwrap();
    assert_eq!((few.differing, few.missing, few.surplus, few.differences.len()), (2, 1, 1, 1));

    let repaired = asked.verify(ORDERS, REPAIR, |_| ()).await.unwrap();
    assert_eq!((repaired.differing, repaired.repaired), (2, Some(look.serving(ORDERS).await.key)));
    let kept: Vec<_> = states(&look, ORDERS).await.into_iter().map(|(_, state)| state).collect();
    assert_eq!(kept, [GenerationState::Retired, GenerationState::Serving]);
    is_clean(&look, &asked).await;
    look.drop_retired().await;
    assert_eq!(look.dump(&look.serving(ORDERS).await).await, right, "byte for byte");
    look.all_equal_a_fold().await;
    payments(&look, &database, &asked).await;
    look.close().await;
}

/// A key of several columns.
async fn payments(look: &Look, database: &Database, asked: &ReadModels) {
    let order = look.text("SELECT min(\"order\") FROM payment_g1").await;
    database.execute(&format!("UPDATE payment_g1 SET amount = 7777777 WHERE \"order\" = '{order}'")).await;
    let rows = look.number(&format!("SELECT count(*) FROM payment_g1 WHERE \"order\" = '{order}'")).await;
    let verified = asked.verify("payment", REPAIR, |_| ()).await.unwrap();
    assert_eq!((verified.differing, verified.missing, verified.surplus), (rows.unsigned_abs(), 0, 0), "{verified:#?}");
    for Difference { key, columns, .. } in &verified.differences {
        assert_eq!((&*key[0].1, &*key[0].0, &*key[1].0), (&*order, "order", "version"));
        assert_eq!((&*columns[0].column, columns.len()), ("amount", 1));
    }
    look.drop_retired().await;
    look.all_equal_a_fold().await;
}

async fn there_may_be_no_events(database: Database) {
    let look = Look::of(&database).await;
    let asked = read_models(look.store.clone(), LEASE, 10);
    asked.catch_up(LONG).await.unwrap();
    is_clean(&look, &asked).await;
    database
        .execute(
            "INSERT INTO customer_name_g1 (tenant, cqrs_sequence, cqrs_partition, cqrs_position, customer, name) \
            VALUES ('', 4, 0, 0, 'nobody', 'Nobody')",
        )
        .await;
    let repaired = asked.verify(ORDERS, REPAIR, |_| ()).await.unwrap();
    assert_eq!((repaired.surplus, repaired.rows, repaired.events), (1, 1, 0), "{repaired:#?}");
    assert!(repaired.repaired.is_some());
    is_clean(&look, &asked).await;
    look.close().await;
}

/// A hook under which events are appended and projected by others between any two steps.
fn others_go_on(
    look: &Arc<Look>,
    others: &ReadModels,
    seed: u64,
    compared: &Arc<AtomicUsize>,
) -> impl Fn(Step) -> Stepping + use<> {
    let (look, others, shop) = (Arc::clone(look), others.clone(), Arc::new(tokio::sync::Mutex::new(Shop::new(seed))));
    let compared = Arc::clone(compared);
    move |step| {
        compared.fetch_add(usize::from(step == Step::Compare), Ordering::Relaxed);
        let (look, others, shop) = (Arc::clone(&look), others.clone(), Arc::clone(&shop));
        Box::pin(async move {
            if matches!(step, Step::Compare | Step::Compared) {
                append(&look.store, &mut *shop.lock().await, 30).await;
                others.catch_up(LONG).await.unwrap();
                // Some are behind.
                append(&look.store, &mut *shop.lock().await, 10).await;
            }
        })
    }
}

async fn nothing_is_found_while_others_go_on(database: Database) {
    let look = Arc::new(Look::of(&database).await);
    append(&look.store, &mut Shop::new(5), 100).await;
    let others = read_models(look.store.clone(), LEASE, 20);
    others.catch_up(LONG).await.unwrap();
    for seed in 6..9 {
        let compared = Arc::new(AtomicUsize::new(0));
        let store = stepped(&database.url, others_go_on(&look, &others, seed, &compared)).await;
        let verifying = read_models(store.clone(), LEASE, 15);
        is_clean(&look, &verifying).await;
        // A page of each of three tables; and what has changed is compared twice more.
        assert!(compared.load(Ordering::Relaxed) >= 3 + 2, "{compared:?}");
        store.close().await;
    }
    others.catch_up(LONG).await.unwrap();
    look.all_equal_a_fold().await;
}

async fn what_was_changed_is_found_while_others_go_on(database: Database) {
    let look = Arc::new(Look::of(&database).await);
    append(&look.store, &mut Shop::new(5), 100).await;
    let others = read_models(look.store.clone(), LEASE, 20);
    others.catch_up(LONG).await.unwrap();
    // Of customers to whom nothing happens any more.
    let changed = look.text("SELECT max(\"order\") FROM customer_order_g1").await;
    let missing = look.text("SELECT min(\"order\") FROM customer_order_g1").await;
    database.execute(&format!("UPDATE customer_order_g1 SET paid = 1 - paid WHERE \"order\" = '{changed}'")).await;
    database.execute(&format!("DELETE FROM customer_order_g1 WHERE \"order\" = '{missing}'")).await;
    let store = stepped(&database.url, others_go_on(&look, &others, 6, &Arc::default())).await;
    let verifying = read_models(store.clone(), LEASE, 15);
    let verified = verifying.verify(ORDERS, REPAIR, |_| ()).await.unwrap();
    assert_eq!((verified.differing, verified.missing, verified.surplus), (1, 1, 0), "{verified:#?}");
    let keys: Vec<_> = verified.differences.iter().map(|found| found.key[0].1.clone()).collect();
    assert!(keys.contains(&changed) && keys.contains(&missing), "{keys:?}");
    store.close().await;
    others.catch_up(LONG).await.unwrap();
    is_clean(&look, &others).await;
    look.drop_retired().await;
    look.all_equal_a_fold().await;
}

/// Verifies until a write is about to be done, and is dropped there.
async fn killed(look: &Look, database: &Database) -> u32 {
    append(&look.store, &mut Shop::new(2), 150).await;
    read_models(look.store.clone(), LEASE, 1_000).catch_up(LONG).await.unwrap();
    let stuck = Arc::new(Notify::new());
    let store = stepped(&database.url, sticks_at(9, Arc::clone(&stuck))).await;
    let verifying = read_models(store.clone(), LEASE, 5);
    tokio::select! {
        verified = verifying.verify(ORDERS, REPAIR, |_| ()) => panic!("{verified:?}"),
        () = stuck.notified() => {}
    }
    let (number, state) = states(look, ORDERS).await[1];
    assert_eq!(state, GenerationState::Verifying);
    store.close().await;
    number
}

async fn one_that_was_killed_is_gone_on_with(database: Database) {
    let look = Look::of(&database).await;
    let number = killed(&look, &database).await;
    let come = look.checkpoints().await[&format!("{ORDERS}@{number}")].clone();
    let starts = Arc::new(std::sync::Mutex::new(Vec::new()));
    let store = stepped(&database.url, notes_where_it_starts(Arc::clone(&starts))).await;
    let verified = verify(&read_models(store.clone(), LEASE, 5), ORDERS).await;
    assert!(verified.is_clean() && verified.events > 0 && verified.events < 120, "{verified:#?}");
    assert_eq!(starts.lock().unwrap().first(), come.iter().min(), "it starts where the other one was");
    assert_eq!(states(&look, ORDERS).await, [(1, GenerationState::Serving)]);
    store.close().await;
    look.close().await;
}

async fn one_that_was_killed_is_cleaned_up(database: Database) {
    let look = Look::of(&database).await;
    let number = killed(&look, &database).await;
    let running = read_models(look.store.clone(), LEASE, 5).start();
    let gone = async {
        while states(&look, ORDERS).await != [(1, GenerationState::Serving)] {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, gone).await.expect("it is dropped");
    assert!(!look.has_table(&format!("customer_name_g{number}")).await);
    running.stop().await;
    look.all_equal_a_fold().await;
    look.close().await;
}

async fn a_rebuild_meanwhile_ends_it(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(2), 50).await;
    let other = read_models(look.store.clone(), LEASE, 1_000);
    other.catch_up(LONG).await.unwrap();
    let hook = {
        let other = other.clone();
        move |step| -> Stepping {
            let other = other.clone();
            Box::pin(async move {
                if step == Step::Compare {
                    other.rebuild(ORDERS, |_| ()).await.unwrap();
                }
            })
        }
    };
    let store = stepped(&database.url, hook).await;
    let ended = read_models(store.clone(), LEASE, 50).verify(ORDERS, REPAIR, |_| ()).await.unwrap_err();
    assert!(matches!(ended, VerifyError::Replaced { name: ORDERS }), "{ended:?}");
    assert_eq!(states(&look, ORDERS).await, [(1, GenerationState::Retired), (3, GenerationState::Serving)]);
    store.close().await;
    // What is left of one that was ahead of what serves now is not gone on with.
    other.roll_back(ORDERS, RebuildOptions::default(), |_| ()).await.unwrap();
    is_clean(&look, &other).await;
    look.close().await;
}

async fn what_is_parked_is_told(database: Database) {
    let look = Look::of(&database).await;
    append(&look.store, &mut Shop::new(4), 80).await;
    let new = picky(look.store.clone());
    new.catch_up(LONG).await.unwrap();
    let verified = verify(&new, "payment").await;
    assert!(verified.is_clean() && verified.parked.len() > 5, "{verified:#?}");
    let positions =
        |letters: &[cqrs_runtime::store::DeadLetter]| letters.iter().map(|letter| letter.position).collect::<Vec<_>>();
    assert_eq!(positions(&verified.parked), positions(&verified.not_replayed));
    let first = verified.parked[0].sequence.to_string();
    let left = new.discard("payment", &first, LONG).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
    let verified = verify(&new, "payment").await;
    assert!(verified.is_clean() && verified.discarded.len() == 1, "{verified:#?}");
    // What serves lacks what it has lost the letters of: the replay can't tell what should be there.
    let mut rows = 0;
    for sequence in verified.parked.iter().map(|letter| letter.sequence).collect::<std::collections::HashSet<_>>() {
        let sql = format!(
            "INSERT INTO payment_g1 (tenant, cqrs_sequence, cqrs_partition, cqrs_position, \"order\", paid) \
            VALUES ('', {sequence}, {}, 1, 'x{sequence}', 0)",
            sequence & 3
        );
        database.execute(&sql).await;
        rows += 1;
    }
    let verified = verify(&new, "payment").await;
    assert_eq!((verified.surplus, verified.differing, verified.missing), (rows, 0, 0));
    assert!(verified.differences.iter().all(|found| found.parked > 0), "{verified:#?}");
    let options = VerifyOptions { differences: 0, ..REPAIR };
    let repaired = new.verify("payment", options, |_| ()).await;
    assert!(repaired.unwrap().repaired.is_some());
    look.close().await;
}
