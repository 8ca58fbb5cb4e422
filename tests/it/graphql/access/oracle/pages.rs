//! Pages of rows, and of anything.

use std::cmp::Ordering;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::filter::Filter;
use super::rows::{Cell, Model, Row};
use super::shown::{Of, Shown};
use super::{Asked, Oracle, Place, Refusal, Refusals, decoded, input};
use crate::graphql::access::pools::Question;

/// How many a page has where nothing is said, and at most.
const USUAL: usize = 20;
const MOST: u64 = 100;
/// How much may stand in a filter.
pub(super) const LARGEST: usize = 100;

/// A field, and whether the greatest comes first.
type By = (String, bool);

/// Where a page stands among all, as it is told.
pub(super) struct Stands {
    pub(super) next: bool,
    pub(super) previous: bool,
}

/// Whether the bounds of a page mean something.
pub(super) fn bounds_hold(asked: &Asked<'_>) -> bool {
    let holds = |name: &str| asked.argument(name).is_none_or(|count| count.as_u64().is_some_and(|count| count <= MOST));
    holds("first") && holds("last") && (asked.argument("first").is_none() || asked.argument("last").is_none())
}

/// What of all that there is between two places stands on the page.
pub(super) fn paged<T>(asked: &Asked<'_>, mut all: Vec<T>) -> (Vec<T>, Stands) {
    let count = |name: &str| asked.argument(name).and_then(Json::as_u64).map(|count| usize::try_from(count).unwrap());
    let (after, before) = (asked.argument("after").is_some(), asked.argument("before").is_some());
    if let Some(last) = count("last") {
        let more = all.len() > last;
        (all.split_off(all.len().saturating_sub(last)), Stands { next: before, previous: more })
    } else {
        let first = count("first").unwrap_or(USUAL);
        let more = all.len() > first;
        all.truncate(first);
        (all, Stands { next: more, previous: after })
    }
}

/// The fields of an order; of one that is said twice, the first counts.
fn order_of(asked: &Asked<'_>) -> Vec<By> {
    let mut order: Vec<By> = Vec::new();
    for item in asked.argument("orderBy").and_then(Json::as_array).into_iter().flatten() {
        let (field, direction) = item.as_object().unwrap().iter().next().unwrap();
        if !order.iter().any(|(known, _)| known == field) {
            order.push((field.clone(), direction == "DESC"));
        }
    }
    order
}

/// An order in which no two rows have one place: by the key at last, in the direction of what stands before it.
fn with_key(model: Model, mut order: Vec<By>) -> Vec<By> {
    let descending = order.last().is_some_and(|(_, descending)| *descending);
    order.extend(model.key().iter().map(|field| ((*field).to_owned(), descending)));
    order
}

fn compare(order: &[By], one: &[Cell], other: &[Cell]) -> Ordering {
    let parts = order.iter().zip(one.iter().zip(other));
    let compared = parts.map(|((_, descending), (one, other))| {
        let ordering = one.cmp(other);
        if *descending { ordering.reverse() } else { ordering }
    });
    compared.fold(Ordering::Equal, Ordering::then)
}

fn place_of(order: &[By], row: Row<'_>) -> Vec<Cell> {
    order.iter().map(|(field, _)| row.value(field)).collect()
}

fn each<'o>(rows: &[Row<'o>], shown: impl Fn(Row<'o>) -> Result<Shown, Refusals>) -> Result<Shown, Refusals> {
    rows.iter().map(|row| shown(*row)).collect::<Result<_, _>>().map(Shown::List)
}

impl<'o> Oracle<'o> {
    /// Why a page is not for who asks, whichever rows there are.
    pub(super) fn page_refusals(self, model: Model, asked: &Asked<'o>, place: Place, refusals: &mut Refusals) {
        let filter = Filter::of(asked.argument("filter"));
        if filter.size > LARGEST {
            refusals.insert(input(Place::Filter));
        }
        if filter.fields.iter().any(|field| !self.viewer.knows(model, field)) {
            refusals.insert(self.denied(Place::Filter));
        }
        if order_of(asked).iter().any(|(field, _)| !self.viewer.knows(model, field)) {
            refusals.insert(self.denied(Place::Order));
        }
        if !bounds_hold(asked) {
            refusals.insert(input(place));
        }
        let mut sets = Vec::new();
        for part in self.collected(&asked.sets, &format!("{}Connection", model.name())) {
            match part.name {
                "nodes" => sets.extend(part.sets),
                "edges" => {
                    let edge = self.collected(&part.sets, &format!("{}Edge", model.name()));
                    sets.extend(edge.into_iter().filter(|part| part.name == "node").flat_map(|part| part.sets));
                }
                _ => {}
            }
        }
        self.row_refusals(model, &sets, place, refusals);
    }

