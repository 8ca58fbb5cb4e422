//! Random requests of random principals: nothing foreign reaches anyone, and all that is their own does.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cqrs_runtime::principal::Principal;
use serde_json::{Value as Json, json};

use super::World;
use super::asked::{Asked, Denied, Entries, Expected};
use super::model::{RULES, Rule, Viewer, Written, principal, world};
use crate::database::{Database, on_both};
use crate::random::rng;

const REQUESTS: usize = 10_000;

on_both! {
    in_threads
    each_is_answered_by_the_rules
}

/// Somebody's view of all folders, with a rule forgotten or none.
fn view<'w, 'p>(world: &'w [Written], principal: &'p Principal, forgotten: Option<Rule>) -> Viewer<'w, 'p> {
    Viewer { world, principal, forgotten }
}

async fn each_is_answered_by_the_rules(database: Database) {
    let mut rng = rng();
    let (world, written) = (World::over(database).await, world(&mut rng));
    for folder in &written {
        world.write(folder).await;
    }
    world.catch_up().await;
    // A rule that could be forgotten without any answer being another one would not be tested.
    let mut untested: Vec<Rule> = RULES.to_vec();
    let (mut refused, mut shown) = (0, 0);
    for number in 0..REQUESTS {
        let (principal, asked) = (principal(&mut rng), Asked::random(&mut rng));
        let (document, mut variables) = asked.document(node);
        let mut place = None;
        if let Asked::Entries(entries) = &asked
            && entries.after.is_some()
        {
            let clerk = Principal::new("clerk").role("clerk").of_tenant(&principal.tenant);
            let (row, cursor) = behind(&world, &written, &clerk, entries).await;
            (place, variables) = (row, entries.variables(cursor.as_ref()));
        }
        let expected = |forgotten: Option<Rule>| -> Expected {
            let viewer = view(&written, &principal, forgotten);
            match &asked {
                Asked::Entries(entries) => entries.expected(&viewer, place),
                asked => asked.expected(&viewer),
            }
        };
        let answer = world.answer(&principal, &document, variables.clone()).await;
        let context = || format!("request {number} of {principal:?}: {document}\n{variables:#}\n{answer:#}");
        let right = expected(None);
        assert_eq!(told(&answer, &principal), right, "{}", context());
        nothing_foreign(&answer, &view(&written, &principal, None), &context);
        untested.retain(|rule| expected(Some(*rule)) == right);
        match &right {
            Err(Denied) => refused += 1,
            Ok(data) => shown += usize::from(!data.is_null()),
        }
    }
    assert_eq!(untested, [], "no answer depends on them");
    assert!(refused > REQUESTS / 10 && shown > REQUESTS / 10, "{refused} refused, {shown} shown");
}

fn node(id: &str) -> Json {
    json!(URL_SAFE_NO_PAD.encode(json!(["FolderEntry", id]).to_string()))
}

/// The place behind which rows are asked for, and the cursor of it that somebody got who sees all.
async fn behind<'w>(
    world: &World,
    written: &'w [Written],
    clerk: &Principal,
    entries: &Entries,
) -> (Option<&'w Written>, Option<Json>) {
    let all = entries.rows(&view(written, clerk, None));
    let Some(row) = entries.after.and_then(|place| all.get(place).copied()) else { return (None, None) };
    let document =
        format!("query{} {{ {} {{ edges {{ cursor node {{ folder }} }} }} }}", Entries::ARGUMENTS, Entries::GIVEN);
    let mut variables = entries.variables(None);
    (variables["first"], variables["last"]) = (json!(100), json!(null));
    let answer = world.ask(clerk, &document, variables).await;
    let edges = answer["folderEntries"]["edges"].as_array().unwrap();
    let edge = edges.iter().find(|edge| edge["node"]["folder"] == json!(row.id)).unwrap();
    (Some(row), Some(edge["cursor"].clone()))
}

/// What was answered, without cursors; a refusal shows nothing, and says to whom it is one.
fn told(answer: &Json, principal: &Principal) -> Expected {
    let Some(errors) = answer.get("errors") else {
        let mut data = answer["data"]["it"].clone();
        for edge in data.get_mut("edges").and_then(Json::as_array_mut).into_iter().flatten() {
            edge.as_object_mut().unwrap().remove("cursor").unwrap();
        }
        return Ok(data);
    };
    let is_nobody = principal.id.is_empty() && principal.roles.is_empty();
    let code = if is_nobody { "UNAUTHENTICATED" } else { "FORBIDDEN" };
    assert_eq!(errors.as_array().unwrap().len(), 1, "{answer:#}");
    assert_eq!(errors[0]["extensions"]["code"], code, "{answer:#}");
    assert_eq!(answer["data"].get("it").unwrap_or(&Json::Null), &Json::Null, "{answer:#}");
    Err(Denied)
}

/// Looks for what somebody may not see, cursors from within: whatever the request, and wherever it stands.
fn nothing_foreign(answer: &Json, viewer: &Viewer<'_, '_>, context: &dyn Fn() -> String) {
    let mut own: BTreeSet<&str> = viewer.entries().iter().map(|folder| &*folder.title).collect();
    if viewer.knows_secrets() {
        own.extend(viewer.entries().iter().map(|folder| &*folder.secret));
    }
    own.extend(viewer.notes().iter().map(|(folder, place)| &*folder.notes[*place].text));
    for folder in viewer.world.iter().filter_map(|folder| viewer.folder(&folder.id)) {
        // The trail of what is one's own is whole, but for what no event tells.
        own.insert(&folder.title);
        own.extend(folder.notes.iter().map(|note| &*note.text));
    }
    let foreign = viewer.world.iter().flat_map(|folder| {
        [&*folder.title, &*folder.secret].into_iter().chain(folder.notes.iter().map(|note| &*note.text))
    });
    let foreign: BTreeSet<&str> = foreign.filter(|text| !own.contains(text)).collect();
    let mut texts = Vec::new();
    collect(answer, &mut texts);
    for text in texts {
        let within = URL_SAFE_NO_PAD.decode(&text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        for text in [Some(text), within].into_iter().flatten() {
            let found = foreign.iter().find(|foreign| text.contains(*foreign));
            assert_eq!(found, None, "{}", context());
        }
    }
}

fn collect(value: &Json, texts: &mut Vec<String>) {
    match value {
        Json::String(text) => texts.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Json::Object(fields) => fields.values().for_each(|field| collect(field, texts)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
