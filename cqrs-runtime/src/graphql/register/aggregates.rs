//! Aggregates: mutations, states as of some time, audit trails.

use async_graphql::registry::MetaField;

use super::super::catalog::{AggregateEntry, Catalog, CommandEntry};
use super::super::input_type;
use super::super::meta::{FieldExt, field, input, input_object, interface, object};
use super::pages::Pages;
use super::values::{input_field, output_field};
use super::{Roots, Types};

pub(super) fn register(catalog: &Catalog, pages: Pages, types: &mut Types, roots: &mut Roots) {
    if catalog.aggregates.is_empty() {
        return;
    }
    shared(types);
    for aggregate in &catalog.aggregates {
        state(catalog, aggregate, types, &mut roots.query);
        events(catalog, aggregate, pages, types, roots);
        for command in &aggregate.commands {
            mutation(catalog, aggregate, command, types, &mut roots.mutation);
        }
    }
}

fn shared(types: &mut Types) {
    types.add(input_object(
        "AsOf",
        "Up to which event a state is told: one of them.",
        true,
        [
            input("version", "BigInt", "Up to this version of the stream."),
            input("time", "DateTime", "Up to this moment."),
            input("position", "BigInt", "Up to this position of the log."),
        ],
    ));
    types.add(object(
        "UserError",
        "Why a command was refused.",
        [
            field("field", "[String!]", "The field at fault, as a path below `input`."),
            field("message", "String!", "The sentence for people."),
            field("code", "String!", "What programs decide by: stable."),
        ],
    ));
    types.add(object(
        "EventMetadata",
        "Who, when, why.",
        [
            field("cursor", "String!", "Where the event stands: for `after` and `before`."),
            field("position", "BigInt!", "Its place in the log."),
            field("version", "BigInt!", "Its place in the stream."),
            field("eventId", "UUID!", "The event's own id."),
            field("correlationId", "UUID!", "Common to all that one request set off."),
            field("causationId", "UUID!", "What caused the event directly: the command."),
            field("principal", "String", "Who asked for it; `null` where nobody is known."),
            field("recordedAt", "DateTime!", "When it was recorded."),
        ],
    ));
}

/// The state as of some time; none where no field is public.
fn state(catalog: &Catalog, aggregate: &AggregateEntry, types: &mut Types, query: &mut Vec<MetaField>) {
    let state = &aggregate.state;
    if state.fields.is_empty() {
        return;
    }
    let id = input_type::input(&aggregate.id, &catalog.types);
    let own = [
        field("id", &id, "Its id."),
        field("version", "BigInt!", "The version of the last event in it."),
        field("position", "BigInt!", "The position of that event in the log."),
        field("recordedAt", "DateTime!", "When that event was recorded."),
    ];
    types.add(object(state.name, state.description, own.into_iter().chain(state.fields.iter().map(output_field))));
    let one = field(&aggregate.one, state.name, state.description);
    query.push(one.argument("id", &id, "Which one.").argument(
        "asOf",
        "AsOf",
        "As of when; now, where nothing is said.",
    ));
}

/// The audit trail, and the same as it goes on.
fn events(catalog: &Catalog, aggregate: &AggregateEntry, pages: Pages, types: &mut Types, roots: &mut Roots) {
    let (name, id) = (event_name(aggregate), input_type::input(&aggregate.id, &catalog.types));
    let metadata = || field("metadata", "EventMetadata!", "Who, when, why.");
    let mut names = Vec::new();
    for (_, event) in &aggregate.events {
        let fields = std::iter::once(metadata()).chain(event.fields.iter().map(output_field));
        types.add(object(event.name, event.description, fields));
        names.push(event.name.to_owned());
    }
    types.add(interface(&name, "Something that has happened.", [metadata()], names));
    types.add(object(
        &format!("{name}Connection"),
        "A page of events, oldest first.",
        [
            field("edges", &format!("[{name}Edge!]!"), "The events with their cursors."),
            field("nodes", &format!("[{name}!]!"), "The events."),
            field("pageInfo", "PageInfo!", "Where the page stands among all events."),
        ],
    ));
    types.add(object(
        &format!("{name}Edge"),
        "An event of a page.",
        [
            field("node", &format!("{name}!"), "The event."),
            field("cursor", "String!", "Where it stands: for `after` and `before`."),
        ],
    ));
    let field_name = format!("{}Events", aggregate.one);
    let trail = field(&field_name, &format!("{name}Connection"), "All that has happened to one, oldest first.");
    roots.query.push(pages.arguments(trail.argument("id", &id, "To which one.")));
    let live =
        field(&field_name, &format!("{name}!"), "All that has happened to one, and then what happens, as it comes.");
    let after = "Only behind this cursor: that of the last event that was taken.";
    roots.subscription.push(live.argument("id", &id, "To which one.").argument("after", "String", after));
}

/// The interface of an aggregate's events: `AccountEvent`.
pub(in crate::graphql) fn event_name(aggregate: &AggregateEntry) -> String {
    format!("{}Event", aggregate.state.name)
}

fn mutation(
    catalog: &Catalog,
    aggregate: &AggregateEntry,
    CommandEntry { command, mutation }: &CommandEntry,
    types: &mut Types,
    roots: &mut Vec<MetaField>,
) {
    let input = &command.input;
    let (input_name, payload) = (format!("{}Input", input.name), format!("{}Payload", input.name));
    let inputs = input.fields.iter().map(|field| input_field(catalog, field));
    if !input.fields.is_empty() {
        types.add(input_object(&input_name, input.description, false, inputs));
    }
    let id = input_type::nullable(&aggregate.id, &catalog.types);
    let mut fields = vec![
        field("id", &id, "Whose command it was; `null` where it was refused."),
        field("version", "BigInt", "The version after it; `null` where it was refused."),
        field(
            "position",
            "BigInt",
            "The position of its last event: for `minPosition`; `null` where nothing happened.",
        ),
        field("userErrors", "[UserError!]!", "Why it was refused; empty where it was not."),
    ];
    for model in aggregate.read_models.iter().filter_map(|model| catalog.models.get(*model)) {
        fields.push(field(&model.one, model.type_name(), model.table.description));
    }
    types.add_object(&payload, "What came of it.", fields);
    let key = "Sent again with the same key, the command gets its first answer and changes nothing.";
    let mut root = field(mutation, &payload, input.description);
    if !input.fields.is_empty() {
        root = root.argument("input", &format!("{input_name}!"), "The command.");
    }
    root = root.argument("idempotencyKey", "String", key);
    if !command.creates {
        let version = "Only if it is still at this version; a conflict otherwise.";
        root = root.argument("expectedVersion", "BigInt", version);
    }
    roots.push(root.deprecated(command.deprecated));
}
