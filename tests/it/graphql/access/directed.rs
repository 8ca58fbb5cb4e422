//! What random requests don't reach: commands that write, what changes while it is followed, rights that go over to somebody else.

use async_graphql::Request;
use cqrs_runtime::access::DenyByDefault;
use cqrs_runtime::graphql::Schema;
use cqrs_runtime::principal::Principal;
use futures_util::StreamExt;
use serde_json::{Value as Json, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::World;
use super::model::{Written, WrittenNote};
use crate::database::{Database, on_both};
use crate::graphql::only_error;

on_both! {
    in_threads
    a_command_needs_a_role
    a_command_goes_to_what_one_may_see
    what_may_not_be_seen_can_not_be_commanded
    rights_come_before_waiting
    what_was_given_away_is_gone
    events_that_are_followed_end_with_the_right_to_see_them
    rows_that_are_followed_leave_with_the_right_to_see_them
    who_may_not_see_can_not_follow
    what_stands_in_a_payload_is_not_for_everybody
    requests_may_be_denied_by_default_one_by_one
}

fn ada() -> Principal {
    Principal::new("ada").role("writer").of_tenant("north")
}

fn bea() -> Principal {
    Principal { id: "bea".to_owned(), ..ada() }
}

fn clerk() -> Principal {
    Principal::new("cleo").role("clerk").of_tenant("north")
}

/// Somebody's folder with a note.
fn folder(id: &str, owner: &'static str) -> Written {
    let note = WrittenNote { text: "first".to_owned(), level: 0, see_also: None };
    Written {
        tenant: "north",
        id: id.to_owned(),
        first_owner: owner,
        owner,
        team: 1,
        title: format!("title of {id}"),
        secret: format!("secret of {id}"),
        notes: vec![note],
        sender: "",
    }
}

const ADD: &str = "mutation($id: String!, $version: BigInt) {
    addNote(input: { folder: $id, text: \"more\", level: \"0\" }, expectedVersion: $version) {
        version position userErrors { code } } }";
const GIVE: &str = "mutation($id: String!, $to: String!) {
    giveFolder(input: { folder: $id, owner: $to }) { position userErrors { code } folderEntry { owner } } }";
const STATE: &str = "query($id: String!) { folder(id: $id, asOf: { version: \"1\" }) { owner }
    folderEvents(id: $id) { nodes { __typename } } }";

/// How many events there are.
async fn version(world: &World, id: &str) -> usize {
    let trail = world.ask(&clerk(), STATE, json!({ "id": id })).await;
    trail["folderEvents"]["nodes"].as_array().unwrap().len()
}

async fn a_command_needs_a_role(database: Database) {
    let world = World::over(database).await;
    world.write(&folder("f1", "ada")).await;
    let id = json!({ "id": "f1", "to": "ada" });
    let lead = Principal::new("ada").role("lead").of_tenant("north").claim("team", 1);
    // A lead sees the folder, and is none of those who add notes.
    assert_eq!(world.ask(&lead, STATE, id.clone()).await["folder"], json!({ "owner": "ada" }));
    assert_eq!(only_error(&world.answer(&lead, ADD, id.clone()).await), ("FORBIDDEN", &json!(["addNote"])));
    let nobody = Principal::default().of_tenant("north");
    assert_eq!(only_error(&world.answer(&nobody, ADD, id.clone()).await), ("UNAUTHENTICATED", &json!(["addNote"])));
    assert_eq!(only_error(&world.answer(&ada(), GIVE, id.clone()).await), ("FORBIDDEN", &json!(["giveFolder"])));
    let touch = "mutation($id: String!) { touchFolder(input: { folder: $id }) { version } }";
    let denied = world.answer(&clerk(), touch, id.clone()).await;
    assert_eq!(only_error(&denied), ("FORBIDDEN", &json!(["touchFolder"])), "nobody is said to be allowed to");
    let open = "mutation { openFolder(input: { folder: \"f2\", owner: \"x\", team: \"1\", title: \"t\", secret: \"s\" }) { version } }";
    assert_eq!(only_error(&world.answer(&lead, open, json!({})).await), ("FORBIDDEN", &json!(["openFolder"])));
    assert_eq!(version(&world, "f1").await, 2, "nothing was written");
    assert_eq!(world.ask(&ada(), ADD, id).await["addNote"]["version"], "3");
    assert_eq!(world.ask(&ada(), open, json!({})).await["openFolder"]["version"], "1");
}

