//! An event that fails is parked with those behind it, and what was written for it is taken back.

use std::time::Duration;

use super::{Bench, LONG, NAME, totals};
use crate::database::{Database, on_both};

on_both! {
    all_events_are_written
    a_statement_that_has_no_end_parks_its_event
    what_is_retried_without_end_is_counted_while_others_go_on
    each_failure_parks_its_sequence_alone
    what_was_parked_is_written_in_order_when_it_is_retried
    what_is_refused_at_the_commit_parks_one_event
    what_is_left_out_stays_out
}

async fn all_events_are_written(database: Database) {
    let bench = Bench::new(database).await;
    for (owner, amount) in [("ada", 10), ("eve", 20), ("ada", 5)] {
        bench.opens(owner, amount).await;
    }
    assert!(bench.caught_up().await.is_empty());
    assert_eq!(bench.owned().await, totals([("ada", 15), ("eve", 20)]));
    assert_eq!(bench.database.count("owned_accounts").await, 3);
}

/// Neither does it keep the file, or locks that others wait for.
async fn a_statement_that_has_no_end_parks_its_event(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.options.lease_time = Duration::from_millis(600);
    bench.opens("slow", 10).await;
    bench.opens("ada", 1).await;
    let letters = bench.caught_up().await;
    assert_eq!(letters.len(), 2, "{letters:#?}");
    assert!(letters[0].error.contains("it takes too much time"), "{letters:#?}");
    bench.opens("ada", 5).await;
    bench.caught_up().await;
    assert_eq!(bench.owned().await, totals([("ada", 6)]));
}

async fn what_is_retried_without_end_is_counted_while_others_go_on(database: Database) {
    let mut bench = Bench::new(database).await;
    bench.options.lease_time = Duration::from_millis(300);
    let id = bench.opens("endless", 10).await;
    bench.caught_up().await;
    let read_models = bench.read_models();
    let running = read_models.start();
    let retried = async { read_models.retry(NAME, &format!("Account/{id}"), LONG).await.unwrap() };
    let opening = async {
        loop {
            bench.opens("ada", 1).await;
        }
    };
    let left = tokio::select! {
        left = retried => left,
        () = opening => unreachable!("it has no end"),
    };
    assert_eq!(left.iter().map(|letter| letter.attempts).collect::<Vec<_>>(), [2, 0], "{left:#?}");
    running.stop().await;
}

async fn each_failure_parks_its_sequence_alone(database: Database) {
    let is_sqlite = database.url.starts_with("sqlite");
    let bench = Bench::new(database).await;
    let mut owners = vec!["ada", "refused", "eve", "panic", "twice", "ida", "mistaken"];
    // On SQLite, a statement that was refused is as if it had not been said, and the rest stands.
    owners.push(if is_sqlite { "ended" } else { "hidden" });
    for owner in &owners {
        bench.opens(owner, 10).await;
        bench.opens("ada", 1).await;
    }
    let letters = bench.caught_up().await;
    let failed: Vec<_> = letters.iter().filter(|letter| !letter.error.is_empty()).collect();
    let expected = [
        "the projection refuses the event: of this one nothing is to be known",
        "the projection panicked: at the name panic",
        if is_sqlite {
            "its rows can't be stored: it breaks the constraint `owned_accounts_g1.account_id`"
        } else {
            "its rows can't be stored: it breaks the constraint `owned_accounts_g1_pkey`"
        },
        "the database refused the operation: ",
        if is_sqlite {
            "its rows can't be stored: it ends the transaction that it is written in"
        } else {
            "the database refused the operation: "
        },
    ];
    assert_eq!(failed.len(), expected.len(), "{failed:#?}");
    for (letter, expected) in failed.iter().zip(expected) {
        assert!(letter.error.starts_with(expected), "{expected}: {letter:#?}");
    }
    assert_eq!(letters.len(), 2 * failed.len(), "each deposit waits for its account: {letters:#?}");
    let ada = 10 + i64::try_from(owners.len()).unwrap();
    assert_eq!(bench.owned().await, totals([("ada", ada), ("eve", 10), ("ida", 10)]));
    let accounts = i64::try_from(3 + owners.len()).unwrap();
    assert_eq!(bench.database.count("owned_accounts").await, accounts, "what the others had written is taken back");
}

async fn what_was_parked_is_written_in_order_when_it_is_retried(database: Database) {
    let bench = Bench::new(database).await;
    let id = bench.opens("refused", 10).await;
    bench.opens("ada", 1).await;
    assert_eq!(bench.caught_up().await.len(), 2);
    let sequence = format!("Account/{id}");
    let still = bench.read_models().retry(NAME, &sequence, LONG).await.unwrap();
    assert_eq!((still.len(), still[0].attempts), (2, 2));
    bench.database.execute("INSERT INTO permitted VALUES ('refused')").await;
    assert!(bench.read_models().retry(NAME, &sequence, LONG).await.unwrap().is_empty());
    assert_eq!(bench.owned().await, totals([("ada", 1), ("refused", 10)]));
    assert!(bench.caught_up().await.is_empty());
}

/// The database looks at a constraint that is deferred when all else is done: then, nobody knows of which event it is.
async fn what_is_refused_at_the_commit_parks_one_event(database: Database) {
    let bench = Bench::new(database).await;
    for owner in ["ada", "eve", "nobody", "ida"] {
        bench.opens(owner, 10).await;
    }
    let letters = bench.caught_up().await;
    assert_eq!(letters.iter().map(|letter| &*letter.name).collect::<Vec<_>>(), ["AccountOpened", "MoneyDeposited"]);
    assert!(letters[0].error.starts_with("its rows can't be stored: it breaks the constraint"), "{letters:#?}");
    assert_eq!(bench.owned().await, totals([("ada", 10), ("eve", 10), ("ida", 10)]));
}

async fn what_is_left_out_stays_out(database: Database) {
    let bench = Bench::new(database).await;
    let id = bench.opens("refused", 10).await;
    bench.opens("ada", 1).await;
    bench.caught_up().await;
    let left = bench.read_models().discard(NAME, &format!("Account/{id}"), LONG).await.unwrap();
    assert_eq!(left.len(), 1, "the deposit has nobody to go to: {left:#?}");
    assert_eq!(left[0].error, "the projection refuses the event: nobody owns it");
    assert_eq!(bench.owned().await, totals([("ada", 1)]));
}
