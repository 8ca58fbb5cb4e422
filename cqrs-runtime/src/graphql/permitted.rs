//! Which rows somebody may see: no row is read without.

use serde_json::Value as Json;

use crate::access::Granted;
use crate::projection::AnyReadModel;
use crate::store::Condition;

/// A condition that holds of no row that who asks may not see.
#[derive(Clone, Debug)]
pub(super) struct Permitted(Condition);

impl Permitted {
    /// The rows that are granted; `None` where nothing is.
    pub(super) fn of(granted: &Granted, model: &AnyReadModel) -> Option<Self> {
        let own = match granted {
            Granted::Nothing => return None,
            Granted::Everything => return Some(Self(Condition::All(Vec::new()))),
            Granted::Own(own) => own,
        };
        let equal = |(field, value): &(usize, Json)| model.equal(*field, value).ok();
        // A value that the field can't have is no row's.
        let lists = own.lists().filter_map(|list| list.iter().map(equal).collect::<Option<Vec<_>>>());
        Some(Self(Condition::Any(lists.map(Condition::All).collect())))
    }

    /// Those of them that satisfy another condition as well.
    pub(super) fn and(self, condition: Condition) -> Self {
        match &self.0 {
            Condition::All(all) if all.is_empty() => Self(condition),
            _ => Self(Condition::All(vec![self.0, condition])),
        }
    }

    /// The condition.
    pub(super) fn into_condition(self) -> Condition {
        self.0
    }
}