async fn a_command_goes_to_what_one_may_see(database: Database) {
    let world = World::over(database).await;
    world.write(&folder("f1", "ada")).await;
    for (who, id) in [(bea(), "f1"), (ada(), "f2")] {
        // As if it were not there, whatever version is expected.
        let answer = world.ask(&who, ADD, json!({ "id": id })).await;
        let expected = json!({ "version": null, "position": null, "userErrors": [{ "code": "NOT_FOUND" }] });
        assert_eq!(answer["addNote"], expected);
        for version in ["1", "2"] {
            let answer = world.answer(&who, ADD, json!({ "id": id, "version": version })).await;
            assert_eq!(only_error(&answer).0, "CONFLICT");
            assert_eq!(answer["errors"][0]["extensions"]["actualVersion"], "0");
        }
    }
    let guest = Principal::new("gus").role("guest").of_tenant("north");
    let denied = world.answer(&guest, ADD, json!({ "id": "f1" })).await;
    assert_eq!(only_error(&denied), ("FORBIDDEN", &json!(["addNote"])), "a guest sees no folder at all");
    let south = ada().of_tenant("south");
    let answer = world.ask(&south, ADD, json!({ "id": "f1" })).await;
    assert_eq!(answer["addNote"]["userErrors"], json!([{ "code": "NOT_FOUND" }]));
    assert_eq!(version(&world, "f1").await, 2, "nothing was written");
}

async fn what_may_not_be_seen_can_not_be_commanded(database: Database) {
    let world = World::over(database).await;
    let made = world.ask(&clerk(), "mutation { makeDrawer(input: { drawer: \"d1\" }) { version } }", json!({})).await;
    assert_eq!(made["makeDrawer"]["version"], "1");
    // A clerk may send it, and nothing says that anybody may see a drawer.
    let opened =
        world.answer(&clerk(), "mutation { openDrawer(input: { drawer: \"d1\" }) { version } }", json!({})).await;
    assert_eq!(only_error(&opened), ("FORBIDDEN", &json!(["openDrawer"])));
}

/// Nobody learns how far a read model is, who may not see it.
async fn rights_come_before_waiting(database: Database) {
    let world = World::over(database).await;
    world.write(&folder("f1", "ada")).await;
    let guest = Principal::new("gus").role("guest").of_tenant("north");
    for document in [
        "{ folderEntries(minPosition: \"99\") { totalCount } }",
        "{ folderEntry(id: \"f1\", minPosition: \"99\") { title } }",
        "{ unsaids(minPosition: \"99\") { totalCount } }",
    ] {
        let answer = world.answer(&guest, document, json!({})).await;
        assert_eq!(only_error(&answer).0, "FORBIDDEN", "{document}");
    }
    let secret =
        "mutation { addNote(input: { folder: \"f1\", text: \"more\", level: \"0\" }) { folderEntry { secret } } }";
    assert_eq!(only_error(&world.answer(&ada(), secret, json!({})).await).0, "FORBIDDEN", "though it is late");
}

async fn what_was_given_away_is_gone(database: Database) {
    let world = World::over(database).await;
    world.write(&folder("f1", "ada")).await;
    let id = json!({ "id": "f1" });
    let seen = json!({ "folder": { "owner": "ada" }, "folderEvents": { "nodes": [
        { "__typename": "FolderOpened" }, { "__typename": "NoteAdded" } ] } });
    let unseen = json!({ "folder": null, "folderEvents": { "nodes": [] } });
    assert_eq!(world.ask(&ada(), STATE, id.clone()).await, seen);
    assert_eq!(world.ask(&bea(), STATE, id.clone()).await, unseen);
    world
        .ask(&clerk(), "mutation { giveFolder(input: { folder: \"f1\", owner: \"bea\" }) { version } }", json!({}))
        .await;
    // Who has it now sees all its past, and who had it sees none of it.
    assert_eq!(world.ask(&ada(), STATE, id.clone()).await, unseen);
    let all = world.ask(&bea(), STATE, id).await;
    assert_eq!((&all["folder"], all["folderEvents"]["nodes"].as_array().unwrap().len()), (&seen["folder"], 3));
}

const EVENTS: &str = "subscription($id: String!, $after: String) {
    folderEvents(id: $id, after: $after) { __typename metadata { version cursor } } }";

/// The versions of the events that somebody is told of, as they come.
fn versions(world: &World, who: &Principal) -> UnboundedReceiver<u64> {
    let (send, receive) = unbounded_channel();
    let mut events = world.follow(who, EVENTS, json!({ "id": "f1" }));
    tokio::spawn(async move {
        while let Some(item) = events.next().await {
            let version = item["data"]["folderEvents"]["metadata"]["version"].as_str().unwrap().parse().unwrap();
            if send.send(version).is_err() {
                break;
            }
        }
    });
    receive
}

