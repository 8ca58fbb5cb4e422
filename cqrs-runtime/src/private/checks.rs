//! Checks across items, made when constants are evaluated; a failed one is reported at its caller's span.

mod columns;
mod context;

pub use self::columns::{check_key, check_names, check_ordered, check_part, check_ruled};
pub use self::context::{
    check_aggregate_type, check_client_names, check_mutations, check_own_id, check_references, check_streams,
    check_table,
};

use super::decode::Link;
use crate::aggregate::{Aggregate, EventSet};
use crate::command::{Command, CommandSet};
use crate::event::Event;

/// A command belongs to one aggregate: a second one that lists it conflicts with this impl.
pub trait OfOneAggregate {}

/// Checks that the struct before is the version before, under the same name.
///
/// # Panics
/// When it is not.
#[track_caller]
pub const fn check_previous<L: Link>(event: &str, previous: &str) {
    let (version, name) = (<L::Previous as Event>::VERSION, <L::Previous as Event>::NAME);
    if L::Event::VERSION == 0 || version == 0 {
        return;
    }
    if version + 1 != L::Event::VERSION {
        let text = Text::new().quote(event).push(" is version ").number(L::Event::VERSION);
        let text = text.push(", so `previous` must be version ").number(L::Event::VERSION - 1);
        text.push(", but ").quote(previous).push(" is version ").number(version).panic();
    }
    if !same(L::Event::NAME, name) {
        let text =
            Text::new().quote(event).push(" is stored under \"").push(L::Event::NAME).push("\", but ").quote(previous);
        let text = text.push(" under \"").push(name);
        text.push("\": write `#[event(name = \"").push(L::Event::NAME).push("\")]` on ").quote(previous).panic();
    }
}

/// Checks that no event before this one has its name.
///
/// # Panics
/// When one has.
#[track_caller]
pub const fn check_event_name<S: EventSet>(index: usize) {
    let names = S::NAMES;
    if is_taken(names, index) {
        let text = Text::new().push("two events of this aggregate are stored under \"").push(names[index]);
        text.push("\": give one of them another name, `#[event(name = \"..\")]`").panic();
    }
}

/// Checks that a retired event has a name of its own.
///
/// # Panics
/// When it has the name of a current one.
#[track_caller]
pub const fn check_retired_name<S: EventSet, E: Event>() {
    let (names, mut index) = (S::NAMES, 0);
    while index < names.len() {
        if same(names[index], E::NAME) && !E::NAME.is_empty() {
            let text = Text::new().push("\"").push(E::NAME).push("\" is still the name of a listed event: an older ");
            text.push("version of it stands in its chain, `#[event(previous = ..)]`, not in `retired(..)`").panic();
        }
        index += 1;
    }
}

/// Checks that no command before this one has its name, and that one that begins a stream is listed as such.
///
/// # Panics
/// When the one or the other is not so.
#[track_caller]
pub const fn check_command<A: Aggregate, C: Command>(index: usize, creates: bool) {
    let names = A::Command::NAMES;
    if is_taken(names, index) {
        let text = Text::new().push("two commands of this aggregate are sent as \"").push(names[index]);
        text.push("\": give one of them another name, `#[command(name = \"..\")]`").panic();
    }
    if C::NEW_ID && !creates {
        let text = Text::new().push("the server makes a new id for ").quote(C::NAME);
        let text = text.push(" (`new_id`), so it begins a stream: list it as `create(").push(C::NAME);
        text.push(")`").panic();
    }
}

/// An empty name is that of a failed derive.
const fn is_taken(names: &[&str], index: usize) -> bool {
    let mut before = 0;
    while before < index {
        if same(names[before], names[index]) && !names[index].is_empty() {
            return true;
        }
        before += 1;
    }
    false
}

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// A text that is put together while constants are evaluated; what does not fit is cut off.
struct Text {
    bytes: [u8; 512],
    length: usize,
}

impl Text {
    const fn new() -> Self {
        Self { bytes: [0; 512], length: 0 }
    }

    const fn push(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() && self.length < self.bytes.len() {
            self.bytes[self.length] = text[index];
            self.length += 1;
            index += 1;
        }
        self
    }

    const fn quote(self, name: &str) -> Self {
        self.push("`").push(name).push("`")
    }

    const fn number(self, number: u32) -> Self {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        let shorter = if number > 9 { self.number(number / 10) } else { self };
        shorter.push(DIGITS[(number % 10) as usize])
    }

    #[track_caller]
    const fn panic(self) -> ! {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("a check between items failed"),
        }
    }
}
