//! What is marked as deprecated is told so, and brings no warning where it is derived.

#![deny(warnings)]

use cqrs_runtime::api::{ApiKind, ApiTypes};
use cqrs_runtime::bounded_context::Application;
use cqrs_runtime::graphql::Schema;
use cqrs_runtime::prelude::*;
use cqrs_runtime::store::EventStore;

#[derive(Value)]
struct Contact {
    email: String,
    #[deprecated = "Nobody sends them any more."]
    fax: Option<String>,
}

#[derive(Value)]
enum Way {
    Letter,
    #[deprecated(since = "2.0.0", note = "Nobody owns one.")]
    Fax,
}

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(public)]
struct Faxed {
    #[deprecated]
    number: String,
}

#[derive(Id)]
struct FaxId(Uuid);

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = FaxId)]
struct Fax {
    #[deprecated = "They are all the same."]
    number: String,
}

/// Nobody has one.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(new_id = FaxId)]
#[deprecated(note = "Write a letter.")]
struct Redial {
    number: String,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[deprecated]
struct Discard {
    #[command(id)]
    fax: FaxId,
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
enum Never {}

/// Deprecated commands, too, are executed.
#[derive(Aggregate, Clone)]
#[aggregate(id = FaxId, events(Faxed), commands(create(Fax, Redial), Discard), error = Never)]
struct Machine {}

impl Init<Faxed> for Machine {
    fn init(_: &Faxed) -> Self {
        Self {}
    }
}

impl Create<Fax> for Machine {
    fn create(_: Fax, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(Events::none())
    }
}

#[expect(deprecated, reason = "it is executed all the same")]
impl Create<Redial> for Machine {
    fn create(_: Redial, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(Events::none())
    }
}

#[expect(deprecated, reason = "it is executed all the same")]
impl Handle<Discard> for Machine {
    fn handle(&self, _: Discard, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(Events::none())
    }
}

#[derive(BoundedContext)]
#[context(aggregates(Machine))]
struct Office;

#[tokio::test]
async fn a_mutation_is_deprecated_with_its_command() {
    let sdl = Schema::of(&Application::<Office>::new(EventStore::memory())).build().expect("a schema").sdl();
    let told = |name: &str| sdl.split(&format!("\t{name}(")).nth(1).and_then(|rest| rest.split("Payload").nth(1));
    for (name, deprecation) in [
        ("fax", ""),
        ("redial", " @deprecated(reason: \"Write a letter.\")"),
        ("discard", " @deprecated(reason: \"No longer supported\")"),
    ] {
        assert_eq!(told(name).and_then(|rest| rest.lines().next()), Some(deprecation), "{sdl}");
    }
}

#[test]
fn a_deprecation_says_why() {
    let mut types = ApiTypes::default();
    let why = "Nobody sends them any more.";
    Contact::api(&mut types);
    let ApiKind::Record(fields) = &types.get("Contact").expect("it is defined").kind else { panic!("it has fields") };
    assert_eq!([fields[0].deprecated, fields[1].deprecated], [None, Some(why)]);
    Way::api(&mut types);
    let ApiKind::Enum(words) = &types.get("Way").expect("it is defined").kind else { panic!("it has words") };
    assert_eq!([words[0].deprecated, words[1].deprecated], [None, Some("Nobody owns one.")]);
    assert_eq!(Faxed::api(&mut types).fields[0].deprecated, Some("No longer supported"));
    assert_eq!(Fax::api(&mut types).fields[0].deprecated, Some("They are all the same."));
}
