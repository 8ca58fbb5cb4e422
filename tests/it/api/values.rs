//! What clients are told of values, and what they see of them.

use cqrs_runtime::api::{ApiError, ApiKind, ApiType, ApiTypes, present};
use cqrs_runtime::prelude::*;
use serde_json::json;

use super::domain::{AccountId, Delay, Everything, Label, Money, Node, Shape, Status};
use super::{given, listed, shown, written};

#[test]
fn a_type_is_told_in_the_spelling_of_clients() {
    let mut types = ApiTypes::default();
    assert_eq!(written(&Everything::api(&mut types)), "Everything!");
    assert_eq!(
        listed(&types),
        [
            "type Everything { accountId=account-id: Uuid!, isbn=isbn: String!, status=status: Status!, \
             earlierStatus=previous: Status, shape=shape: Json!, balance=balance: Money!, limits=limits: [Money]!, \
             delay=delay: BigInt!, label=label: String, tree=tree: Node!, flag=flag: Boolean!, small=small: Int!, \
             byte=byte: Int!, large=large: BigInt!, unsigned=unsigned: BigInt!, word=word: BigInt!, float=float: Float!, \
             exact=exact: Decimal, type=type: String!, at=at: DateTime!, days=days: [Date!]!, statuses=statuses: [Status!]!, \
             pair=pair: Json!, totals=totals: Json!, nested=nested: [[BigInt!]!]!, notes=notes: [String!]! = .. }",
            "type Money { amount=amount: Decimal! }",
            "type Node { name=name: String!, children=children: [Node!]! }",
            "enum Status { ACTIVE=active HIGH_RISK=high_risk CLOSED=gone }",
        ]
    );
    assert_eq!(types.clashes(), [""; 0]);
}

#[test]
fn doc_comments_are_descriptions() {
    let mut types = ApiTypes::default();
    Everything::api(&mut types);
    let definition = types.get("Everything").expect("it is defined");
    let ApiKind::Record(fields) = &definition.kind else { panic!("it has fields") };
    assert_eq!((definition.description, fields[0].description), ("A value of all kinds.", "Its number."));
    let status = types.get("Status").expect("it is defined");
    let ApiKind::Enum(words) = &status.kind else { panic!("it is one of several words") };
    assert_eq!((status.description, words[0].description), ("What can be done.", "Everything."));
    // Of what clients see through an adapter, they are told what they see.
    assert_eq!(types.get("Money").expect("it is defined").description, "An amount, as clients write it.");
}

#[test]
fn values_are_shown_in_the_form_of_clients() {
    assert_eq!(shown(&AccountId(Uuid::nil())), json!("00000000-0000-0000-0000-000000000000"));
    assert_eq!(shown(&vec![Status::HighRisk, Status::Closed]), json!(["HIGH_RISK", "CLOSED"]));
    assert_eq!(shown(&Some(Decimal::new(1250, 2))), json!("12.50"));
    assert_eq!(shown(&None::<Status>), json!(null));
}

#[test]
fn sixty_four_bits_go_there_and_back_as_texts() {
    for number in [i64::MIN, -1, 0, i64::MAX] {
        assert_eq!((shown(&number), given(shown(&number))), (json!(number.to_string()), Ok(number)));
    }
    assert_eq!((shown(&u64::MAX), given(shown(&u64::MAX))), (json!("18446744073709551615"), Ok(u64::MAX)));
}

#[test]
fn an_adapter_shows_another_form_and_takes_it_back() {
    let money = Money { cents: -7 };
    assert_eq!(shown(&money), json!({ "amount": "-0.07" }));
    assert_eq!(shown(&vec![Some(money), None]), json!([{ "amount": "-0.07" }, null]));
    assert_eq!(given(json!({ "amount": "12.50" })), Ok(Money { cents: 1250 }));
    assert_eq!(given(json!([{ "amount": 3 }, null])), Ok(vec![Some(Money { cents: 300 }), None]));
    let refused = given::<Vec<Money>>(json!([{ "amount": "1" }, { "amount": "0.001" }]));
    let refused = refused.map_err(|error| error.to_string());
    assert_eq!(refused, Err("1: `0.001` is no amount of whole cents".to_owned()));
    let wrong = given::<Money>(json!({ "amount": "much" }));
    assert_eq!(wrong.map_err(|error| error.path), Err(vec!["amount".to_owned()]));
    let missing = given::<Money>(json!({}));
    assert_eq!(missing, Err(ApiError { path: vec!["amount".into()], message: "it is missing".into() }));
}

#[test]
fn what_is_stored_wrong_is_an_error_and_not_shown() {
    let mut types = ApiTypes::default();
    let ty = Money::api(&mut types);
    assert!(matches!(ty, ApiType::Adapted(..)));
    assert!(present(json!({ "cents": "1" }), &ty, &types).is_err());
    let ty = Status::api(&mut types);
    assert!(present(json!("ACTIVE"), &ty, &types).is_err());
}

#[test]
fn words_are_those_of_clients() {
    assert_eq!((shown(&Status::HighRisk), shown(&Status::Closed)), (json!("HIGH_RISK"), json!("CLOSED")));
    assert_eq!((given(json!("CLOSED")), given(json!("HIGH_RISK"))), (Ok(Status::Closed), Ok(Status::HighRisk)));
    for stored in ["gone", "high_risk", "Closed", ""] {
        let refused = given::<Status>(json!(stored)).map_err(|error| error.message);
        assert_eq!(refused, Err("not one of ACTIVE, HIGH_RISK, CLOSED".to_owned()), "{stored}");
    }
}

#[test]
fn a_newtype_looks_like_what_it_wraps_and_data_like_a_document() {
    assert_eq!(shown(&Label(None)), json!(null));
    assert_eq!(given(json!("x")), Ok(Label(Some("x".into()))));
    assert_eq!(shown(&Delay(std::time::Duration::from_secs(90))), json!("90"));
    assert_eq!(given(json!("90")), Ok(Delay(std::time::Duration::from_secs(90))));
    let circle = Shape::Circle { radius: 1 };
    assert_eq!((shown(&circle), given(shown(&circle))), (json!({ "Circle": { "radius": 1 } }), Ok(circle)));
    assert_eq!(shown(&Shape::Point), json!("Point"));
    let leaf = |name: &str| Node { name: name.into(), children: Vec::new() };
    let tree = Node { name: "root".into(), children: vec![leaf("a"), leaf("b")] };
    assert_eq!(given(shown(&tree)), Ok(tree));
}

mod elsewhere {
    use cqrs_runtime::prelude::*;

    /// Another type of this name, that refers to itself.
    #[derive(Value)]
    pub(super) struct Node {
        next: Option<Box<Node>>,
    }

    #[derive(Value)]
    pub(super) struct Money {
        amount: i64,
    }
}

#[test]
fn two_types_of_one_name_are_a_clash() {
    let mut types = ApiTypes::default();
    Node::api(&mut types);
    assert_eq!(types.clashes(), [""; 0]);
    elsewhere::Node::api(&mut types);
    elsewhere::Node::api(&mut types);
    assert_eq!(types.clashes(), ["Node"]);
    Money::api(&mut types);
    elsewhere::Money::api(&mut types);
    assert_eq!(types.clashes(), ["Node", "Money"]);
}
