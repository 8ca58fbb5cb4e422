//! Names of the schema. As a whole it is checked in beside the client of the example: `bank::clients`.

use cqrs_runtime::graphql::{Schema, SchemaError, SchemaOptions};

use super::Bank;
use crate::database::Database;

#[tokio::test]
async fn names_that_clash_are_told() {
    let bank = Bank::without_projections(Database::sqlite()).await;
    let twice = Schema::of(&bank.application).query("account", "Another one.", async |_, ()| Ok(true)).build();
    let names = vec!["Query.account".to_owned()];
    assert_eq!(twice.unwrap_err(), SchemaError::Clash { names });
    // Or so alike that nobody tells them apart.
    let alike = Schema::of(&bank.application)
        .query("ACCOUNT", "Another one.", async |_, ()| Ok(true))
        .query("Account", "One more.", async |_, ()| Ok(true))
        .mutation("openaccount", "Another one.", async |_, ()| Ok(true))
        .build();
    let names = ["Query.ACCOUNT", "Query.Account", "Query.account", "Mutation.openAccount", "Mutation.openaccount"];
    assert_eq!(alike.unwrap_err(), SchemaError::Clash { names: names.map(str::to_owned).to_vec() });
}

#[tokio::test]
async fn the_lengths_of_pages_are_told_as_they_are() {
    let bank = Bank::without_projections(Database::sqlite()).await;
    let mut options = SchemaOptions::default();
    (options.usual_page, options.most_of_page) = (7, 70);
    let sdl = Schema::of(&bank.application).options(options).build().unwrap().sdl();
    let told = |text: &str| sdl.matches(text).count();
    assert_eq!(told("At most so many from the beginning, up to 70; 7 where nothing is said."), told("first: Int"));
    assert_eq!(told("At most so many from the end, up to 70."), told("last: Int"));
    assert!(told("first: Int") > 0, "{sdl}");
}
