//! Pages hold, together, each row that there was all the time, once, in order: forwards and backwards, with ties, with absent
//! values, and while rows are put between them.

use std::cmp::Ordering;

use cqrs_tests::shelf::ShelfItem;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::shelf::{Shelves, items};
use crate::database::Database;

#[test]
fn sqlite_shows_each_row_once() {
    let runtime = Runtime::new().unwrap();
    let shelves = runtime.block_on(Shelves::over(Database::sqlite()));
    shows_each_row_once(&runtime, &shelves, 150);
}

#[test]
fn postgres_shows_each_row_once() {
    let runtime = Runtime::new().unwrap();
    let shelves = runtime.block_on(async { Shelves::over(Database::postgres().await).await });
    shows_each_row_once(&runtime, &shelves, 40);
}

/// A field by which rows are ordered.
#[derive(Clone, Copy, Debug, PartialEq)]
enum By {
    Shelf,
    Name,
    Note,
    Stock,
    Weight,
    Price,
    Offer,
    Size,
}

impl By {
    const ALL: [Self; 8] =
        [Self::Shelf, Self::Name, Self::Note, Self::Stock, Self::Weight, Self::Price, Self::Offer, Self::Size];

    fn name(self) -> &'static str {
        match self {
            Self::Shelf => "shelf",
            Self::Name => "name",
            Self::Note => "note",
            Self::Stock => "stock",
            Self::Weight => "weight",
            Self::Price => "price",
            Self::Offer => "offer",
            Self::Size => "size",
        }
    }

    /// What is absent comes first, in Rust as in the database.
    #[expect(deprecated, reason = "it is stored all the same")]
    fn compare(self, left: &ShelfItem, right: &ShelfItem) -> Ordering {
        match self {
            Self::Shelf => left.shelf.cmp(&right.shelf),
            Self::Name => left.name.cmp(&right.name),
            Self::Note => left.note.cmp(&right.note),
            Self::Stock => left.stock.cmp(&right.stock),
            Self::Weight => left.weight.cmp(&right.weight),
            Self::Price => left.price.cmp(&right.price),
            Self::Offer => left.offer.cmp(&right.offer),
            Self::Size => left.size.cmp(&right.size),
        }
    }
}

#[derive(Clone, Debug)]
struct Plan {
    items: Vec<ShelfItem>,
    /// How many of them are there before the first page.
    early: usize,
    order: Vec<(By, bool)>,
    page: usize,
    backwards: bool,
}

fn plans() -> impl Strategy<Value = Plan> {
    let by = (prop::sample::select(By::ALL.to_vec()), any::<bool>());
    let order = prop::collection::vec(by, 0..4);
    (items(0..16), 0_usize..16, order, 1_usize..5, any::<bool>()).prop_map(
        |(items, early, mut order, page, backwards)| {
            // Of a field that is said twice, the first counts.
            let mut said = Vec::new();
            order.retain(|(by, _)| {
                !said.contains(by) && {
                    said.push(*by);
                    true
                }
            });
            let early = early.min(items.len());
            Plan { items, early, order, page, backwards }
        },
    )
}

/// What the rows of a tenant are, all of them in order.
fn sorted(rows: &[ShelfItem], order: &[(By, bool)]) -> Vec<String> {
    let directed = |ordering: Ordering, descending: bool| if descending { ordering.reverse() } else { ordering };
    let last = order.last().is_some_and(|(_, descending)| *descending);
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_by(|left, right| {
        let by = order.iter().map(|(by, descending)| directed(by.compare(left, right), *descending));
        let key = (left.shelf, &left.item).cmp(&(right.shelf, &right.item));
        by.chain([directed(key, last)]).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
    });
    rows.into_iter().map(|row| row.item.0.clone()).collect()
}

const DOCUMENT: &str = "
    query($order: [ShelfItemOrder!], $first: Int, $after: String, $last: Int, $before: String) {
        shelf(orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
            nodes { item }
            edges { cursor node { item } }
            totalCount
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
    }";

async fn page(shelves: &Shelves, tenant: &str, plan: &Plan, cursor: Option<&Json>) -> Json {
    let order =
        plan.order.iter().map(|(by, descending)| json!({ by.name(): if *descending { "DESC" } else { "ASC" } }));
    let order: Vec<Json> = order.collect();
    let variables = if plan.backwards {
        json!({ "order": order, "last": plan.page, "before": cursor })
    } else {
        json!({ "order": order, "first": plan.page, "after": cursor })
    };
    let mut answer = shelves.answer(tenant, DOCUMENT, variables).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"]["shelf"].take()
}

fn shown(page: &Json) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["item"].as_str().unwrap().to_owned()).collect()
}

fn shows_each_row_once(runtime: &Runtime, shelves: &Shelves, cases: u32) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut number = 0;
    let tenant = std::cell::RefCell::new(&mut number);
    let outcome = TestRunner::new(config).run(&plans(), |plan| {
        **tenant.borrow_mut() += 1;
        let tenant = format!("tenant {}", tenant.borrow());
        runtime.block_on(walk(shelves, &tenant, &plan));
        Ok(())
    });
    outcome.unwrap();
}

/// Asks page by page, while a row is put between each two of them.
async fn walk(shelves: &Shelves, tenant: &str, plan: &Plan) {
    let (early, late) = plan.items.split_at(plan.early);
    shelves.put(tenant, early).await;
    let (mut there, mut late) = (early.to_vec(), late.iter());
    let (mut seen, mut cursor): (Vec<String>, Option<Json>) = (Vec::new(), None);
    loop {
        let page = page(shelves, tenant, plan, cursor.as_ref()).await;
        let rows = shown(&page);
        let (more, end, other) = if plan.backwards {
            ("hasPreviousPage", "startCursor", "hasNextPage")
        } else {
            ("hasNextPage", "endCursor", "hasPreviousPage")
        };
        let info = &page["pageInfo"];
        let edges = page["edges"].as_array().unwrap();
        assert_eq!(page["totalCount"], there.len().to_string());
        assert_eq!(edges.iter().map(|edge| edge["node"]["item"].as_str().unwrap()).collect::<Vec<_>>(), rows);
        assert_eq!(edges.first().map_or(&Json::Null, |edge| &edge["cursor"]), &info["startCursor"]);
        assert_eq!(edges.last().map_or(&Json::Null, |edge| &edge["cursor"]), &info["endCursor"]);
        assert_eq!(info[other], cursor.is_some(), "the row of the cursor is on the other side");
        seen = if plan.backwards {
            rows.into_iter().chain(seen).collect()
        } else {
            seen.into_iter().chain(rows).collect()
        };
        assert!(edges.len() <= plan.page && seen.len() <= plan.items.len(), "each row comes once: {seen:?}");
        if info[more] == false {
            break;
        }
        assert_eq!(edges.len(), plan.page, "a page before another one is full");
        cursor = Some(info[end].clone());
        if let Some(item) = late.next() {
            shelves.put(tenant, std::slice::from_ref(item)).await;
            there.push(item.clone());
        }
    }
    let all = sorted(&there, &plan.order);
    let early: Vec<_> = early.iter().map(|row| &row.item.0).collect();
    let of_early = |rows: &[String]| rows.iter().filter(|row| early.contains(row)).cloned().collect::<Vec<_>>();
    assert_eq!(of_early(&seen), of_early(&all), "each row that there was all the time comes once, in order");
    let in_order: Vec<_> = all.iter().filter(|row| seen.contains(row)).cloned().collect();
    assert_eq!(seen, in_order, "what came meanwhile stands in its place");
}
