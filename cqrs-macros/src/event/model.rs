use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::{Data, DeriveInput, Field, Fields, Ident, Path, Type};

use super::attrs::{Attrs, Container, Removed};
use super::timeline::Timeline;
use crate::support::docs::description;
use crate::support::errors::Errors;
use crate::support::expansion;
use crate::support::input::{named_fields, plain, refuse_generics, stored_name};
use crate::support::layout::StoredField;
use crate::support::names::Case;
use crate::support::serde::SerdeAttrs;
use crate::support::told::{Told, check_names};

/// A fact, and how its earlier versions become it.
pub(super) struct Model {
    pub(super) runtime: Path,
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) version: u32,
    /// Whether it is written as `struct Name;`.
    pub(super) unit: bool,
    pub(super) serde: SerdeAttrs,
    pub(super) fields: Vec<EventField>,
    pub(super) removed: Vec<RemovedField>,
    /// The struct of the version before, where the user keeps it.
    pub(super) previous: Option<Path>,
    pub(super) description: String,
}

/// A field of the current version.
pub(super) struct EventField {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    /// Its name in the payload.
    pub(super) stored: String,
    pub(super) serde: SerdeAttrs,
    pub(super) timeline: Timeline,
    pub(super) told: Told,
    /// Whether clients see it.
    pub(super) public: bool,
}

/// A field that is no more.
pub(super) struct RemovedField {
    pub(super) annotation: Removed,
    /// Its name in the payload.
    pub(super) stored: String,
}

impl Model {
    pub(super) fn validate(input: &DeriveInput, attrs: &Attrs, errors: &Errors) -> Option<Self> {
        refuse_generics(input, "an event", errors);
        named_fields(input, "an event", errors)?;
        let container = &attrs.container;
        let version = version(container, errors);
        let serde = SerdeAttrs::read_told(&input.attrs, errors);
        let case = serde.case("rename_all");
        let read = |on_field: &super::attrs::OnField| {
            let timeline = Timeline::read(on_field, version, errors);
            let public =
                container.public.is_some() || on_field.changes.iter().any(|(_, change)| change.public.is_some());
            EventField::read(&on_field.field, case, timeline, public, errors)
        };
        let model = Self {
            runtime: expansion::runtime(container.runtime.as_ref()),
            ident: input.ident.clone(),
            name: stored_name(&input.ident, container.name.as_ref(), errors),
            version,
            unit: matches!(&input.data, Data::Struct(data) if matches!(data.fields, Fields::Unit)),
            serde,
            fields: attrs.fields.iter().filter_map(read).collect(),
            removed: container.removed.iter().map(|removed| RemovedField::read(removed, case)).collect(),
            previous: container.previous.as_ref().map(|path| path.0.clone()),
            description: description(&input.attrs),
        };
        model.check_public(errors);
        container.removed.iter().for_each(|removed| removed.check(version, errors));
        // A history of which a part was not understood can't be judged.
        if errors.is_empty() {
            model.check_history(version_span(input, container), errors);
        }
        Some(model)
    }

    fn check_public(&self, errors: &Errors) {
        let public = self.fields.iter().filter(|field| field.public);
        check_names(public.map(|field| &field.told), TAKEN, errors);
    }

    /// How earlier versions are read: from the struct before, or by the annotations; never both, and without a hole.
    fn check_history(&self, span: Span, errors: &Errors) {
        let annotated = self.fields.iter().find_map(|field| field.timeline.span());
        let annotated = annotated.or_else(|| self.removed.first().map(|removed| removed.annotation.ident.span()));
        match (&self.previous, annotated) {
            (Some(_), Some(annotation)) => errors.push_at(
                annotation,
                "the version before is a struct, `previous = ..`: say in its conversion what changed, \
                 or remove `previous` and annotate the fields",
            ),
            (Some(previous), None) if self.version < 2 => {
                errors.push(previous, "an event with a `previous` version is version 2 at least: write `version = ..`");
            }
            (Some(_), None) => {}
            (None, None) if self.version > 1 => errors.push_at(span, self.unknown_past()),
            (None, _) => self.check_changes(span, errors),
        }
    }

