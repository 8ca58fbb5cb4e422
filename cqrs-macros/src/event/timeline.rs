//! What a field was in each version of its event.

use proc_macro2::Span;
use syn::{Attribute, Path, Type};

use super::attrs::{Change, OnField, Removed};
use crate::support::args::{DefaultArg, Number};
use crate::support::errors::Errors;

/// A field through the versions.
pub(super) struct Timeline {
    /// The version that brought it, and what earlier ones get.
    pub(super) since: Option<(Number, DefaultArg)>,
    /// What it was before, in the order of time.
    pub(super) past: Vec<Past>,
}

/// What a field was, up to but without a version.
pub(super) struct Past {
    pub(super) until: Number,
    pub(super) was: Option<String>,
    pub(super) retyped: Option<Retyped>,
}

/// The type that a field had, and how its values go on to the next one.
pub(super) struct Retyped {
    pub(super) until: u32,
    pub(super) ty: Type,
    pub(super) with: Option<Path>,
}

impl Timeline {
    pub(super) fn read(on_field: &OnField, latest: u32, errors: &Errors) -> Self {
        let mut timeline = Self { since: None, past: Vec::new() };
        for (attribute, change) in &on_field.changes {
            if let Some(since) = change.since(latest, errors) {
                if timeline.since.is_some() {
                    errors.push_at(since.0.span, "a field comes into being once: one `since`");
                }
                timeline.since = Some(since);
            }
            timeline.past.extend(change.past(attribute, latest, errors));
        }
        timeline.past.sort_by_key(|past| past.until.value);
        timeline.check_order(errors);
        timeline
    }

    fn check_order(&self, errors: &Errors) {
        for pair in self.past.windows(2) {
            if pair[0].until.value == pair[1].until.value {
                errors.push_at(pair[1].until.span, "the field changes twice in this version: write it as one change");
            }
        }
        if let (Some((since, _)), Some(first)) = (&self.since, self.past.first())
            && first.until.value <= since.value
        {
            let message = format!("the field exists since version {}, so it can't have changed before", since.value);
            errors.push_at(first.until.span, message);
        }
    }

    /// What events of a version get that do not have the field yet.
    pub(super) fn absent(&self, version: u32) -> Option<&DefaultArg> {
        self.since.as_ref().filter(|(since, _)| version < since.value).map(|(_, default)| default)
    }

    /// The name that it had in a version; `None` for the current one.
    pub(super) fn was(&self, version: u32) -> Option<&str> {
        self.ahead(version).find_map(|past| past.was.as_deref())
    }

    /// The conversions that a value of a version, or its default, has to go through, one after the other. The first tells
    /// the type in that version.
    pub(super) fn conversions(&self, version: u32) -> impl Iterator<Item = &Retyped> {
        self.ahead(version).filter_map(|past| past.retyped.as_ref())
    }

    fn ahead(&self, version: u32) -> impl Iterator<Item = &Past> {
        self.past.iter().filter(move |past| version < past.until.value)
    }

    /// The versions in which it changed.
    pub(super) fn changes(&self) -> impl Iterator<Item = u32> {
        self.since.iter().map(|(since, _)| since.value).chain(self.past.iter().map(|past| past.until.value))
    }

    /// The first annotation, where there is one.
    pub(super) fn span(&self) -> Option<Span> {
        let since = self.since.iter().map(|(since, _)| since.span);
        since.chain(self.past.iter().map(|past| past.until.span)).next()
    }
}

impl Change {
    fn since(&self, latest: u32, errors: &Errors) -> Option<(Number, DefaultArg)> {
        match (&self.since, &self.default) {
            (Some(since), Some(default)) => {
                in_range("since", since, latest, errors);
                return Some((since.clone(), default.clone()));
            }
            (Some(since), None) => {
                errors.push_at(since.span, "say what events of earlier versions get: `default`, or `default = ..`");
            }
            (None, Some(default)) => {
                errors.push(default, "say which version brought the field: `since = 2, default = ..`");
            }
            (None, None) => {}
        }
        None
    }

    fn past(&self, attribute: &Attribute, latest: u32, errors: &Errors) -> Option<Past> {
        let Self { until, was, ty, with, .. } = self;
        let Some(until) = until else {
            if was.is_some() || ty.is_some() || with.is_some() {
                errors.push(attribute, "say which version changed the field: `until = 2`");
            }
            return None;
        };
        if with.is_some() && ty.is_none() {
            errors.push(attribute, "`with` converts from another type: name it, `ty = ..`");
        } else if was.is_none() && ty.is_none() {
            errors.push_at(until.span, "say what the field was: `was = \"..\"`, or `ty = ..`");
        }
        in_range("until", until, latest, errors);
        Some(Past {
            until: until.clone(),
            was: was.as_ref().map(|was| was.value.clone()),
            retyped: ty.as_ref().map(|ty| Retyped {
                until: until.value,
                ty: ty.0.clone(),
                with: with.as_ref().map(|with| with.0.clone()),
            }),
        })
    }
}

impl Removed {
    pub(super) fn check(&self, latest: u32, errors: &Errors) {
        in_range("until", &self.until, latest, errors);
        if let Some(since) = &self.since {
            in_range("since", since, latest, errors);
            if since.value >= self.until.value {
                errors.push_at(since.span, "a field is removed after it came: `since` is less than `until`");
            }
        }
    }

    /// Whether it stands in a version.
    pub(super) fn is_in(&self, version: u32) -> bool {
        version < self.until.value && self.since.as_ref().is_none_or(|since| since.value <= version)
    }

    /// The versions in which it came and went.
    pub(super) fn changes(&self) -> impl Iterator<Item = u32> {
        self.since.iter().map(|since| since.value).chain([self.until.value])
    }
}

fn in_range(key: &str, number: &Number, latest: u32, errors: &Errors) {
    let value = number.value;
    if value < 2 {
        errors.push_at(number.span, format!("`{key}` names the version that changed something: 2 at least"));
    } else if value > latest {
        let message =
            format!("`{key} = {value}`, but the event is version {latest}: raise `#[event(version = {value})]`");
        errors.push_at(number.span, message);
    }
}
