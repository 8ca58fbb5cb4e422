//! Holding an answer to what is to be answered.

use serde_json::{Value as Json, json};

use crate::graphql::access::oracle::{Of, Refusals, Told};

/// The cursors that stand in an answer, if it is the one that is to be.
pub(super) fn held_to(answer: &Json, told: &[(&str, Told)]) -> Result<Vec<(String, Of)>, String> {
    let mut cursors = Vec::new();
    if told.is_empty() {
        // All of it was left out.
        return if answer.get("errors").is_none() { Ok(cursors) } else { Err("nothing is asked".to_owned()) };
    }
    let data = answer["data"].as_object().ok_or("nothing is answered")?;
    if data.len() != told.len() {
        return Err("something else is answered".to_owned());
    }
    let mut refused: Vec<(Json, &Refusals)> = Vec::new();
    for (key, Told { value, beside, .. }) in told {
        let answer = data.get(*key).ok_or_else(|| format!("`{key}` is not answered"))?;
        match value {
            Ok(shown) if shown.is(answer, &mut cursors) => {}
            Err(refusals) if answer.is_null() => refused.push((json!([key]), refusals)),
            Ok(_) => return Err(format!("`{key}` is answered otherwise")),
            Err(_) => return Err(format!("`{key}` is answered")),
        }
        refused.extend(beside.iter().map(|(path, refusals)| (path.clone(), refusals)));
    }
    let errors = answer["errors"].as_array().map_or(&[] as &[Json], Vec::as_slice);
    let told_of = |(path, refusals): &(Json, &Refusals)| {
        errors.iter().any(|error| error["path"] == *path && is_one_of(error, refusals))
    };
    if errors.len() == refused.len() && refused.iter().all(told_of) {
        Ok(cursors)
    } else {
        Err(format!("refused is to be {refused:?}"))
    }
}

/// Whether an error tells of something that is wrong.
pub(super) fn is_one_of(error: &Json, refusals: &Refusals) -> bool {
    let extensions = &error["extensions"];
    refusals.iter().any(|refusal| {
        let actual = refusal.actual.map_or(Json::Null, |actual| json!(actual.to_string()));
        extensions["code"] == refusal.code && extensions["actualVersion"] == actual
    })
}