    fn unknown_past(&self) -> String {
        let (version, before) = (self.version, self.version - 1);
        format!(
            "version {version} of `{}` doesn't say how version {before} becomes it: \
             name its struct, `previous = {}V{before}`, or annotate what changed, \
             `#[event(since = {version}, default = ..)]` or `#[event(was = \"..\", until = {version})]` on a field",
            self.ident, self.ident,
        )
    }

    fn check_changes(&self, span: Span, errors: &Errors) {
        let of_fields = self.fields.iter().flat_map(|field| field.timeline.changes());
        let changed: BTreeSet<_> =
            of_fields.chain(self.removed.iter().flat_map(|removed| removed.annotation.changes())).collect();
        for version in (2..=self.version).filter(|version| !changed.contains(version)) {
            let message = format!(
                "nothing changes between versions {} and {version}: lower the version, or annotate what changed",
                version - 1
            );
            errors.push_at(span, message);
        }
        self.fields.iter().for_each(|field| field.check_renames(errors));
        for version in 1..self.version {
            self.check_names(version, errors);
        }
    }

    fn check_names(&self, version: u32, errors: &Errors) {
        let mut names = BTreeSet::new();
        let fields = self.fields.iter().filter_map(|field| Some((field.stored_in(version)?, &field.ident)));
        let removed = self.removed.iter().filter(|removed| removed.annotation.is_in(version));
        let removed = removed.map(|removed| (removed.stored.as_str(), &removed.annotation.ident));
        for (name, ident) in fields.chain(removed) {
            if !names.insert(name) {
                errors.push(ident, format!("two fields were called {name:?} in version {version}"));
            }
        }
    }
}

/// What clients find in every event beside its fields.
const TAKEN: &[&str] = &["metadata"];

impl EventField {
    fn read(field: &Field, case: Option<Case>, timeline: Timeline, public: bool, errors: &Errors) -> Option<Self> {
        let serde = SerdeAttrs::read(&field.attrs);
        let StoredField { name: stored, ty, told } = StoredField::read(field, case, errors)?;
        Some(Self { ident: field.ident.clone()?, ty, stored, serde, timeline, told, public })
    }

    fn check_renames(&self, errors: &Errors) {
        for past in self.timeline.past.iter().filter(|past| past.retyped.is_none()) {
            let next = self.timeline.was(past.until.value).unwrap_or(&self.stored);
            if past.was.as_deref() == Some(next) {
                let message = format!("nothing changes here: the field is called {next:?} afterwards too");
                errors.push_at(past.until.span, message);
            }
        }
    }

    /// Its name in the payload of a version; `None` where it is not there.
    pub(super) fn stored_in(&self, version: u32) -> Option<&str> {
        let there = self.timeline.absent(version).is_none();
        there.then(|| self.timeline.was(version).unwrap_or(&self.stored))
    }
}

impl RemovedField {
    fn read(removed: &Removed, case: Option<Case>) -> Self {
        let name = plain(&removed.ident);
        let by_case = || case.map_or_else(|| name.clone(), |case| case.of_field(&name));
        let stored = removed.was.as_ref().map_or_else(by_case, |was| was.value.clone());
        Self { annotation: removed.clone(), stored }
    }
}

fn version(container: &Container, errors: &Errors) -> u32 {
    match &container.version {
        None => 1,
        Some(version) if version.value == 0 => {
            errors.push_at(version.span, "the first version is 1");
            1
        }
        Some(version) => version.value,
    }
}

fn version_span(input: &DeriveInput, container: &Container) -> Span {
    container.version.as_ref().map_or_else(|| input.ident.span(), |version| version.span)
}