async fn events_that_are_followed_end_with_the_right_to_see_them(database: Database) {
    let world = World::running_over(database).await;
    world.write(&folder("f1", "ada")).await;
    let id = json!({ "id": "f1", "to": "bea" });
    let (mut of_ada, mut of_bea, mut of_clerk) =
        (versions(&world, &ada()), versions(&world, &bea()), versions(&world, &clerk()));
    world.ask(&ada(), ADD, id.clone()).await;
    for version in 1..=3 {
        assert_eq!(of_ada.recv().await, Some(version));
        assert_eq!(of_clerk.recv().await, Some(version));
    }
    // Followers are woken together: what is not told long after others were told of it is not told.
    let all_have_been_woken = async || {
        for _ in 0..50 {
            world.ask(&clerk(), STATE, id.clone()).await;
        }
    };
    all_have_been_woken().await;
    assert!(of_bea.is_empty(), "it is not hers");
    world.ask(&clerk(), GIVE, id.clone()).await;
    // What had happened before it was hers is not told afterwards; what happens then is, the giving first.
    assert_eq!(of_bea.recv().await, Some(4));
    world.ask(&bea(), ADD, id.clone()).await;
    assert_eq!(of_bea.recv().await, Some(5));
    assert_eq!((of_clerk.recv().await, of_clerk.recv().await), (Some(4), Some(5)));
    all_have_been_woken().await;
    assert!(of_ada.is_empty(), "it was hers");
}

/// Takes changes of folders until one row is as it is to be; none shows what is another one's.
async fn until(changes: &mut (impl StreamExt<Item = Json> + Unpin), kind: &str, folder: &Json) {
    loop {
        let change = changes.next().await.unwrap();
        assert!(change.get("errors").is_none(), "{change:#}");
        let change = &change["data"]["folderEntryChanged"];
        assert_ne!(change["row"]["owner"], "bea", "it is not hers");
        if change["kind"] == kind && change["row"]["folder"] == *folder {
            return;
        }
    }
}

async fn rows_that_are_followed_leave_with_the_right_to_see_them(database: Database) {
    let world = World::running_over(database).await;
    world.write(&folder("f1", "ada")).await;
    world.write(&folder("f2", "bea")).await;
    world.catch_up().await;
    let document = "subscription { folderEntryChanged { kind row { folder owner } } }";
    let mut of_ada = world.follow(&ada(), document, json!({}));
    until(&mut of_ada, "UPSERT", &json!("f1")).await;
    world.ask(&clerk(), GIVE, json!({ "id": "f1", "to": "bea" })).await;
    until(&mut of_ada, "REMOVED", &json!(null)).await;
    world.ask(&clerk(), GIVE, json!({ "id": "f2", "to": "ada" })).await;
    until(&mut of_ada, "UPSERT", &json!("f2")).await;
}

async fn who_may_not_see_can_not_follow(database: Database) {
    let world = World::over(database).await;
    world.write(&folder("f1", "ada")).await;
    let guest = Principal::new("gus").role("guest").of_tenant("north");
    let secret = "subscription { folderEntryChanged { row { secret } } }";
    let chosen = "subscription { folderEntryChanged(filter: { secret: { eq: \"x\" } }) { kind } }";
    let rows = "subscription { folderEntryChanged { kind } }";
    let unsaid = "subscription { unsaidChanged { kind } }";
    let denied = [(&guest, EVENTS), (&guest, rows), (&ada(), secret), (&ada(), chosen), (&clerk(), unsaid)];
    for (who, document) in denied {
        let mut answers = world.follow(who, document, json!({ "id": "f1" }));
        let answer = answers.next().await.unwrap();
        assert_eq!(only_error(&answer).0, "FORBIDDEN", "{document}: {answer:#}");
        assert_eq!(answer["data"], json!(null));
        assert!(answers.next().await.is_none());
    }
}

async fn what_stands_in_a_payload_is_not_for_everybody(database: Database) {
    let world = World::running_over(database).await;
    world.write(&folder("f1", "ada")).await;
    let secret = "mutation($id: String!) { addNote(input: { folder: $id, text: \"more\", level: \"0\" }) {
        version userErrors { code } folderEntry { secret } } }";
    let answer = world.answer(&ada(), secret, json!({ "id": "f1" })).await;
    // What was done was done.
    assert_eq!(answer["data"]["addNote"], json!({ "version": "3", "userErrors": [], "folderEntry": null }));
    assert_eq!(only_error(&answer), ("FORBIDDEN", &json!(["addNote", "folderEntry"])));
    let given = world.ask(&clerk(), GIVE, json!({ "id": "f1", "to": "bea" })).await;
    assert_eq!(given["giveFolder"]["folderEntry"], json!({ "owner": "bea" }));
}

async fn requests_may_be_denied_by_default_one_by_one(database: Database) {
    let world = World::over(database).await;
    world.catch_up().await;
    let open = Schema::of(&world.application).build().unwrap();
    let ask = async |request: Request| serde_json::to_value(open.execute(request).await).unwrap();
    let document = "{ unsaids { totalCount } }";
    let granted = ask(Request::new(document)).await;
    assert_eq!(granted["data"], json!({ "unsaids": { "totalCount": "0" } }), "{granted:#}");
    let denied = ask(Request::new(document).data(DenyByDefault)).await;
    assert_eq!(only_error(&denied).0, "UNAUTHENTICATED");
    // What is said holds all the same.
    assert_eq!(only_error(&ask(Request::new("{ folderEntries { totalCount } }")).await).0, "UNAUTHENTICATED");
}
