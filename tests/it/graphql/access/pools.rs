//! What requests are made of that earlier answers, or the log, have told.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use cqrs_runtime::store::{StoredEvent, StreamKey};
use fastrand::Rng;
use serde_json::Value as Json;

/// How many cursors of rows, and of events, are kept to be asked with.
const MOST: usize = 500;

#[derive(Default)]
pub(super) struct Pools {
    /// The log, as it was written.
    pub(super) log: Vec<StoredEvent>,
    pub(super) head: u64,
    rows: Vec<RowCursor>,
    /// Cursors of events, each with the id of the folder.
    events: Vec<(String, String)>,
    /// The question of each cursor that somebody got.
    questions: BTreeMap<String, Arc<Question>>,
}

/// A question for rows, to whose answers cursors belong.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// Which rows, in which order.
    pub(super) text: String,
    /// Where it was asked: `Query.notes`.
    pub(super) connection: String,
    /// The key of the row within which it was asked.
    pub(super) parent: Option<String>,
    pub(super) filter: Json,
    pub(super) order: Json,
}

/// A cursor that can be asked with, and with what it was asked for.
pub(super) struct RowCursor {
    pub(super) cursor: String,
    pub(super) filter: Json,
    pub(super) order: Json,
    question: Arc<Question>,
}

impl Pools {
    pub(super) fn of(log: Vec<StoredEvent>) -> Self {
        let head = log.last().map_or(0, |event| event.position);
        Self { log, head, ..Self::default() }
    }

    /// The events of something, in their order.
    pub(super) fn events_of(&self, tenant: &str, kind: &str, id: &str) -> Vec<&StoredEvent> {
        let stream = StreamKey::new(kind.to_owned(), id).of_tenant(tenant);
        self.log.iter().filter(|event| event.stream == stream).collect()
    }

    pub(super) fn position(&self, rng: &mut Rng) -> u64 {
        self.log[rng.usize(..self.log.len())].position
    }

    pub(super) fn time(&self, rng: &mut Rng) -> DateTime<Utc> {
        self.log[rng.usize(..self.log.len())].recorded_at
    }

    /// A cursor of rows, got where one is to be asked with; within a row of a key, if there is one.
    pub(super) fn row(&self, connection: &str, parent: Option<&str>, rng: &mut Rng) -> Option<&RowCursor> {
        let is_of = |row: &&RowCursor| {
            row.question.connection == connection
                && parent.is_none_or(|parent| row.question.parent.as_deref() == Some(parent))
        };
        let of: Vec<&RowCursor> = self.rows.iter().filter(is_of).collect();
        (!of.is_empty()).then(|| of[rng.usize(..of.len())])
    }

    /// All that belong to the question of one, itself among them.
    pub(super) fn rows_of_the_question(&self, one: &RowCursor) -> Vec<&RowCursor> {
        self.rows.iter().filter(|row| row.question == one.question).collect()
    }

    pub(super) fn event(&self, rng: &mut Rng) -> Option<&(String, String)> {
        (!self.events.is_empty()).then(|| &self.events[rng.usize(..self.events.len())])
    }

    /// The question to which a cursor belongs; none where it is no cursor that anybody got.
    pub(super) fn question(&self, cursor: &str) -> Option<&Question> {
        self.questions.get(cursor).map(|question| &**question)
    }

    /// Keeps a cursor of a row that somebody got.
    pub(super) fn keep_row(&mut self, cursor: &str, question: &Arc<Question>, rng: &mut Rng) {
        let known = self.questions.entry(cursor.to_owned()).or_insert_with(|| Arc::clone(question));
        assert_eq!(known.text, question.text, "one cursor of two questions");
        let (filter, order) = (question.filter.clone(), question.order.clone());
        let row = RowCursor { cursor: cursor.to_owned(), filter, order, question: Arc::clone(question) };
        keep(&mut self.rows, row, rng);
    }

    /// Keeps a cursor of an event that somebody got.
    pub(super) fn keep_event(&mut self, cursor: &str, id: &str, rng: &mut Rng) {
        keep(&mut self.events, (id.to_owned(), cursor.to_owned()), rng);
    }
}

fn keep<T>(among: &mut Vec<T>, new: T, rng: &mut Rng) {
    if among.len() < MOST {
        among.push(new);
    } else {
        among[rng.usize(..MOST)] = new;
    }
}
