//! Where answers depend on which rule.

use crate::graphql::access::model::{RULES, Rule};
use crate::graphql::access::oracle::Place::{
    self, Changes, Count, Events, Filter, List, Node, Nodes, Order, Pages, Payload, Relation, Row, State, Trail,
};

/// Each of these must have mattered: a rule on which no answer of a kind depends would not be tested there.
///
/// Not all that could be: a lead sees no other notes of a folder that it sees if the rule for their team is gone, say.
pub(super) const MATTERS: [(Rule, &[Place]); RULES.len()] = [
    (Rule::Tenant, &[Row, List, Relation, Pages, Count, Node, Nodes, State, Trail, Payload, Changes, Events]),
    (Rule::EntryRoles, &[Row, List, Relation, Count, Node, Nodes, Payload, Changes]),
    (Rule::EntryOwner, &[Row, List, Relation, Count, Node, Nodes, Payload, Changes]),
    (Rule::EntryTeam, &[Row, List, Relation, Count, Node, Nodes, Payload, Changes]),
    (Rule::Secret, &[Row, List, Relation, Filter, Order, Node, Nodes, Payload, Changes]),
    (Rule::NoteRoles, &[Row, List, Pages, Count, Node, Nodes, Changes]),
    (Rule::NoteOwner, &[Row, List, Pages, Count, Node, Nodes, Changes]),
    (Rule::NoteTeam, &[Row, List, Count, Node, Nodes, Changes]),
    (Rule::NoteLevel, &[Row, List, Pages, Count, Node, Nodes, Changes]),
    (Rule::NoteOwnerField, &[Row, List, Pages, Filter, Node, Nodes, Changes]),
    (Rule::SeeAlso, &[Row, List, Relation, Pages, Node, Nodes, Changes]),
    (Rule::FolderRoles, &[State, Trail, Payload, Events]),
    (Rule::FolderOwner, &[State, Trail, Payload, Events]),
    (Rule::FolderTeam, &[State, Trail, Payload, Events]),
    (Rule::SignedIn, &[Row, List, Node, Nodes, Changes]),
    (Rule::Unsaid, &[Row, List, Node, Nodes, Changes]),
    (Rule::Drawer, &[Trail, Payload, Events]),
    (Rule::OpenRoles, &[Payload]),
    (Rule::AddRoles, &[Payload]),
    (Rule::GiveRoles, &[Payload]),
    (Rule::Touch, &[Payload]),
    (Rule::MakeRoles, &[Payload]),
];
