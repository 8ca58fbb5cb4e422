//! Tables of read models, as far as both databases have them in common.

mod catalog;
mod changes;
mod compare;
mod definition;
mod letters;
mod load;
mod select;
mod spelling;
mod write;

pub(super) use self::catalog::{dropped, generations, judged, standing, state_word};
pub(super) use self::changes::{changes, changes_rows, count_changes};
pub(super) use self::compare::compare;
pub(super) use self::definition::{definitions, views};
pub(super) use self::letters::{discards, letters, request};
pub(super) use self::load::load;
pub(super) use self::select::{Serving, select};
pub(super) use self::spelling::{Spelling, quoted};
pub(super) use self::write::{judged_unasked, writes};

use crate::store::StoreError;

/// A catalog's row that can't be read.
fn corrupt(table: &'static str, what: &'static str) -> StoreError {
    StoreError::CorruptRow { table, what }
}
