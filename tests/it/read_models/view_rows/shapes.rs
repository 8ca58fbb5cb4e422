//! A view that shows other columns than before is read by their names, or not at all.

use cqrs_runtime::backend::sea_orm::ViewRow;
use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::ReadModels;
use cqrs_tests::account::{Account, AccountId, AccountOpened};

use super::Fixture;
use crate::database::on_both;

on_both! {
    by(super::super::Fixture::of)
    columns_are_told_by_their_names
}

/// Two texts.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(table = "names", events(Account(AccountOpened)))]
struct Names {
    #[read_model(key)]
    id: AccountId,
    first: String,
    last: String,
}

/// In another order.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(table = "names", events(Account(AccountOpened)))]
struct Turned {
    #[read_model(key)]
    id: AccountId,
    last: String,
    first: String,
}

/// One of them alone.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(table = "names", events(Account(AccountOpened)))]
struct Last {
    #[read_model(key)]
    id: AccountId,
    last: String,
}

fn names(event: &AccountOpened) -> (String, String) {
    let (first, last) = event.owner.split_once(' ').expect("two names");
    (first.to_owned(), last.to_owned())
}

impl Project<AccountOpened> for Names {
    fn project(row: &mut Row<Self>, event: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        let (id, (first, last)) = (row.id()?, names(event));
        row.insert(|| Self { id, first, last })
    }
}

impl Project<AccountOpened> for Turned {
    fn project(row: &mut Row<Self>, event: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        let (id, (first, last)) = (row.id()?, names(event));
        row.insert(|| Self { id, last, first })
    }
}

impl Project<AccountOpened> for Last {
    fn project(row: &mut Row<Self>, event: &Recorded<AccountOpened>) -> Result<(), ProjectionError> {
        let (id, (_, last)) = (row.id()?, names(event));
        row.insert(|| Self { id, last })
    }
}

async fn columns_are_told_by_their_names(fixture: Fixture) {
    fixture.open("", "ada lovelace").await;
    fixture.projected::<Names>().await;
    let read = fixture.rows::<Names>().await.unwrap();
    assert_eq!((&*read[0].0.first, &*read[0].0.last), ("ada", "lovelace"));

    ReadModels::new(fixture.store.clone()).with::<Turned>().rebuild("names", |_| ()).await.unwrap();
    assert_eq!(fixture.rows::<Names>().await.unwrap(), read);
    let ViewRow(turned) = fixture.rows::<Turned>().await.unwrap().remove(0);
    assert_eq!((&*turned.first, &*turned.last), ("ada", "lovelace"));

    ReadModels::new(fixture.store.clone()).with::<Last>().rebuild("names", |_| ()).await.unwrap();
    assert_eq!(fixture.rows::<Last>().await.unwrap()[0].0.last, "lovelace");
    let error = fixture.rows::<Names>().await.unwrap_err();
    assert!(error.to_string().contains("names.first"), "{error}");
}
