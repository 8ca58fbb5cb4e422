//! Looking for what somebody may not see: whatever the request, and whatever is to be answered to it.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;

use crate::graphql::access::model::Viewer;

/// Looks into an answer, and into the cursors in it.
pub(super) fn nothing_foreign(answer: &Json, viewer: &Viewer<'_, '_>, context: &str) {
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
            assert_eq!(found, None, "{context}\nis answered {answer:#}");
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
