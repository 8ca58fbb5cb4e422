//! Principals: who asks, and what they may.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Principal {
    /// What events are to say of them; empty where nobody is known.
    pub id: String,
    /// Whose data they ask for; empty without tenants.
    pub tenant: String,
    /// What they may act as.
    pub roles: BTreeSet<String>,
    /// What else is known of them, by name: rules on rows compare fields with it, in their stored form.
    pub claims: BTreeMap<String, Json>,
}

impl Principal {
    /// Somebody known by a name, without a tenant or a role.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// The same, with a role more.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.roles.insert(role.into());
        self
    }

    /// The same, asking for the data of a tenant.
    #[must_use]
    pub fn of_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = tenant.into();
        self
    }

    /// The same, with something more that is known.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }
}
