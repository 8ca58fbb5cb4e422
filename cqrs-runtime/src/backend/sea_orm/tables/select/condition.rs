//! Conditions as SQL.

use std::marker::PhantomData;

use sea_orm::Value;

use super::super::spelling::{Spelling, column};
use crate::store::{Comparison, Condition, TableShape};

/// Conditions on the rows `t` of a table, and the values that they are compared with.
pub(super) struct Conditions<'t, S> {
    table: &'t TableShape,
    pub(super) values: Vec<Value>,
    spelling: PhantomData<S>,
}

impl<'t, S: Spelling> Conditions<'t, S> {
    pub(super) fn new(table: &'t TableShape, values: Vec<Value>) -> Self {
        Self { table, values, spelling: PhantomData }
    }

    /// Adds a value; the number of its parameter.
    pub(super) fn parameter(&mut self, value: impl Into<Value>) -> usize {
        self.values.push(value.into());
        self.values.len()
    }

    /// A condition; where a value is absent, it may be neither true nor false.
    pub(super) fn sql(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::All(conditions) => self.joined(conditions, " AND ", "true"),
            Condition::Any(conditions) => self.joined(conditions, " OR ", "false"),
            Condition::Not(condition) => format!("({} IS NOT TRUE)", self.sql(condition)),
            Condition::Compare { column, comparison, cell } => {
                let cells = S::json(self.parameter(cell.as_str()));
                let value = S::cell(&cells, 0, self.table.columns[*column].ty);
                format!("({} {} {value})", self.column(*column), sign(*comparison))
            }
            Condition::In { column, cells } => {
                let parameter = self.parameter(cells.as_str());
                format!("({})", S::is_among(&self.column(*column), parameter, self.table.columns[*column].ty))
            }
            Condition::Absent { column } => format!("({} IS NULL)", self.column(*column)),
            // A text with a NUL is in no table, and no parameter.
            Condition::Contains { text, .. } | Condition::StartsWith { text, .. } if text.contains('\0') => {
                "(false)".to_owned()
            }
            Condition::Contains { column, text, ignore_case } => {
                let part = format!("${}", self.parameter(text.as_str()));
                let whole = self.text(*column);
                let contains = match ignore_case {
                    true => S::contains(&S::small(&whole), &S::small(&part)),
                    false => S::contains(&whole, &part),
                };
                format!("({contains})")
            }
            Condition::StartsWith { column, text } => {
                let whole = self.text(*column);
                let first = format!("{whole} >= ${}", self.parameter(text.as_str()));
                match behind(text) {
                    Some(behind) => format!("({first} AND {whole} < ${})", self.parameter(behind)),
                    None => format!("({first})"),
                }
            }
        }
    }

    fn joined(&mut self, conditions: &[Condition], word: &str, none: &str) -> String {
        let conditions: Vec<_> = conditions.iter().map(|condition| self.sql(condition)).collect();
        format!("({})", if conditions.is_empty() { none.to_owned() } else { conditions.join(word) })
    }

    fn column(&self, index: usize) -> String {
        column(self.table, index)
    }

    fn text(&self, index: usize) -> String {
        S::text(&self.column(index), self.table.columns[index].ty)
    }
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

/// The first text behind all those that begin with `text`, by code points; `None` where there is none. So an index finds
/// them.
fn behind(text: &str) -> Option<String> {
    let mut rest = text.chars();
    while let Some(last) = rest.next_back() {
        // The code points between have no character.
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            return Some(format!("{}{next}", rest.as_str()));
        }
    }
    None
}
