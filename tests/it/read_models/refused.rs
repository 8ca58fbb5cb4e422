//! What a column can't hold is refused, and a row of which a part is refused leaves nothing behind.

use std::fmt::Debug;

use cqrs_runtime::column::{Column, ColumnError, Numbers, RowWriter, read_rows};
use cqrs_runtime::prelude::*;
use cqrs_runtime::schema::{Shape, Shapes};

use super::types::{Label, RowId, Ticket};
use super::{NUMBERS, written};

/// A type that says of its column what is not so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pretended(Vec<i64>);

impl Value for Pretended {
    const COLUMN: Column = Column::INTEGER;

    fn shape(_: &mut Shapes) -> Shape {
        Shape::Scalar("i64")
    }
}

fn refused<T: Value + Serialize>(value: &T) -> String {
    let [exact, as_text] = NUMBERS.map(|numbers| written(value, numbers).expect_err("it is refused").to_string());
    assert_eq!(exact, as_text);
    exact
}

#[test]
fn what_no_column_holds_is_refused() {
    assert_eq!(refused(&"a\0b".to_owned()), "a text with a NUL character can't be stored");
    assert_eq!(refused(&Some(Label(None))), "it is there but holds nothing, and would be read again as absent");
    let late = "+10000-01-01T00:00:00Z".parse::<DateTime<Utc>>().expect("a time");
    assert_eq!(refused(&late), "`+10000-01-01T00:00:00Z` can't be stored: its year is not between 1 and 9999");
    assert_eq!(refused(&late.date_naive()), "`+10000-01-01` can't be stored: its year is not between 1 and 9999");
    assert_eq!(refused(&Some(f64::NAN)), "the value is NaN, for which JSON has no form");
    assert_eq!(
        refused(&Pretended(vec![1])),
        "it can't be stored: it is written as a list, which its column does not hold"
    );
}

#[test]
fn a_row_that_is_refused_leaves_nothing_behind() {
    let mut rows = RowWriter::new(Numbers::Exact);
    rows.row(|row| row.put(&1_i64)).expect("it can be written");
    let refused = rows.row(|row| {
        row.put(&2_i64)?;
        row.put(&"\0".to_owned())
    });
    assert!(matches!(refused, Err(ColumnError::Nul)));
    rows.row(|row| row.put(&3_i64)).expect("it can be written");
    assert_eq!((rows.rows(), rows.finish().as_str()), (2, "[[1],[3]]"));
}

fn unreadable<T: Value + Serialize + serde::de::DeserializeOwned + Debug>(page: &str) -> String {
    let read = read_rows(page, Numbers::AsTexts, |row| row.take::<T>().map(drop));
    read.expect_err("it is refused").to_string()
}

#[test]
fn cells_of_another_type_are_refused() {
    assert_eq!(unreadable::<i64>(r#"[["1"]]"#), "a cell can't be read: it holds no Integer");
    assert_eq!(unreadable::<bool>(r#"[["true"]]"#), "a cell can't be read: it holds no Bool");
    assert_eq!(unreadable::<u64>(r#"[["-1"]]"#), "a cell can't be read: it holds no Unsigned");
    assert_eq!(unreadable::<Decimal>(r#"[["12.5"]]"#), "a cell can't be read: it holds no Decimal");
    assert_eq!(unreadable::<i8>("[[300]]"), "a cell can't be read: invalid value: integer `300`, expected i8");
    assert_eq!(unreadable::<String>("[[]]"), "the row has 0 cells where 1 are expected");
    assert_eq!(unreadable::<Ticket>(r#"[["1","2"]]"#), "the row has 1 cells where 0 are expected");
    assert!(unreadable::<RowId>(r#"[["ada"]]"#).starts_with("a cell can't be read: UUID parsing failed"));
    assert_eq!(unreadable::<i64>("[[1.5]]"), "the rows can't be read");
}
