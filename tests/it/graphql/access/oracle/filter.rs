//! Which rows: the filters that clients write.

use serde_json::Value as Json;

use super::rows::{Cell, Row};

/// What must hold of a row.
#[derive(Debug)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Absent(String),
    Equal(String, Cell),
    OneOf(String, Vec<Cell>),
    Less(String, Cell),
    LessOrEqual(String, Cell),
    Greater(String, Cell),
    GreaterOrEqual(String, Cell),
    Contains(String, String),
    ContainsIgnoringCase(String, String),
    StartsWith(String, String),
}

/// A filter that was read.
pub(super) struct Filter {
    pub(super) condition: Condition,
    /// By which fields it chooses.
    pub(super) fields: Vec<String>,
    /// How much stands in it.
    pub(super) size: usize,
}

impl Filter {
    pub(super) fn of(given: Option<&Json>) -> Self {
        let mut filter = Self { condition: Condition::All(Vec::new()), fields: Vec::new(), size: 0 };
        filter.condition = given.map_or(Condition::All(Vec::new()), |given| filter.whole(given));
        filter
    }

    fn whole(&mut self, given: &Json) -> Condition {
        let parts = given.as_object().unwrap().iter().map(|(name, value)| match &**name {
            "and" => Condition::All(self.each(value)),
            "or" => Condition::Any(self.each(value)),
            "not" => {
                self.size += 1;
                Condition::Not(Box::new(self.whole(value)))
            }
            field => {
                self.fields.push(field.to_owned());
                let compared = value.as_object().unwrap();
                self.size += compared.len();
                Condition::All(compared.iter().map(|(operator, value)| compare(field, operator, value)).collect())
            }
        });
        Condition::All(parts.collect())
    }

    fn each(&mut self, given: &Json) -> Vec<Condition> {
        let items = given.as_array().unwrap();
        self.size += items.len();
        items.iter().map(|item| self.whole(item)).collect()
    }
}

fn compare(field: &str, operator: &str, given: &Json) -> Condition {
    let name = field.to_owned();
    let not = |condition| Condition::Not(Box::new(condition));
    let cell = || Cell::given(Some(given)).of(field);
    let text = || given.as_str().unwrap().to_owned();
    match operator {
        "eq" if given.is_null() => Condition::Absent(name),
        "eq" => Condition::Equal(name, cell()),
        "ne" => not(compare(field, "eq", given)),
        "in" => {
            let items = given.as_array().unwrap().iter();
            Condition::OneOf(name, items.map(|item| Cell::given(Some(item)).of(field)).collect())
        }
        "notIn" => not(compare(field, "in", given)),
        "lt" => Condition::Less(name, cell()),
        "lte" => Condition::LessOrEqual(name, cell()),
        "gt" => Condition::Greater(name, cell()),
        "gte" => Condition::GreaterOrEqual(name, cell()),
        "isNull" if *given == true => Condition::Absent(name),
        "isNull" => not(Condition::Absent(name)),
        "contains" => Condition::Contains(name, text()),
        "containsIgnoringCase" => Condition::ContainsIgnoringCase(name, text()),
        "startsWith" => Condition::StartsWith(name, text()),
        other => panic!("the schema compares by `{other}`, of which nothing is known here"),
    }
}

impl Condition {
    pub(super) fn holds(&self, row: Row<'_>) -> bool {
        match self {
            Self::All(all) => all.iter().all(|condition| condition.holds(row)),
            Self::Any(any) => any.iter().any(|condition| condition.holds(row)),
            Self::Not(condition) => !condition.holds(row),
            Self::Absent(field) => row.value(field) == Cell::Absent,
            Self::Equal(field, value) => row.value(field) == *value,
            Self::OneOf(field, values) => values.contains(&row.value(field)),
            Self::Less(field, value) => row.value(field) < *value,
            Self::LessOrEqual(field, value) => row.value(field) <= *value,
            Self::Greater(field, value) => row.value(field) > *value,
            Self::GreaterOrEqual(field, value) => row.value(field) >= *value,
            Self::Contains(field, part) => row.value(field).text().contains(part.as_str()),
            Self::ContainsIgnoringCase(field, part) => {
                row.value(field).text().to_ascii_lowercase().contains(&part.to_ascii_lowercase())
            }
            Self::StartsWith(field, part) => row.value(field).text().starts_with(part.as_str()),
        }
    }
}
