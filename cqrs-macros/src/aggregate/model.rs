mod public;

use std::collections::BTreeMap;

use proc_macro2::Span;
use quote::{ToTokens, format_ident};
use syn::{DeriveInput, Field, Ident, Path, Type, Visibility};

pub(super) use self::public::PublicField;

use super::attrs::{Attrs, Entry, Listing, Snapshot};
use crate::support::access::Roles;
use crate::support::args::PathArg;
use crate::support::docs::description;
use crate::support::errors::Errors;
use crate::support::expansion;
use crate::support::input::{plain, refuse_generics, stored_name};
use crate::support::layout::Layout;

/// An aggregate and all that belongs to it.
pub(super) struct Model {
    pub(super) runtime: Path,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) id: Type,
    pub(super) error: Type,
    pub(super) config: Option<Type>,
    pub(super) event_enum: Ident,
    pub(super) events: Vec<Member>,
    pub(super) command_enum: Ident,
    pub(super) commands: Vec<Member>,
    pub(super) retired: Vec<Path>,
    pub(super) snapshots: Option<Snapshots>,
    pub(super) description: String,
    /// Who may see and command it.
    pub(super) roles: Option<Roles>,
    /// The fields of the state, where they have names.
    pub(super) fields: Vec<Field>,
    /// The fields that clients see.
    pub(super) public: Vec<PublicField>,
}

/// An event or a command of the aggregate.
pub(super) struct Member {
    pub(super) path: Path,
    /// Its name in the generated enum.
    pub(super) variant: Ident,
    /// Whether it begins a stream.
    pub(super) begins: bool,
}

/// Snapshots of the state.
pub(super) struct Snapshots {
    pub(super) every: u32,
    pub(super) version: u32,
    pub(super) state: Layout,
    pub(super) span: Span,
}

impl Model {
    pub(super) fn validate(input: &DeriveInput, attrs: &Attrs, errors: &Errors) -> Option<Self> {
        refuse_generics(input, "an aggregate", errors);
        let container = &attrs.container;
        let ident = &input.ident;
        if let syn::Data::Union(data) = &input.data {
            errors.push_at(data.union_token.span, "an aggregate's state is a struct or an enum, not a union");
        }
        let id = required(container.id.as_ref(), ident, "id = AccountId", "the type of its id", errors);
        let error =
            required(container.error.as_ref(), ident, "error = AccountError", "why it refuses a command", errors);
        let events = required(container.events.as_ref(), ident, "events(Opened, ..)", "its events", errors)
            .map(|listing| events(&listing, errors));
        let commands =
            required(container.commands.as_ref(), ident, "commands(create(Open), ..)", "its commands", errors)
                .map(|listing| commands(&listing, errors));
        let retired = container.retired.as_ref().map(|listing| retired(listing, events.as_deref(), errors));
        let event_enum = enum_name(container.event_enum.as_ref(), ident, "Event", errors);
        let command_enum = enum_name(container.command_enum.as_ref(), ident, "Command", errors);
        let snapshots = match &container.snapshot {
            Some(snapshot) => Some(Snapshots::read(snapshot, input, errors)?),
            None => None,
        };
        Some(Self {
            runtime: expansion::runtime(container.runtime.as_ref()),
            vis: input.vis.clone(),
            ident: ident.clone(),
            name: stored_name(ident, container.name.as_ref(), errors),
            id: id?.0,
            error: error?.0,
            config: container.config.as_ref().map(|ty| ty.0.clone()),
            event_enum,
            events: events?,
            command_enum,
            commands: commands?,
            retired: retired.unwrap_or_default(),
            snapshots,
            description: description(&input.attrs),
            roles: container.roles.clone(),
            fields: check_roles(attrs, errors),
            public: public::fields(input, attrs, errors),
        })
    }
}

