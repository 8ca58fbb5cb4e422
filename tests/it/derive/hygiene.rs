//! A user's own items, named like ours or like those of the standard library, don't get into expansions; raw
//! identifiers and keywords are names like others; and a strict crate gets no warning.

#![deny(warnings, missing_docs, unused_qualifications, missing_debug_implementations, clippy::pedantic)]
#![allow(non_camel_case_types, reason = "types are named as strangely as it gets")]

use cqrs_runtime::aggregate as ours;
use cqrs_runtime::event as stored;
use cqrs_runtime::prelude::*;

use super::raw as raw_event;

macro_rules! taken {
    ($($name:ident)+) => { $(#[derive(Debug)] #[expect(dead_code, reason = "only its name matters")] struct $name;)+ };
}

taken! {
    Vec String Box Clone Debug PartialEq Eq Ord PartialOrd Hash Copy Default Display From TryFrom FromStr Cow Duration
    Option Some None Result Ok Err Events Context Parts RawEvent Shape Shapes Definition Event Command Aggregate Value
    Decide Emits EventSet CommandSet EventSchema Identifier GeneratedId Serializer Deserializer ToString ToOwned
    core std ReadModel Project Projection ProjectionError Row RowReader RowWriter Table TableField Field Column
    ColumnError FieldValue KeyValue KeyOf ApiField ApiRecord ApiType ApiTypes ApiVariant ApiCommand Json BoundedContext
    ContextVisitor ListedAggregate ListedReadModel ListedProjection Lists Lookup LookupOf PartitionBy PartitionKey Route Decimal
}

type Text = ::std::string::String;
type Decision<T> = ::std::result::Result<ours::Events<T>, Refused>;

/// What a default means when it is called as the expansion calls its own variables.
fn raw() -> i64 {
    3
}

/// Likewise.
fn old() -> i64 {
    4
}

#[derive(Id)]
pub(super) struct r#type(Uuid);

#[derive(Value)]
pub(super) enum r#enum {
    r#Self_ { r#fn: i64, f: Text, other: ::std::vec::Vec<Self> },
    A(Text),
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, removed(r#loop: Text, until = 2), public)]
pub(super) struct r#struct {
    pub(super) r#match: Text,
    pub(super) shapes: r#enum,
    #[event(since = 2, default = raw())]
    pub(super) raw: i64,
    #[event(since = 2, default = old())]
    pub(super) shape_0: i64,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(super) struct r#do {
    #[command(id)]
    pub(super) r#type: r#type,
    pub(super) fresh: i64,
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
#[error("refused")]
pub(super) struct Refused;

#[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[aggregate(
    id = r#type,
    events(r#struct),
    commands(create(r#do)),
    error = Refused,
    event_enum = r#yield,
    snapshot(every = 1),
    public,
)]
pub(super) struct r#impl {
    event: i64,
}

impl Init<r#struct> for r#impl {
    fn init(event: &r#struct) -> Self {
        Self { event: event.raw }
    }
}

impl Create<r#do> for r#impl {
    fn create(command: r#do, _: &cqrs_runtime::context::Context<Self>) -> Decision<Self> {
        let shapes = r#enum::A(Text::new());
        ::std::result::Result::Ok(r#struct { r#match: Text::new(), shapes, raw: command.fresh, shape_0: 0 }.into())
    }
}

/// Its fields are called as the expansion calls its own variables, or as its constants might be.
#[derive(ReadModel, ::std::clone::Clone, ::std::fmt::Debug, ::std::cmp::PartialEq)]
#[read_model(events(r#impl(r#struct)), lookups(r#use), partition = r#match)]
pub(super) struct r#static {
    #[read_model(key)]
    pub(super) row: Text,
    #[read_model(key)]
    pub(super) r#mod: i64,
    #[read_model(filter, order)]
    pub(super) r#const: Text,
    #[read_model(filter)]
    pub(super) table: ::std::option::Option<choice>,
    #[read_model(order)]
    pub(super) field: i64,
    pub(super) key: r#enum,
}

#[derive(Value, Copy, Eq)]
pub(super) enum choice {
    A,
}

#[derive(ReadModel, ::std::clone::Clone, ::std::fmt::Debug, ::std::cmp::PartialEq)]
pub(super) struct r#use {
    #[read_model(key)]
    pub(super) r#type: r#type,
    #[read_model(references = r#use)]
    pub(super) other: ::std::option::Option<r#type>,
}

#[derive(BoundedContext)]
#[context(aggregates(r#impl, primitives::Shelf), read_models(r#static))]
pub(super) struct r#extern;

type Projected = ::std::result::Result<(), cqrs_runtime::projection::ProjectionError>;

impl cqrs_runtime::projection::Project<r#struct> for r#static {
    fn project(row: &mut cqrs_runtime::projection::Row<'_, Self>, event: &Recorded<r#struct>) -> Projected {
        row.matching(Self::CONST, &event.r#match).delete()
    }
}

