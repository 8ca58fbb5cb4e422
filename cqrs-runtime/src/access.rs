//! Access: who may send a command, see a row, know a field.
//!
//! `roles("teller", "customer" if owner = principal.id)` in the annotation of a command, an aggregate, a read model or a field
//! is a list of [`Grant`]s: it is enough that one holds. What has no such list is granted to all, unless the schema denies by
//! default. The generated GraphQL schema holds to it; who serves clients in another way asks [`Granted::by`].

use serde_json::Value as Json;

use crate::principal::Principal;

/// What `roles(..)` lists: all that may, each under its conditions; `None` where nothing is said.
pub type Access = Option<&'static [Grant]>;

/// Who may, and with which rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who may.
    pub to: Grantee,
    /// What must hold of a row, all of it; nothing for all rows.
    pub only: &'static [Rule],
}

/// Who is granted something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grantee {
    /// Everybody, known or not.
    Anyone,
    /// Everybody who is known: who has an id.
    SignedIn,
    /// Who has a role.
    Role(&'static str),
}

/// That a field of a row has a value that is the principal's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The field, by its place in the struct.
    pub field: usize,
    /// The value that it must have.
    pub is: Attribute,
}

/// Something that is known of a principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// Who it is.
    Id,
    /// What else was said of it, under a name.
    Claim(&'static str),
}

/// What is granted to somebody.
#[derive(Clone, Debug, PartialEq)]
pub enum Granted {
    /// Nothing.
    Nothing,
    /// Some rows.
    Own(Own),
    /// Everything.
    Everything,
}

/// Which rows are somebody's own: those of which one list of values holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Own(Vec<Vec<(usize, Json)>>);

/// In the data of a request: what says nothing of who may is granted to nobody.
#[derive(Clone, Copy, Debug)]
pub struct DenyByDefault;

impl Grantee {
    /// Whether somebody is meant.
    #[must_use]
    pub fn includes(self, principal: &Principal) -> bool {
        match self {
            Self::Anyone => true,
            Self::SignedIn => !principal.id.is_empty(),
            Self::Role(role) => principal.roles.contains(role),
        }
    }
}

impl Rule {
    /// The stored form of the value that the field must have; `None` where the principal has none, and no row is its own.
    #[must_use]
    pub fn value(&self, principal: &Principal) -> Option<Json> {
        match self.is {
            // Nobody is not the owner of what has no owner.
            Attribute::Id => (!principal.id.is_empty()).then(|| Json::from(principal.id.as_str())),
            Attribute::Claim(name) => {
                principal.claims.get(name).filter(|value| !value.is_null() && *value != "").cloned()
            }
        }
    }
}

impl Granted {
    /// What a list grants to somebody; where there is no list, `unsaid` tells whether everything is granted.
    #[must_use]
    pub fn by(access: Access, principal: &Principal, unsaid: bool) -> Self {
        let Some(grants) = access else {
            return if unsaid { Self::Everything } else { Self::Nothing };
        };
        let mut granted = Self::Nothing;
        for Grant { only, .. } in grants.iter().filter(|grant| grant.to.includes(principal)) {
            if only.is_empty() {
                return Self::Everything;
            }
            let values = only.iter().map(|rule| Some((rule.field, rule.value(principal)?)));
            let mut own = if let Self::Own(own) = granted { own } else { Own::default() };
            // Who lacks what a rule compares with has no row by it.
            own.0.extend(values.collect::<Option<Vec<_>>>());
            granted = Self::Own(own);
        }
        granted
    }
}

impl Own {
    /// The lists of values, of which all of one must hold, each with the place of its field.
    pub fn lists(&self) -> impl Iterator<Item = &[(usize, Json)]> {
        self.0.iter().map(Vec::as_slice)
    }

