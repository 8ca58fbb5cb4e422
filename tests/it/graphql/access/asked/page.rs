//! Pages of anything.

use fastrand::Rng;
use serde_json::{Value as Json, json};

/// How many, from which end.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Page {
    First(usize),
    Last(usize),
}

pub(super) fn page(rng: &mut Rng) -> Page {
    if rng.bool() { Page::First(rng.usize(..6)) } else { Page::Last(rng.usize(..6)) }
}

/// The rows of a page, and whether there are others before and behind it.
pub(super) fn paged<T>(mut rows: Vec<T>, page: Page, behind: bool) -> (Vec<T>, bool, bool) {
    match page {
        Page::First(count) => {
            let next = rows.len() > count;
            rows.truncate(count);
            (rows, behind, next)
        }
        Page::Last(count) => {
            let previous = rows.len() > count;
            (rows.split_off(rows.len().saturating_sub(count)), previous, false)
        }
    }
}

impl Page {
    pub(super) fn given(self) -> Json {
        match self {
            Self::First(count) => json!({ "first": count, "last": null }),
            Self::Last(count) => json!({ "first": null, "last": count }),
        }
    }
}
