//! What a specification of a projection says that does not hold.

use std::sync::atomic::{AtomicI64, Ordering};

use cqrs_runtime::prelude::*;
use cqrs_runtime::testing::ProjectionSpec;
use insta::assert_snapshot;

use super::domain::{Account, AccountId, Deposited, Opened, id};
use super::said;

/// What a projection may not look at: something that changes by itself.
static CLOCK: AtomicI64 = AtomicI64::new(0);

#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Account(Opened, Deposited)))]
struct Plain {
    #[read_model(key)]
    account_id: AccountId,
    deposits: i64,
}

impl Project<Opened> for Plain {
    fn project(row: &mut Row<Self>, _: &Recorded<Opened>) -> Result<(), ProjectionError> {
        row.insert(|| Self { account_id: id(), deposits: 0 })
    }
}

impl Project<Deposited> for Plain {
    fn project(row: &mut Row<Self>, _: &Recorded<Deposited>) -> Result<(), ProjectionError> {
        row.update(|plain| plain.deposits += 1)
    }
}

#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Account(Opened)))]
struct Stamped {
    #[read_model(key)]
    account_id: AccountId,
    at: i64,
}

impl Project<Opened> for Stamped {
    fn project(row: &mut Row<Self>, _: &Recorded<Opened>) -> Result<(), ProjectionError> {
        row.insert(|| Self { account_id: id(), at: CLOCK.fetch_add(1, Ordering::Relaxed) })
    }
}

fn opened() -> Opened {
    Opened { owner: "ada".to_owned() }
}

fn spec<M: Projection>() -> ProjectionSpec<M> {
    ProjectionSpec::new().given::<Account>(&id(), (opened(), Deposited { amount: 1 }, Deposited { amount: 2 }))
}

#[test]
fn what_is_delivered_again_changes_nothing() {
    spec().then_rows([Plain { account_id: id(), deposits: 2 }]);
}

#[test]
fn other_rows_than_expected() {
    assert_snapshot!(said(|| spec().then_rows([Plain { account_id: id(), deposits: 3 }])), @r"
    the rows of `plain` are others:
    --- expected
    +++ found
    @@ -3,6 +3,6 @@
             account_id: AccountId(
                 00000000-0000-0000-0000-000000000007,
             ),
    -        deposits: 3,
    +        deposits: 2,
         },
     ]
    ");
}

#[test]
fn rows_that_depend_on_a_clock() {
    let spec = ProjectionSpec::<Stamped>::new().given::<Account>(&id(), opened());
    assert_snapshot!(said(|| spec.rows()), @"`stamped` has other rows when events are delivered again: rows may depend on nothing but rows and events");
}
