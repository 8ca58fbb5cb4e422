//! What there is, and what whoever may see of it: by the rules, or by all rules but one.

use cqrs_runtime::principal::Principal;
use fastrand::Rng;
use serde_json::{Value as Json, json};

pub(super) const TENANTS: [&str; 2] = ["north", "south"];
pub(super) const OWNERS: [&str; 4] = ["ada", "bea", "cyd", ""];

/// A folder as it was written.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) tenant: &'static str,
    pub(super) id: String,
    pub(super) first_owner: &'static str,
    pub(super) owner: &'static str,
    pub(super) team: i64,
    pub(super) title: String,
    pub(super) secret: String,
    pub(super) notes: Vec<WrittenNote>,
    /// Who sent the commands.
    pub(super) sender: &'static str,
}

/// The drawer that each tenant has.
pub(super) const DRAWER: &str = "f01";

/// The keys with which commands were sent.
pub(super) fn key_of_opening(id: &str) -> String {
    format!("open {id}")
}

pub(super) fn key_of_note(id: &str, place: usize) -> String {
    format!("note {place} of {id}")
}

pub(super) fn key_of_giving(id: &str) -> String {
    format!("give {id}")
}

pub(super) fn key_of_making() -> String {
    format!("make {DRAWER}")
}

#[derive(Clone, Debug)]
pub(super) struct WrittenNote {
    pub(super) text: String,
    pub(super) level: i64,
    pub(super) see_also: Option<String>,
}

/// A rule of the domain that could have been forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    Tenant,
    EntryRoles,
    EntryOwner,
    EntryTeam,
    Secret,
    NoteRoles,
    NoteOwner,
    NoteTeam,
    NoteLevel,
    NoteOwnerField,
    SeeAlso,
    FolderRoles,
    FolderOwner,
    FolderTeam,
    SignedIn,
    Unsaid,
    Drawer,
    OpenRoles,
    AddRoles,
    GiveRoles,
    Touch,
    MakeRoles,
}

pub(super) const RULES: [Rule; 22] = [
    Rule::Tenant,
    Rule::EntryRoles,
    Rule::EntryOwner,
    Rule::EntryTeam,
    Rule::Secret,
    Rule::NoteRoles,
    Rule::NoteOwner,
    Rule::NoteTeam,
    Rule::NoteLevel,
    Rule::NoteOwnerField,
    Rule::SeeAlso,
    Rule::FolderRoles,
    Rule::FolderOwner,
    Rule::FolderTeam,
    Rule::SignedIn,
    Rule::Unsaid,
    Rule::Drawer,
    Rule::OpenRoles,
    Rule::AddRoles,
    Rule::GiveRoles,
    Rule::Touch,
    Rule::MakeRoles,
];

/// Whoever asks, in a world in which one rule may be forgotten.
#[derive(Clone, Copy, Debug)]
pub(super) struct Viewer<'w, 'p> {
    pub(super) world: &'w [Written],
    pub(super) principal: &'p Principal,
    pub(super) forgotten: Option<Rule>,
}

