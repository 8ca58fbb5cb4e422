//! Rows beyond a place in an order: where a page ended, the next one begins.

use std::collections::BTreeSet;

use super::condition::{Cells, compare, equal, is_absent};
use crate::store::{Comparison, Condition};

/// Where a row stands in one field of an order: what its columns hold, and whether rows with greater values are wanted, or with
/// smaller ones.
pub(in crate::projection) struct Place {
    pub(in crate::projection) cells: Cells,
    pub(in crate::projection) greater: bool,
}

/// Rows beyond a place: those that differ in some column, and are the same in all before it.
///
/// It goes column by column, for each may be absent by itself. Absent values are the smallest, as in the order of a query; a
/// column that comes twice tells nothing the second time.
pub(in crate::projection) fn beyond(places: Vec<Place>, is_optional: impl Fn(usize) -> bool) -> Condition {
    let mut seen = BTreeSet::new();
    let (mut ways, mut same) = (Vec::new(), Vec::new());
    let mut bound = None;
    for Place { cells, greater } in places {
        for (column, cell) in cells {
            if !seen.insert(column) {
                continue;
            }
            if same.is_empty() {
                bound = at_least(column, &cell, greater, is_optional(column));
            }
            let further = further(column, &cell, greater, is_optional(column));
            ways.extend(further.map(|further| Condition::All(same.iter().cloned().chain([further]).collect())));
            same.push(equal((column, cell)));
        }
    }
    // Implied by what follows; an index finds the first row by it.
    Condition::All(bound.into_iter().chain([Condition::Any(ways)]).collect())
}

/// Rows in which a column holds more than a cell, or less; `None` where nothing can.
fn further(column: usize, cell: &str, greater: bool, is_optional: bool) -> Option<Condition> {
    let absent = Condition::Absent { column };
    match (greater, is_absent(cell)) {
        (true, true) => Some(Condition::Not(Box::new(absent))),
        (true, false) => Some(compare(column, Comparison::Greater, cell.to_owned())),
        (false, true) => None,
        (false, false) => {
            let less = compare(column, Comparison::Less, cell.to_owned());
            Some(if is_optional { Condition::Any(vec![absent, less]) } else { less })
        }
    }
}

/// What the first column of a row holds that stands beyond; `None` where it may be absent as well.
fn at_least(column: usize, cell: &str, greater: bool, is_optional: bool) -> Option<Condition> {
    let comparison = if greater { Comparison::GreaterOrEqual } else { Comparison::LessOrEqual };
    let is_bound = !is_absent(cell) && (greater || !is_optional);
    is_bound.then(|| compare(column, comparison, cell.to_owned()))
}