#[test]
fn raw_identifiers_lose_their_prefix() {
    let table = <r#static as cqrs_runtime::read_model::ReadModel>::TABLE;
    let names: ::std::vec::Vec<_> = table.columns().map(|(name, ..)| name).collect();
    assert_eq!(
        (table.name, names),
        ("static", ["row", "mod", "const", "table", "field", "key"].map(Text::from).to_vec())
    );
    let constants = [r#static::CONST.index(), r#static::TABLE.index(), r#static::FIELD.index()];
    assert_eq!(constants, [2, 3, 4]);
    assert_eq!(<r#struct as stored::Event>::NAME, "struct");
    assert_eq!(<r#do as cqrs_runtime::command::Command>::NAME, "do");
    assert_eq!(<r#impl as ours::Aggregate>::TYPE, "impl");
    let value = r#enum::r#Self_ { r#fn: 1, f: Text::new(), other: ::std::vec::Vec::new() };
    assert_eq!(serde_json::to_string(&value).expect("JSON"), r#"{"Self_":{"fn":1,"f":"","other":[]}}"#);
    assert_eq!(format!("{value:?}"), r#"Self_ { fn: 1, f: "", other: [] }"#);
}

#[test]
fn clients_are_told_of_raw_identifiers_without_their_prefix() {
    let mut types = cqrs_runtime::api::ApiTypes::default();
    let event = <r#struct as stored::Event>::api(&mut types);
    let fields: ::std::vec::Vec<_> = event.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!((event.name, fields), ("struct", ["match", "shapes", "raw", "shape0"].to_vec()));
    assert_eq!(<r#do as cqrs_runtime::command::Command>::api(&mut types).fields[0].name, "type");
    assert_eq!(<r#impl as ours::Aggregate>::api(&mut types).name, "impl");
    assert_eq!(<r#extern as cqrs_runtime::bounded_context::BoundedContext>::NAME, "extern");
}

#[test]
fn defaults_mean_the_items_of_the_user() {
    let payload = r#"{"match":"m","shapes":{"A":"a"},"loop":"l"}"#;
    let decoded = <r#yield as ours::EventSet>::decode(&raw_event("struct", 1, payload)).expect("it decodes");
    let shapes = r#enum::A("a".into());
    let event = r#struct { r#match: "m".into(), shapes, raw: 3, shape_0: 4 };
    assert_eq!(decoded, stored::Parts::One(event.into()));
}

/// Types named like primitives; what serde derives for events and commands could not stand here, what the derives
/// write can.
mod primitives {
    use cqrs_runtime::aggregate::{Create, Init};
    use cqrs_runtime::prelude::{Aggregate, Context, DomainError, Events, Id, Uuid};

    macro_rules! primitives {
        ($($name:ident)+) => { $(#[expect(dead_code, reason = "only its name matters")] struct $name;)+ };
    }

    primitives!(bool str char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 serde);

    #[derive(Id)]
    pub(super) struct ShelfId(Uuid);

    #[derive(Debug, PartialEq, thiserror::Error, DomainError)]
    #[error("refused")]
    pub(super) struct Refused;

    #[derive(Aggregate, Clone, Debug, PartialEq)]
    #[aggregate(id = ShelfId, events(super::plain::Placed), commands(create(super::plain::Place)), error = Refused)]
    pub(super) struct Shelf;

    impl Init<super::plain::Placed> for Shelf {
        fn init(_: &super::plain::Placed) -> Self {
            Self
        }
    }

    impl Create<super::plain::Place> for Shelf {
        fn create(_: super::plain::Place, _: &Context<Self>) -> Result<Events<Self>, Refused> {
            Ok(super::plain::Placed {}.into())
        }
    }
}

mod plain {
    use cqrs_runtime::prelude::*;

    #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub(super) struct Placed {}

    #[derive(Command, Clone, Debug, Serialize, Deserialize)]
    #[command(new_id = super::primitives::ShelfId)]
    pub(super) struct Place {}
}

/// An aggregate whose state has no names for its fields.
mod unnamed {
    use cqrs_runtime::prelude::*;

    #[derive(Id)]
    pub(super) struct TallyId(Uuid);

    #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub(super) struct Counted {
        pub(super) by: i64,
    }

    #[derive(Command, Clone, Debug, Serialize, Deserialize)]
    #[command(new_id = TallyId)]
    pub(super) struct Count {}

    #[derive(Debug, PartialEq, thiserror::Error, DomainError)]
    pub(super) enum Never {}

    #[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[aggregate(id = TallyId, events(Counted), commands(create(Count)), error = Never, snapshot(every = 1))]
    pub(super) struct Tally(pub(super) i64);

    impl Init<Counted> for Tally {
        fn init(event: &Counted) -> Self {
            Self(event.by)
        }
    }

    impl Create<Count> for Tally {
        fn create(_: Count, _: &Context<Self>) -> Result<Events<Self>, Never> {
            Ok(Counted { by: 1 }.into())
        }
    }
}

#[test]
fn types_may_be_named_like_primitives() {
    assert_eq!(<primitives::Shelf as ours::Aggregate>::TYPE, "Shelf");
    let event = <primitives::Shelf as ours::Emits<plain::Placed>>::wrap(plain::Placed {});
    assert_eq!(ours::EventSet::name(&event), "Placed");
}

#[test]
fn a_state_may_be_a_tuple_struct_of_one_value() {
    let begun = <unnamed::Tally as ours::Aggregate>::begin(&unnamed::Counted { by: 3 }.into());
    let policy = <unnamed::Tally as ours::Aggregate>::snapshots().expect("it keeps snapshots");
    let kept = (policy.encode)(begun.as_ref().expect("it begins")).expect("JSON");
    assert_eq!((kept.as_str(), begun), ("3", (policy.decode)(&kept).ok()));
}
