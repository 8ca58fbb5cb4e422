//! Every value is what it is in the answers of the runtime.

use cqrs_runtime::backend::sea_orm::ViewRow;
use cqrs_runtime::prelude::*;

use super::Fixture;
use super::model::{EXTREMES, Shown, of_number};
use crate::database::on_both;
use crate::random;

on_both! {
    by(super::super::Fixture::of)
    every_value_is_that_of_a_query
}

async fn every_value_is_that_of_a_query(fixture: Fixture) {
    let mut rng = random::rng();
    let extremes = EXTREMES.len() as u64;
    let numbers: Vec<_> = (0..extremes).chain(std::iter::repeat_with(|| rng.u64(extremes..)).take(150)).collect();
    for number in &numbers {
        fixture.open("", &number.to_string()).await;
    }
    let read_models = fixture.projected::<Shown>().await;
    let asked = read_models.query::<Shown>().limit(1_000).fetch().await.unwrap();
    assert_eq!(asked.rows.len(), numbers.len());
    let mut expected: Vec<_> = numbers.iter().map(|number| of_number(*number)).collect();
    for row in &mut expected {
        row.settle().unwrap();
    }
    expected.sort_by_key(Shown::key);
    assert_eq!(asked.rows, expected);
    let mut read = fixture.rows::<Shown>().await.unwrap();
    read.sort_by_key(|row| row.0.key());
    for (ViewRow(read), asked) in read.iter().zip(&asked.rows) {
        assert_eq!(read, asked);
    }
    assert_eq!(read.len(), asked.rows.len());
}