    /// Whether a row is among them; `has` tells whether one of its fields has a value.
    ///
    /// # Errors
    /// The first one of a value that is compared.
    pub fn includes<E>(&self, has: impl Fn(usize, &Json) -> Result<bool, E>) -> Result<bool, E> {
        for list in &self.0 {
            let mut holds = true;
            for (field, wanted) in list {
                holds = holds && has(*field, wanted)?;
            }
            if holds {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Attribute, Grant, Granted, Grantee, Own, Rule};
    use crate::principal::Principal;

    const OWN: &[Rule] = &[Rule { field: 1, is: Attribute::Id }];
    const OF_BRANCH: &[Rule] = &[Rule { field: 2, is: Attribute::Claim("branch") }];
    const TELLER: Grant = Grant { to: Grantee::Role("teller"), only: &[] };
    const CUSTOMER: Grant = Grant { to: Grantee::Role("customer"), only: OWN };
    const CLERK: Grant = Grant { to: Grantee::Role("clerk"), only: OF_BRANCH };

    fn granted(grants: &'static [Grant], principal: &Principal) -> Granted {
        Granted::by(Some(grants), principal, true)
    }

    #[test]
    fn one_grant_is_enough() {
        let all = &[TELLER, CUSTOMER, CLERK];
        let ada = Principal::new("ada");
        assert_eq!(granted(all, &ada), Granted::Nothing);
        let own = vec![(1, json!("ada"))];
        assert_eq!(granted(all, &ada.clone().role("customer")), Granted::Own(Own(vec![own.clone()])));
        let both = ada.clone().role("customer").role("clerk");
        assert_eq!(granted(all, &both), Granted::Own(Own(vec![own.clone()])), "of no branch");
        let lists = vec![own, vec![(2, json!(7))]];
        assert_eq!(granted(all, &both.claim("branch", 7)), Granted::Own(Own(lists)));
        assert_eq!(granted(all, &ada.role("customer").role("teller")), Granted::Everything);
    }

    #[test]
    fn a_row_is_ones_own_where_all_of_one_list_holds() {
        let own = Own(vec![vec![(0, json!("ada")), (1, json!(7))], vec![(2, json!("ada"))]]);
        let check = |row: [serde_json::Value; 3], expected| {
            assert_eq!(own.includes(|field, value| Ok::<_, ()>(row[field] == *value)), Ok(expected), "{row:?}");
        };
        check([json!("ada"), json!(7), json!(null)], true);
        check([json!("ada"), json!(8), json!("bea")], false);
        check([json!("bea"), json!(8), json!("ada")], true);
        check([json!(null), json!(null), json!(null)], false);
        assert_eq!(Own::default().includes(|_, _| Ok::<_, ()>(true)), Ok(false));
    }

    #[test]
    fn without_a_list_the_default_holds() {
        let nobody = Principal::default();
        assert_eq!(Granted::by(None, &nobody, true), Granted::Everything);
        assert_eq!(Granted::by(None, &nobody, false), Granted::Nothing);
    }

    #[test]
    fn somebody_is_signed_in_and_nobody_is_anyone() {
        const SIGNED_IN: &[Grant] = &[Grant { to: Grantee::SignedIn, only: &[] }];
        const ANYONE: &[Grant] = &[Grant { to: Grantee::Anyone, only: &[] }];
        let (nobody, ada) = (Principal::default(), Principal::new("ada"));
        assert_eq!(granted(SIGNED_IN, &nobody), Granted::Nothing);
        assert_eq!(granted(SIGNED_IN, &ada), Granted::Everything);
        assert_eq!(granted(ANYONE, &nobody), Granted::Everything);
    }

    #[test]
    fn nobody_owns_what_has_no_owner() {
        let [own] = OWN else { panic!() };
        let [branch] = OF_BRANCH else { panic!() };
        assert_eq!(own.value(&Principal::default()), None);
        assert_eq!(own.value(&Principal::new("ada")), Some(json!("ada")));
        let ada = Principal::new("ada").claim("branch", json!(null));
        assert_eq!(branch.value(&ada), None);
        assert_eq!(branch.value(&ada.clone().claim("branch", "")), None);
        assert_eq!(branch.value(&ada.claim("branch", json!(7))), Some(json!(7)));
    }
}
