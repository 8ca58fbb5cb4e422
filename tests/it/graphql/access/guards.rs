//! Guards: what an application checks by hand.

use cqrs_runtime::graphql::{Problem, Schema, SchemaError};
use cqrs_runtime::principal::Principal;
use serde_json::json;

use super::World;
use crate::database::Database;
use crate::graphql::only_error;

fn clerk() -> Principal {
    Principal::new("cleo").role("clerk")
}

#[tokio::test]
async fn what_is_written_by_hand_is_granted_by_guards() {
    let mut world = World::over(Database::sqlite()).await;
    world.schema = Schema::of(&world.application)
        .deny_by_default()
        .query("open", "Guarded by nobody.", async |_, ()| Ok(1_i64))
        .query("closed", "Guarded by a role.", async |_, ()| Ok(2_i64))
        .mutation("twice", "Guarded twice.", async |_, ()| Ok(3_i64))
        .roles("closed", &["boss", "clerk"])
        .roles("twice", &["clerk"])
        .guard("twice", async |principal: Principal, _| {
            if principal.id == "cleo" { Ok(()) } else { Err(Problem::new("TOO_LATE", "the office is closed")) }
        })
        .build()
        .unwrap();
    let refused = async |who: &Principal, document: &str| {
        let answer = world.answer(who, document, json!({})).await;
        only_error(&answer).0.to_owned()
    };
    assert_eq!(refused(&clerk(), "{ open }").await, "FORBIDDEN", "nothing says that anybody may");
    assert_eq!(refused(&Principal::new("ada"), "{ closed }").await, "FORBIDDEN");
    assert_eq!(refused(&Principal::default(), "{ closed }").await, "UNAUTHENTICATED");
    assert_eq!(world.ask(&clerk(), "{ closed }", json!({})).await, json!({ "closed": "2" }));
    assert_eq!(refused(&Principal::new("cleo"), "mutation { twice }").await, "FORBIDDEN");
    assert_eq!(refused(&Principal::new("ada").role("clerk"), "mutation { twice }").await, "TOO_LATE");
    assert_eq!(world.ask(&clerk(), "mutation { twice }", json!({})).await, json!({ "twice": "3" }));
}

#[tokio::test]
async fn what_is_generated_can_be_guarded_more() {
    let mut world = World::over(Database::sqlite()).await;
    world.schema =
        Schema::of(&world.application)
            .deny_by_default()
            .guard("folderEvents", async |_, arguments: serde_json::Value| {
                if arguments["id"] == "f1" { Err(Problem::forbidden("not this one")) } else { Ok(()) }
            })
            .roles("unsaids", &["clerk"])
            .build()
            .unwrap();
    let asked = |id: &str| format!("query {{ folderEvents(id: \"{id}\") {{ nodes {{ __typename }} }} }}");
    assert_eq!(only_error(&world.answer(&clerk(), &asked("f1"), json!({})).await).0, "FORBIDDEN");
    world.ask(&clerk(), &asked("f2"), json!({})).await;
    let followed = asked("f1").replace("query", "subscription").replace("nodes { __typename }", "__typename");
    let mut answers = world.follow(&clerk(), &followed, json!({}));
    assert_eq!(only_error(&futures_util::StreamExt::next(&mut answers).await.unwrap()).0, "FORBIDDEN");
    // A guard does not grant what is generated.
    assert_eq!(only_error(&world.answer(&clerk(), "{ unsaids { totalCount } }", json!({})).await).0, "FORBIDDEN");
}

#[tokio::test]
async fn a_guard_of_nothing_is_refused() {
    let world = World::over(Database::sqlite()).await;
    let built = Schema::of(&world.application).roles("folderEntrys", &["clerk"]).build();
    assert_eq!(built.unwrap_err(), SchemaError::NothingToGuard { field: "folderEntrys" });
}