    /// A page of rows; among those that refer to one by a field, where there is one.
    pub(super) fn page(
        self,
        model: Model,
        asked: &Asked<'o>,
        among: Option<&(Model, &'static str, Cell)>,
        place: Place,
    ) -> Result<Shown, Refusals> {
        let (filter, order) = (Filter::of(asked.argument("filter")), order_of(asked));
        let given = |name: &str| asked.argument(name).cloned().unwrap_or_default();
        let question = Arc::new(Question {
            text: format!("{model:?} {:?} {:?} {order:?}", among.map(|(_, by, key)| (by, key)), filter.condition),
            connection: format!("{}.{}", among.map_or("Query", |(of, ..)| of.name()), asked.name),
            parent: among.map(|(_, _, key)| key.text().to_owned()),
            filter: given("filter"),
            order: given("orderBy"),
        });
        let order = with_key(model, order);
        let mut rows = self.viewer.rows(model);
        rows.retain(|row| among.is_none_or(|(_, by, key)| row.value(by) == *key) && filter.condition.holds(*row));
        rows.sort_by(|one, other| compare(&order, &place_of(&order, *one), &place_of(&order, *other)));
        let count = rows.len();
        for (bound, beyond) in [("after", Ordering::Greater), ("before", Ordering::Less)] {
            if let Some(cursor) = asked.argument(bound) {
                let bound = self.bound(cursor, &question, &order, place)?;
                rows.retain(|row| compare(&order, &place_of(&order, *row), &bound) == beyond);
            }
        }
        let (rows, stands) = paged(asked, rows);
        let cursor = |row: Row<'_>| {
            let values = place_of(&order, row).into_iter().map(|cell| cell.stored());
            let parts = [json!(1), Json::Null].into_iter().chain(values).collect();
            Shown::Opaque(parts, Some(Of::Rows(Arc::clone(&question))))
        };
        self.object(&asked.sets, &format!("{}Connection", model.name()), |part| match part.name {
            "nodes" => each(&rows, |row| self.shown(row, &part.sets)),
            "edges" => each(&rows, |row| {
                self.object(&part.sets, &format!("{}Edge", model.name()), |part| match part.name {
                    "node" => self.shown(row, &part.sets),
                    "cursor" => Ok(cursor(row)),
                    other => panic!("an edge has a field `{other}`, of which nothing is known here"),
                })
            }),
            "pageInfo" => {
                let ends = (rows.first().map(|row| cursor(*row)), rows.last().map(|row| cursor(*row)));
                Ok(self.page_info(part, &stands, ends))
            }
            "totalCount" => Ok(Shown::Plain(json!(count.to_string())).within(Place::Count)),
            "position" => Ok(Shown::Plain(json!(self.pools.head.to_string()))),
            other => panic!("a connection has a field `{other}`, of which nothing is known here"),
        })
    }

    /// The place of a cursor among the rows of a question; of another one, it has none.
    fn bound(self, cursor: &Json, of: &Question, order: &[By], place: Place) -> Result<Vec<Cell>, Refusals> {
        let stale = || Refusals::from([Refusal { code: "STALE_CURSOR", actual: None, place }]);
        let known = cursor.as_str().and_then(|cursor| self.pools.question(cursor));
        if known.is_none_or(|question| question.text != of.text) {
            return Err(stale());
        }
        let parts = decoded(Some(cursor)).unwrap();
        let cells: Vec<Cell> = parts[2..].iter().map(|part| Cell::given(Some(part))).collect();
        assert_eq!(cells.len(), order.len());
        Ok(cells)
    }

    pub(super) fn page_info(
        self,
        asked: &Asked<'o>,
        stands: &Stands,
        (first, last): (Option<Shown>, Option<Shown>),
    ) -> Shown {
        let end = |end: &Option<Shown>| end.clone().unwrap_or(Shown::Plain(Json::Null));
        let shown = self.object(&asked.sets, "PageInfo", |part| {
            Ok::<_, Refusals>(match part.name {
                "hasNextPage" => Shown::Plain(json!(stands.next)),
                "hasPreviousPage" => Shown::Plain(json!(stands.previous)),
                "startCursor" => end(&first),
                "endCursor" => end(&last),
                other => panic!("`PageInfo` has a field `{other}`, of which nothing is known here"),
            })
        });
        shown.unwrap()
    }
}
