use std::collections::{BTreeSet, HashMap};

use crate::store::Changed;

/// Of how many tenants a batch tells that it has changed rows of theirs.
const MOST_CHANGED: usize = 1_000;

/// A tenant, by its number in [`Tenants`].
pub(in super::super) type Tenant = u32;

/// The tenants of the rows in memory.
#[derive(Debug, Default)]
pub(in super::super) struct Tenants {
    names: Vec<String>,
    numbers: HashMap<String, Tenant>,
}

impl Tenants {
    pub(in super::super) fn number(&mut self, name: &str) -> Tenant {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        // No log has four milliards of them.
        let number = Tenant::try_from(self.names.len()).unwrap_or(Tenant::MAX);
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// That rows of these have changed, too many to tell which.
    pub(super) fn changed(&self, tenants: impl Iterator<Item = Tenant>) -> Changed {
        let names: BTreeSet<[&str; 1]> = tenants.map(|tenant| [self.name(tenant)]).collect();
        if names.len() > MOST_CHANGED {
            return Changed::Anything;
        }
        // Texts always are JSON.
        serde_json::to_string(&names).map_or(Changed::Anything, Changed::Tenants)
    }

    pub(in super::super) fn name(&self, number: Tenant) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }
}
