//! What the parts of a bounded context need of each other.

use super::{Text, is_taken, same};
use crate::read_model::TableField;

/// Checks that no aggregate before this one has streams of its type.
///
/// # Panics
/// When one has.
#[track_caller]
pub const fn check_aggregate_type(types: &[&str], index: usize) {
    if is_taken(types, index) {
        let text = Text::new().push("two aggregates of this context have streams of the type \"").push(types[index]);
        text.push("\": give one of them another name, `#[aggregate(name = \"..\")]`").panic();
    }
}

/// Checks that no read model before this one has its table.
///
/// # Panics
/// When one has.
#[track_caller]
pub const fn check_table(tables: &[&str], index: usize) {
    if is_taken(tables, index) {
        let text = Text::new().push("two read models of this context have the table \"").push(tables[index]);
        text.push("\": give one of them another, `#[read_model(table = \"..\")]`").panic();
    }
}

/// Checks that clients can write the names of an aggregate's commands, and that no aggregate before this one has a command that
/// they would send under the same name.
///
/// # Panics
/// When they can't, or one has.
#[track_caller]
pub const fn check_mutations(commands: &[&[&str]], index: usize) {
    let (mine, mut before) = (commands[index], 0);
    if let Some(name) = unwritten(mine) {
        unwritable(name, "give the command another name, `#[command(name = \"..\")]`");
    }
    while before < index {
        if let Some((_, name)) = common(commands[before], mine) {
            let text = Text::new().push("another aggregate of this context has a command that clients send as ");
            let text = text.quote(name).push(", and both would be one mutation: ");
            text.push("give one of them another name, `#[command(name = \"..\")]`").panic();
        }
        before += 1;
    }
}

/// Checks that a read model has no field that clients would look for where they find the id of each row.
///
/// # Panics
/// When it has.
#[track_caller]
pub const fn check_own_id(fields: &[TableField], what: &str) {
    let mut index = 0;
    while index < fields.len() {
        let field = &fields[index];
        if field.client.is_none() && is_id(field.name.as_bytes()) {
            let text = Text::new().push("clients find the opaque id of each row under `id`, and ").quote(what);
            let text = text.push(" has a field ").quote(field.name).push(": say what they call that, ");
            text.push("`#[read_model(name = \"..\")]` on the field").panic();
        }
        index += 1;
    }
}

/// Whether clients would know a field as `id`, in their spelling.
const fn is_id(mut name: &[u8]) -> bool {
    while let [b'_', rest @ ..] | [rest @ .., b'_'] = name {
        name = rest;
    }
    matches!(name, b"id" | b"Id")
}

/// Checks that clients can write the names of the types of this part, and tell them from those of the parts before it and from
/// each other.
///
/// # Panics
/// When they can't: a name is none that GraphQL has, or two are the same but for their case.
#[track_caller]
pub const fn check_client_names(names: &[&[&[&str]]], index: usize) {
    let (mine, mut list) = (names[index], 0);
    while list < mine.len() {
        if let Some(name) = unwritten(mine[list]) {
            unwritable(name, "rename the type; `name = \"..\"` and `table = \"..\"` keep what is stored");
        }
        let mut before = 0;
        while before <= index {
            let (theirs, mut other) = (names[before], 0);
            while other < theirs.len() && (before < index || other < list) {
                if let Some(found) = common(theirs[other], mine[list]) {
                    clash(found);
                }
                other += 1;
            }
            before += 1;
        }
        let mut name = 1;
        while name < mine[list].len() {
            let (earlier, rest) = mine[list].split_at(name);
            if let Some(found) = common(earlier, rest) {
                clash(found);
            }
            name += 1;
        }
        list += 1;
    }
}

/// The first name that clients can't write; an empty name is that of a failed derive.
const fn unwritten<'n>(names: &[&'n str]) -> Option<&'n str> {
    let mut index = 0;
    while index < names.len() {
        let (name, mut place) = (names[index].as_bytes(), 0);
        let mut is_written = !matches!(name, [b'0'..=b'9', ..] | [b'_', b'_', ..]);
        while place < name.len() {
            is_written = is_written && (name[place].is_ascii_alphanumeric() || name[place] == b'_');
            place += 1;
        }
        if !is_written {
            return Some(names[index]);
        }
        index += 1;
    }
    None
}

#[track_caller]
const fn unwritable(name: &str, advice: &str) -> ! {
    let text = Text::new().push("clients can't write the name ").quote(name);
    let text = text.push(": it has to begin with a letter of `a` to `z`, and to consist of those, digits and `_`; ");
    text.push(advice).panic();
}

#[track_caller]
const fn clash((first, second): (&str, &str)) -> ! {
    let text = Text::new().push("clients would know two types of this context as ").quote(first);
    let text = if same(first, second) { text } else { text.push(" and ").quote(second) };
    text.push(": rename one of them; `name = \"..\"` and `table = \"..\"` keep what is stored").panic();
}

/// Checks that the aggregates whose events something is made of are listed.
///
/// # Panics
/// When one is not.
#[track_caller]
pub const fn check_streams(types: &[&str], streams: &[&str], what: &str) {
    if let Some(missing) = missing(types, streams) {
        let text =
            Text::new().quote(what).push(" is made of events of an aggregate that this context doesn't list, of the ");
        text.push("type \"").push(missing).push("\": list it too, `aggregates(..)`").panic();
    }
}

/// Checks that the read models to which one refers are listed.
///
/// # Panics
/// When one is not.
#[track_caller]
pub const fn check_references(tables: &[&str], references: &[&str], what: &str) {
    if let Some(missing) = missing(tables, references) {
        let text =
            Text::new().quote(what).push(" refers to a read model that this context doesn't list, of the table \"");
        let text = text.push(missing).push("\": list it too, `read_models(..)`, or remove `references` from the field");
        text.panic();
    }
}

/// The first name that is not among the known ones; an empty name is that of a failed derive.
const fn missing<'n>(known: &[&str], names: &[&'n str]) -> Option<&'n str> {
    let mut index = 0;
    while index < names.len() {
        let (mut place, mut found) = (0, names[index].is_empty());
        while place < known.len() {
            found = found || same(known[place], names[index]);
            place += 1;
        }
        if !found {
            return Some(names[index]);
        }
        index += 1;
    }
    None
}

/// The first two names that clients can't tell apart.
const fn common<'n>(left: &[&'n str], right: &[&'n str]) -> Option<(&'n str, &'n str)> {
    let mut first = 0;
    while first < left.len() {
        let mut second = 0;
        while second < right.len() {
            if !left[first].is_empty() && left[first].eq_ignore_ascii_case(right[second]) {
                return Some((left[first], right[second]));
            }
            second += 1;
        }
        first += 1;
    }
    None
}
