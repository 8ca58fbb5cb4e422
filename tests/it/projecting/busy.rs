//! Verifications, and going back, go on where the database could not answer for a moment, and leave what they have done where it can't at all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cqrs_runtime::projection::{RebuildOptions, VerifyError, VerifyOptions, VerifyStep};
use cqrs_runtime::store::{EventStore, GenerationState, StoreError};
use cqrs_tests::orders::{Shop, read_models};

use super::controlling::states;
use super::killed::{LEASE, LONG, append};
use super::steps::refusing;
use super::tables::Look;
use crate::database::{Database, on_both};

on_both! {
    a_busy_database_ends_no_verification
    a_damaged_one_does_and_the_next_goes_on
    a_busy_one_does_not_keep_from_going_back
}

const ORDERS: &str = "customer_order";
const REPAIR: VerifyOptions = VerifyOptions { repair: true, accept_parked: false, differences: 20 };

/// How often each question was asked.
type Asked = Arc<Mutex<HashMap<&'static str, u32>>>;

async fn shop(database: &Database) -> Look {
    let look = Look::of(database).await;
    append(&look.store, &mut Shop::new(5), 200).await;
    read_models(look.store.clone(), LEASE, 1_000).catch_up(LONG).await.unwrap();
    look
}

/// A store whose database answers each question at the third time, and of one change loses the answer twice.
async fn busy(database: &Database) -> (EventStore, Asked) {
    let asked = Asked::default();
    let refuse = {
        let asked = Arc::clone(&asked);
        move |question, _: &str| {
            let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            let times = asked.entry(question).or_default();
            *times += 1;
            if *times <= 2 { Err(StoreError::Busy("somebody else has it".into())) } else { Ok(()) }
        }
    };
    (refusing(&database.url, |_| Box::pin(async {}), refuse).await, asked)
}

async fn a_busy_database_ends_no_verification(database: Database) {
    let look = shop(&database).await;
    let changed = look.text("SELECT max(\"order\") FROM customer_order_g1").await;
    database.execute(&format!("UPDATE customer_order_g1 SET paid = paid + 1 WHERE \"order\" = '{changed}'")).await;
    for options in [VerifyOptions::default(), REPAIR] {
        let (store, asked) = busy(&database).await;
        let mut steps = Vec::new();
        let verifying = read_models(store.clone(), LEASE, 50);
        let verified = verifying.verify(ORDERS, options, |progress| steps.push(progress.step)).await.unwrap();
        assert_eq!((verified.differing, verified.missing, verified.surplus), (1, 0, 0), "{verified:#?}");
        assert_eq!(verified.repaired.is_some(), options.repair);
        assert_eq!(steps.contains(&VerifyStep::Repairing), options.repair);
        let asked = asked.lock().unwrap().clone();
        let last = if options.repair { "set_state" } else { "drop_generation" };
        let all = ["generations", "create_generation", "checkpoints", "acquire", "compare", "letters", last];
        assert!(all.iter().all(|question| asked[question] > 2), "{asked:?}");
        let left = states(&look, ORDERS).await.into_iter().map(|(_, state)| state).collect::<Vec<_>>();
        assert!(!left.contains(&GenerationState::Verifying) && !left.contains(&GenerationState::Building), "{left:?}");
        store.close().await;
    }
    look.drop_retired().await;
    look.all_equal_a_fold().await;
    look.close().await;
}

async fn a_damaged_one_does_and_the_next_goes_on(database: Database) {
    let look = shop(&database).await;
    let is_damaged = Mutex::new(true);
    let refuse = move |question, _: &str| {
        let damaged = question == "compare" && std::mem::take(&mut *is_damaged.lock().unwrap());
        if damaged { Err(StoreError::Damaged("a page is torn".into())) } else { Ok(()) }
    };
    let store = refusing(&database.url, |_| Box::pin(async {}), refuse).await;
    let verifying = read_models(store.clone(), LEASE, 50);
    let ended = verifying.verify(ORDERS, REPAIR, |_| ()).await.unwrap_err();
    assert!(matches!(ended, VerifyError::Store(StoreError::Damaged(_))), "{ended:?}");
    assert_eq!(states(&look, ORDERS).await, [(1, GenerationState::Serving), (2, GenerationState::Verifying)]);
    let verified = verifying.verify(ORDERS, REPAIR, |_| ()).await.unwrap();
    assert!(verified.is_clean() && verified.events == 0 && verified.rows > 30, "{verified:#?}");
    assert_eq!(states(&look, ORDERS).await, [(1, GenerationState::Serving)]);
    store.close().await;
    look.close().await;
}

async fn a_busy_one_does_not_keep_from_going_back(database: Database) {
    let look = shop(&database).await;
    read_models(look.store.clone(), LEASE, 1_000).rebuild(ORDERS, |_| ()).await.unwrap();
    let (store, asked) = busy(&database).await;
    let back =
        read_models(store.clone(), LEASE, 50).roll_back(ORDERS, RebuildOptions::default(), |_| ()).await.unwrap();
    assert_eq!(back.generation.number, 1);
    let asked = asked.lock().unwrap().clone();
    assert!(["generations", "set_state", "swap"].iter().all(|question| asked[question] > 2), "{asked:?}");
    assert_eq!(asked["state_set"], 1, "it is gone on with");
    assert_eq!(states(&look, ORDERS).await, [(1, GenerationState::Serving), (2, GenerationState::Retired)]);
    look.all_equal_a_fold().await;
    store.close().await;
    look.close().await;
}