impl<'w> Viewer<'w, '_> {
    fn holds(&self, rule: Rule) -> bool {
        self.forgotten != Some(rule)
    }

    fn has(&self, role: &str) -> bool {
        self.principal.roles.contains(role)
    }

    fn owns(&self, owner: &str, rule: Rule) -> bool {
        !self.holds(rule) || (!owner.is_empty() && owner == self.principal.id)
    }

    fn claims(&self, name: &str, value: i64, rule: Rule) -> bool {
        !self.holds(rule) || self.principal.claims.get(name) == Some(&json!(value))
    }

    pub(super) fn of_tenant(&self) -> impl Iterator<Item = &'w Written> {
        let (forgotten, tenant) = (!self.holds(Rule::Tenant), self.principal.tenant.clone());
        self.world.iter().filter(move |folder| forgotten || folder.tenant == tenant)
    }

    /// Whether somebody has a role to which something is granted.
    fn granted(&self, roles: &[&str], rule: Rule) -> bool {
        !self.holds(rule) || roles.iter().any(|role| self.has(role))
    }

    pub(super) fn may_list_entries(&self) -> bool {
        self.granted(&["clerk", "writer", "lead"], Rule::EntryRoles)
    }

    fn sees_entry(&self, folder: &Written) -> bool {
        self.has("clerk")
            || (self.has("writer") && self.owns(folder.owner, Rule::EntryOwner))
            || (self.has("lead") && self.claims("team", folder.team, Rule::EntryTeam))
            || !self.holds(Rule::EntryRoles)
    }

    pub(super) fn entries(&self) -> Vec<&'w Written> {
        self.of_tenant().filter(|folder| self.sees_entry(folder)).collect()
    }

    pub(super) fn knows_secrets(&self) -> bool {
        self.granted(&["clerk"], Rule::Secret)
    }

    pub(super) fn may_list_notes(&self) -> bool {
        self.granted(&["clerk", "writer", "lead"], Rule::NoteRoles)
    }

    pub(super) fn knows_owners_of_notes(&self) -> bool {
        self.granted(&["clerk", "lead"], Rule::NoteOwnerField)
    }

    pub(super) fn knows_what_to_see_also(&self) -> bool {
        self.granted(&["clerk", "writer"], Rule::SeeAlso)
    }

    fn sees_note(&self, folder: &Written, note: &WrittenNote) -> bool {
        self.has("clerk")
            || (self.has("writer") && self.owns(folder.owner, Rule::NoteOwner))
            || (self.has("lead")
                && self.claims("team", folder.team, Rule::NoteTeam)
                && self.claims("level", note.level, Rule::NoteLevel))
            || !self.holds(Rule::NoteRoles)
    }

    /// The notes that are seen, with their folders and places.
    pub(super) fn notes(&self) -> Vec<(&'w Written, usize)> {
        let all = self.of_tenant().flat_map(|folder| (0..folder.notes.len()).map(move |place| (folder, place)));
        all.filter(|(folder, place)| self.sees_note(folder, &folder.notes[*place])).collect()
    }

    pub(super) fn may_ask_for_folders(&self) -> bool {
        self.granted(&["clerk", "writer", "lead"], Rule::FolderRoles)
    }

    /// The folder of an id, as an aggregate.
    pub(super) fn folder(&self, id: &str) -> Option<&'w Written> {
        let sees = |folder: &&Written| {
            self.has("clerk")
                || (self.has("writer") && self.owns(folder.owner, Rule::FolderOwner))
                || (self.has("lead") && self.claims("team", folder.team, Rule::FolderTeam))
                || !self.holds(Rule::FolderRoles)
        };
        self.of_tenant().filter(|folder| folder.id == id).find(sees)
    }

    pub(super) fn may_list_teams(&self) -> bool {
        !self.holds(Rule::SignedIn) || !self.principal.id.is_empty()
    }

    pub(super) fn may_list_what_is_unsaid(&self) -> bool {
        !self.holds(Rule::Unsaid)
    }

    pub(super) fn may_ask_for_drawers(&self) -> bool {
        !self.holds(Rule::Drawer)
    }

    /// Whether a command may be sent, wherever it goes.
    pub(super) fn may_send(&self, mutation: &str) -> bool {
        match mutation {
            "openFolder" => self.granted(&["clerk", "writer"], Rule::OpenRoles),
            "addNote" => self.granted(&["clerk", "writer", "guest"], Rule::AddRoles),
            "giveFolder" => self.granted(&["clerk"], Rule::GiveRoles),
            "touchFolder" => !self.holds(Rule::Touch),
            "makeDrawer" => self.granted(&["clerk"], Rule::MakeRoles),
            // To no drawer at all: without the rule for drawers, that of the command is not all that there is.
            "openDrawer" => self.has("clerk"),
            other => panic!("the schema has a mutation `{other}`, of which nothing is known here"),
        }
    }

    /// How many folders each team has.
    pub(super) fn teams(&self) -> Vec<(i64, i64)> {
        let mut teams: Vec<(i64, i64)> = Vec::new();
        for folder in self.of_tenant() {
            match teams.iter_mut().find(|(team, _)| *team == folder.team) {
                Some((_, folders)) => *folders += 1,
                None => teams.push((folder.team, 1)),
            }
        }
        teams.sort_unstable();
        teams
    }
}

/// The same folders for both tenants, by their ids, with contents of their own.
pub(super) fn world(rng: &mut Rng) -> Vec<Written> {
    let mut world = Vec::new();
    for tenant in TENANTS {
        for number in 0..12 {
            let first_owner = *rng.choice(&OWNERS).unwrap();
            let owner = if rng.u8(..4) == 0 { *rng.choice(&OWNERS).unwrap() } else { first_owner };
            let notes = (0..rng.usize(..5)).map(|place| {
                let see_also = (rng.u8(..2) == 0).then(|| format!("f{:02}", rng.u8(..14)));
                let text = see_also.as_ref().map_or_else(
                    || format!("{} note {tenant}-{number}-{place}", rng.u8(..3)),
                    |other| format!("see {other}"),
                );
                WrittenNote { text, level: rng.i64(0..2), see_also }
            });
            world.push(Written {
                tenant,
                id: format!("f{number:02}"),
                first_owner,
                owner,
                notes: notes.collect(),
                sender: rng.choice(&OWNERS).unwrap(),
                team: rng.i64(0..3),
                // Some have one title.
                title: format!("title {tenant} {}", rng.u8(..8)),
                secret: format!("secret {tenant} {}", rng.u8(..8)),
            });
        }
    }
    world
}

/// Somebody, with any roles, or nobody.
pub(super) fn principal(rng: &mut Rng) -> Principal {
    let mut principal = Principal::new(*rng.choice(&OWNERS).unwrap()).of_tenant(*rng.choice(&TENANTS).unwrap());
    for (role, one_of) in [("clerk", 6), ("writer", 2), ("lead", 2), ("guest", 3)] {
        if rng.u8(..one_of) == 0 {
            principal = principal.role(role);
        }
    }
    for name in ["team", "level"] {
        let value = match rng.u8(..8) {
            0 => continue,
            1 => Json::Null,
            2 => json!("1"),
            _ => json!(rng.i64(0..2)),
        };
        principal = principal.claim(name, value);
    }
    principal
}
