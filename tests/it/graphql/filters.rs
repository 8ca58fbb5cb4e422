//! Filters choose the rows that a plain evaluation of them in Rust chooses.

use cqrs_tests::shelf::{Kind, Price, ShelfItem};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::shelf::{Shelves, decimal, items, kind, price, stock, text};
use crate::database::{Database, on_both};

on_both! {
    in_threads
    what_is_no_filter_is_refused
}

#[test]
fn sqlite_finds_what_the_model_finds() {
    let runtime = Runtime::new().unwrap();
    let shelves = runtime.block_on(Shelves::over(Database::sqlite()));
    finds_what_the_model_finds(&runtime, &shelves);
}

#[test]
fn postgres_finds_what_the_model_finds() {
    let runtime = Runtime::new().unwrap();
    let shelves = runtime.block_on(async { Shelves::over(Database::postgres().await).await });
    finds_what_the_model_finds(&runtime, &shelves);
}

/// A value of a field.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Cell {
    Text(String),
    Unsigned(u64),
    Decimal(Decimal),
    Flag(bool),
    Kind(Kind),
    Price(Price),
}

impl Cell {
    /// As a client writes it.
    fn given(&self) -> Json {
        match self {
            Self::Text(text) => json!(text),
            Self::Unsigned(number) => json!(number.to_string()),
            Self::Decimal(number) => json!(number.to_string()),
            Self::Flag(flag) => json!(flag),
            Self::Kind(Kind::Tool) => json!("TOOL"),
            Self::Kind(Kind::Toy) => json!("TOY"),
            Self::Price(price) => json!({ "currency": price.currency, "amount": price.amount.to_string() }),
        }
    }
}

#[expect(deprecated, reason = "it is stored all the same")]
fn cell(row: &ShelfItem, field: &str) -> Option<Cell> {
    match field {
        "name" => Some(Cell::Text(row.name.clone())),
        "note" => row.note.clone().map(Cell::Text),
        "kind" => Some(Cell::Kind(row.kind)),
        "sold" => row.sold.map(Cell::Flag),
        "stock" => Some(Cell::Unsigned(row.stock)),
        "weight" => row.weight.map(Cell::Decimal),
        "price" => Some(Cell::Price(row.price.clone())),
        "offer" => row.offer.clone().map(Cell::Price),
        other => panic!("there is no `{other}`"),
    }
}