impl Model {
    /// What can be told of an aggregate with mistakes in its annotation; what is missing stands open.
    pub(super) fn lenient(input: &DeriveInput, attrs: &Attrs) -> Self {
        let reported = Errors::new();
        let container = &attrs.container;
        let (ident, unknown) = (&input.ident, |name: &str| {
            let name = Ident::new(name, Span::call_site());
            syn::parse_quote!(__private::#name)
        });
        let list = |listing: &Option<Listing>, group, what| {
            listing.as_ref().map(|listing| members(listing, group, what, &reported)).unwrap_or_default()
        };
        let model = Self {
            runtime: expansion::runtime(container.runtime.as_ref()),
            vis: input.vis.clone(),
            ident: ident.clone(),
            name: String::new(),
            id: container.id.as_ref().map_or_else(|| unknown("UnknownId"), |ty| ty.0.clone()),
            error: container.error.as_ref().map_or_else(|| unknown("UnknownError"), |ty| ty.0.clone()),
            config: container.config.as_ref().map(|ty| ty.0.clone()),
            event_enum: enum_name(container.event_enum.as_ref(), ident, "Event", &reported),
            events: list(&container.events, "init", "event"),
            command_enum: enum_name(container.command_enum.as_ref(), ident, "Command", &reported),
            commands: list(&container.commands, "create", "command"),
            retired: Vec::new(),
            snapshots: None,
            description: String::new(),
            roles: None,
            fields: Vec::new(),
            public: Vec::new(),
        };
        // They were reported when the model was validated.
        drop(reported.check());
        model
    }
}

/// The fields that have names; rules on others are reported.
fn check_roles(attrs: &Attrs, errors: &Errors) -> Vec<Field> {
    let fields: Vec<Field> =
        attrs.fields.iter().map(|on| on.field.clone()).filter(|field| field.ident.is_some()).collect();
    if let Some(roles) = &attrs.container.roles {
        roles.check(&fields.iter().filter_map(|field| field.ident.as_ref()).collect::<Vec<_>>(), errors);
    }
    fields
}

fn required<T: Clone>(value: Option<&T>, ident: &Ident, example: &str, what: &str, errors: &Errors) -> Option<T> {
    if value.is_none() {
        errors.push(ident, format!("an aggregate names {what}: write `#[aggregate({example}, ..)]`"));
    }
    value.cloned()
}

/// The events; without an `init(..)`, the first one begins the stream.
fn events(listing: &Listing, errors: &Errors) -> Vec<Member> {
    let mut events = members(listing, "init", "event", errors);
    let grouped = listing.entries.iter().any(|entry| matches!(entry, Entry::Group { .. }));
    match events.first_mut() {
        Some(first) if !grouped => first.begins = true,
        Some(_) => {}
        None => {
            errors.push_at(listing.span, "an aggregate has at least the event that begins it: `events(Opened, ..)`");
        }
    }
    events
}

fn commands(listing: &Listing, errors: &Errors) -> Vec<Member> {
    if listing.entries.is_empty() {
        errors.push_at(listing.span, "an aggregate decides on at least one command: `commands(create(Open), ..)`");
    }
    members(listing, "create", "command", errors)
}

fn members(listing: &Listing, group: &str, what: &str, errors: &Errors) -> Vec<Member> {
    for entry in &listing.entries {
        if let Entry::Group { keyword, .. } = entry
            && keyword != group
        {
            errors.push(
                keyword,
                format!("{what}s that begin a stream stand in `{group}(..)`; there is no `{keyword}(..)`"),
            );
        }
    }
    let mut variants: BTreeMap<String, Path> = BTreeMap::new();
    let mut members = Vec::new();
    for (path, begins) in listing.types() {
        let Some(variant) = path.segments.last().map(|segment| segment.ident.clone()) else { continue };
        if let Some(first) = variants.insert(variant.to_string(), path.clone()) {
            errors.push(path, listed_twice(&first, path, &variant, what));
            continue;
        }
        members.push(Member { path: path.clone(), variant, begins });
    }
    members
}

fn listed_twice(first: &Path, second: &Path, variant: &Ident, what: &str) -> String {
    if first == second {
        return format!("the {what} `{variant}` is listed twice: remove one");
    }
    let first = first.to_token_stream().to_string().replace(' ', "");
    format!(
        "`{first}` is listed too, and both would be the variant `{variant}`: \
         import one under another name, `use .. as ..`, and list it under that"
    )
}

fn retired(listing: &Listing, events: Option<&[Member]>, errors: &Errors) -> Vec<Path> {
    for (path, grouped) in listing.types() {
        if grouped {
            errors.push(path, "a retired event begins nothing: list it as `retired(OldEvent, ..)`");
        }
        if events.is_some_and(|events| events.iter().any(|event| event.path == *path)) {
            errors.push(path, "an event is either current or retired: remove it from one of the lists");
        }
    }
    listing.types().map(|(path, _)| path.clone()).collect()
}

/// The name of a generated enum.
fn enum_name(chosen: Option<&PathArg>, ident: &Ident, suffix: &str, errors: &Errors) -> Ident {
    let default = || format_ident!("{}{suffix}", plain(ident), span = ident.span());
    let Some(PathArg(path)) = chosen else { return default() };
    path.get_ident().cloned().unwrap_or_else(|| {
        errors.push(path, "the enum is made beside the aggregate: give it a name, not a path");
        default()
    })
}

impl Snapshots {
    fn read(snapshot: &Snapshot, input: &DeriveInput, errors: &Errors) -> Option<Self> {
        let positive = |number: &crate::support::args::Number, what: &str| {
            if number.value == 0 {
                errors.push_at(number.span, format!("{what} is at least 1"));
            }
            number.value
        };
        let Some(every) = &snapshot.every else {
            errors.push_at(snapshot.span, "say after how many events a snapshot is due: `snapshot(every = 100)`");
            return None;
        };
        Some(Self {
            every: positive(every, "the number of events between snapshots"),
            version: snapshot.version.as_ref().map_or(1, |version| positive(version, "the version of a snapshot")),
            span: snapshot.span,
            state: Layout::read(input, "a state that is kept in snapshots", errors)?,
        })
    }
}