/// A filter that can be asked of both.
#[derive(Clone, Debug)]
enum Asked {
    All(Vec<Asked>),
    Any(Vec<Asked>),
    Not(Box<Asked>),
    /// All of these at once.
    Together(Box<Asked>, Box<Asked>),
    Field(&'static str, Vec<Comparison>),
}

#[derive(Clone, Debug)]
enum Comparison {
    Value(&'static str, Option<Cell>),
    List(&'static str, Vec<Cell>),
    IsNull(bool),
    Text(&'static str, String),
}

impl Comparison {
    fn holds(&self, own: Option<&Cell>) -> bool {
        match self {
            Self::Value("eq", given) => own == given.as_ref(),
            Self::Value("ne", given) => own != given.as_ref(),
            Self::Value(operator, given) => own.zip(given.as_ref()).is_some_and(|(own, given)| match *operator {
                "lt" => own < given,
                "lte" => own <= given,
                "gt" => own > given,
                _ => own >= given,
            }),
            Self::List(operator, cells) => (*operator == "in") == own.is_some_and(|own| cells.contains(own)),
            Self::IsNull(absent) => own.is_none() == *absent,
            Self::Text(operator, part) => {
                let Some(Cell::Text(text)) = own else { return false };
                match *operator {
                    "contains" => text.contains(part),
                    "containsIgnoringCase" => text.to_ascii_lowercase().contains(&part.to_ascii_lowercase()),
                    _ => text.starts_with(part),
                }
            }
        }
    }

    fn given(&self) -> (&'static str, Json) {
        match self {
            Self::Value(operator, given) => (operator, given.as_ref().map_or(Json::Null, Cell::given)),
            Self::List(operator, cells) => (operator, cells.iter().map(Cell::given).collect()),
            Self::IsNull(absent) => ("isNull", json!(absent)),
            Self::Text(operator, part) => (operator, json!(part)),
        }
    }
}

impl Asked {
    fn holds(&self, row: &ShelfItem) -> bool {
        match self {
            Self::All(all) => all.iter().all(|asked| asked.holds(row)),
            Self::Any(any) => any.iter().any(|asked| asked.holds(row)),
            Self::Not(asked) => !asked.holds(row),
            Self::Together(any, not) => any.holds(row) && !not.holds(row),
            Self::Field(field, comparisons) => {
                let own = cell(row, field);
                comparisons.iter().all(|comparison| comparison.holds(own.as_ref()))
            }
        }
    }

    fn given(&self) -> Json {
        match self {
            Self::All(all) => json!({ "and": all.iter().map(Self::given).collect::<Vec<_>>() }),
            Self::Any(any) => json!({ "or": any.iter().map(Self::given).collect::<Vec<_>>() }),
            Self::Not(asked) => json!({ "not": asked.given() }),
            Self::Together(any, not) => json!({ "or": [any.given()], "not": not.given() }),
            Self::Field(field, comparisons) => {
                let given = comparisons.iter().map(|comparison| {
                    let (operator, given) = comparison.given();
                    (operator.to_owned(), given)
                });
                json!({ *field: given.collect::<serde_json::Map<_, _>>() })
            }
        }
    }
}

/// A comparison of values of a field.
fn comparison(cells: BoxedStrategy<Cell>, has_order: bool, is_text: bool) -> BoxedStrategy<Comparison> {
    let same = (prop::sample::select(vec!["eq", "ne"]), prop::option::weighted(0.8, cells.clone()));
    let list = (prop::sample::select(vec!["in", "notIn"]), prop::collection::vec(cells.clone(), 0..3));
    let mut ways = vec![
        same.prop_map(|(operator, given)| Comparison::Value(operator, given)).boxed(),
        list.prop_map(|(operator, cells)| Comparison::List(operator, cells)).boxed(),
        any::<bool>().prop_map(Comparison::IsNull).boxed(),
    ];
    if has_order {
        let order = (prop::sample::select(vec!["lt", "lte", "gt", "gte"]), cells);
        ways.push(order.prop_map(|(operator, given)| Comparison::Value(operator, Some(given))).boxed());
    }
    if is_text {
        let operators = prop::sample::select(vec!["contains", "containsIgnoringCase", "startsWith"]);
        ways.push((operators, text()).prop_map(|(operator, part)| Comparison::Text(operator, part)).boxed());
    }
    proptest::strategy::Union::new(ways).boxed()
}

fn asked() -> impl Strategy<Value = Asked> {
    let texts = || text().prop_map(Cell::Text).boxed();
    let prices = || price().prop_map(Cell::Price).boxed();
    let fields = [
        ("name", comparison(texts(), true, true)),
        ("note", comparison(texts(), true, true)),
        ("kind", comparison(kind().prop_map(Cell::Kind).boxed(), false, false)),
        ("sold", comparison(any::<bool>().prop_map(Cell::Flag).boxed(), false, false)),
        ("stock", comparison(stock().prop_map(Cell::Unsigned).boxed(), true, false)),
        ("weight", comparison(decimal().prop_map(Cell::Decimal).boxed(), true, false)),
        ("price", comparison(prices(), true, false)),
        ("offer", comparison(prices(), true, false)),
    ];
    let fields = fields.map(|(name, comparison)| {
        // Two comparisons by one operator would be one.
        comparison.prop_map(move |comparison| Asked::Field(name, vec![comparison])).boxed()
    });
    let between = (stock(), stock()).prop_map(|(least, most)| {
        let comparison = |operator, cell| Comparison::Value(operator, Some(Cell::Unsigned(cell)));
        Asked::Field("stock", vec![comparison("gte", least), comparison("lt", most)])
    });
    let leaves = proptest::strategy::Union::new(fields.into_iter().chain([between.boxed()]));
    leaves.prop_recursive(3, 16, 3, |inner| {
        let list = || prop::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            list().prop_map(Asked::All),
            list().prop_map(Asked::Any),
            inner.clone().prop_map(|asked| Asked::Not(Box::new(asked))),
            (inner.clone(), inner.clone()).prop_map(|(any, not)| Asked::Together(Box::new(any), Box::new(not))),
        ]
    })
}

const DOCUMENT: &str =
    "query($filter: ShelfItemFilter) { shelf(filter: $filter, first: 100) { nodes { item } totalCount } }";

/// Many filters over each of a few shelves.
fn finds_what_the_model_finds(runtime: &Runtime, shelves: &Shelves) {
    let mut runner = TestRunner::new(Config { cases: 1_000, failure_persistence: None, ..Config::default() });
    let rows = items(30..31).new_tree(&mut runner).unwrap().current();
    runtime.block_on(shelves.put("", &rows));
    let outcome = runner.run(&asked(), |asked| {
        let filter = asked.given();
        let answer = runtime.block_on(shelves.answer("", DOCUMENT, json!({ "filter": filter })));
        let found = &answer["data"]["shelf"];
        let mut items: Vec<_> = found["nodes"]
            .as_array()
            .unwrap_or_else(|| panic!("{answer:#}"))
            .iter()
            .map(|row| row["item"].clone())
            .collect();
        let mut expected: Vec<_> = rows.iter().filter(|row| asked.holds(row)).map(|row| json!(row.item)).collect();
        prop_assert_eq!(&found["totalCount"], &json!(expected.len().to_string()));
        items.sort_by_key(ToString::to_string);
        expected.sort_by_key(ToString::to_string);
        prop_assert_eq!(items, expected, "{:#}", filter);
        Ok(())
    });
    outcome.unwrap();
}

/// The code and the message of what a filter is answered with.
async fn refused(shelves: &Shelves, filter: Json) -> (String, String) {
    let answer = shelves.answer("", DOCUMENT, json!({ "filter": filter })).await;
    let error = &answer["errors"][0];
    let text = |text: &Json| text.as_str().unwrap_or_default().to_owned();
    (text(&error["extensions"]["code"]), text(&error["message"]))
}

async fn what_is_no_filter_is_refused(database: Database) {
    let shelves = Shelves::over(database).await;
    shelves.put("", &[]).await;
    let check = async |filter: Json, part: &str| {
        let (code, message) = refused(&shelves, filter).await;
        assert!(code == "BAD_USER_INPUT" && message.contains(part), "{code}: {message}");
    };
    check(json!({ "stock": { "eq": "-1" } }), "filter.stock.eq").await;
    check(json!({ "or": [{}, { "note": { "in": ["a", "\0"] } }] }), "filter.or.1.note.in").await;
    check(json!({ "note": { "lt": null } }), "filter.note.lt: a value is expected").await;
    check(json!({ "note": { "isNull": null } }), "filter.note.isNull").await;
    let many = |count: usize| json!({ "or": vec![json!({ "stock": { "eq": "1" } }); count] });
    check(many(51), "more than 100 conditions").await;
    let (code, _) = refused(&shelves, many(50)).await;
    assert_eq!(code, "");
    let list = |count: usize| json!({ "name": { "in": vec!["a"; count] } });
    check(list(101), "more than 100 values").await;
    let (code, _) = refused(&shelves, list(100)).await;
    assert_eq!(code, "");
    let deep = (0..200).fold(json!({}), |filter, _| json!({ "not": filter }));
    check(deep, "more than 100 conditions").await;
}
