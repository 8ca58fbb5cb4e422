//! Purses, and events that can't be projected as long as the cause is there.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use cqrs_runtime::prelude::*;

static BROKEN: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// Lets the events that name the switch fail, or be as others again.
pub(super) fn switch(name: &str, broken: bool) {
    let mut switches = BROKEN.lock().unwrap_or_else(PoisonError::into_inner);
    if broken {
        switches.insert(name.to_owned());
    } else {
        switches.remove(name);
    }
}

fn is_broken(name: &str) -> bool {
    BROKEN.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
}

/// What an event fails of.
#[derive(Value, Copy, Eq)]
pub(super) enum Fault {
    Nothing,
    /// Its payload is refused when it is read.
    Unreadable,
    /// Its payload panics when it is read.
    Reading,
    /// Its upcaster panics.
    Upcasting,
    /// Its upcaster panics; once it does not, it makes nothing of it.
    Vanishing,
    /// The closure that changes the row panics.
    Changing,
    /// It is refused when all rows have been changed.
    Refused,
    /// A document of its row panics when it is written.
    Writing,
}

/// An amount, and what its reading and writing fail of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Trap {
    pub amount: i64,
    pub fault: Fault,
    pub switch: String,
}

#[derive(Debug, thiserror::Error)]
#[error("it can't be read yet")]
pub(super) struct NotYet;

pub(super) struct Read;

impl Adapter<Trap> for Read {
    type Stored = (i64, Fault, String);
    type Error = NotYet;

    fn store(value: &Trap) -> Self::Stored {
        (value.amount, value.fault, value.switch.clone())
    }

    fn restore((amount, fault, switch): Self::Stored) -> Result<Trap, NotYet> {
        match fault {
            Fault::Unreadable if is_broken(&switch) => Err(NotYet),
            Fault::Reading if is_broken(&switch) => panic!("read, it panics"),
            _ => Ok(Trap { amount, fault, switch }),
        }
    }
}

/// An amount that may fail when it is read.
#[derive(Value)]
#[value(with = Read)]
pub(super) struct Amount(pub(super) Trap);

pub(super) struct Written;

impl Adapter<Trap> for Written {
    type Stored = Vec<String>;
    type Error = NotYet;

    fn store(value: &Trap) -> Vec<String> {
        assert!(value.fault != Fault::Writing || !is_broken(&value.switch), "written, it panics");
        vec![value.amount.to_string(), value.switch.clone()]
    }

    fn restore(stored: Vec<String>) -> Result<Trap, NotYet> {
        let [amount, switch] = <[String; 2]>::try_from(stored).map_err(|_| NotYet)?;
        Ok(Trap { amount: amount.parse().map_err(|_| NotYet)?, fault: Fault::Nothing, switch })
    }
}

/// A document that may fail when it is written.
#[derive(Value)]
#[value(with = Written)]
pub(super) struct Note(Trap);

#[derive(Id)]
pub(super) struct PurseId(String);

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(version = 2, previous = MovedV1)]
pub(super) struct Moved {
    pub owner: String,
    pub amount: Amount,
}

#[derive(Event, Serialize, Deserialize)]
#[event(name = "Moved", version = 1)]
pub(super) struct MovedV1 {
    pub amount: Amount,
}

impl Upcast<MovedV1> for Moved {
    fn upcast(old: MovedV1, _: &UpcastContext<'_>) -> Result<Parts<Self>, UpcastError> {
        let Trap { fault, switch, .. } = &old.amount.0;
        let traps = matches!(fault, Fault::Upcasting | Fault::Vanishing);
        assert!(!(traps && is_broken(switch)), "upcast, it panics");
        if *fault == Fault::Vanishing {
            return Ok(Parts::Many(Vec::new()));
        }
        Ok(Parts::One(Self { owner: String::from("nobody"), amount: old.amount }))
    }
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub(super) struct Move {
    #[command(id)]
    pub purse: PurseId,
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
pub(super) enum Never {}

#[derive(Aggregate, Clone)]
#[aggregate(id = PurseId, events(Moved), commands(create(Move)), error = Never)]
pub(super) struct Purse;

impl Create<Move> for Purse {
    fn create(_: Move, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(Events::none())
    }
}

impl Init<Moved> for Purse {
    fn init(_: &Moved) -> Self {
        Self
    }
}

/// What is in a purse. All events of a purse are one sequence.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Purse(Moved)), lookups(LastMove))]
pub(super) struct Content {
    #[read_model(key)]
    pub purse: PurseId,
    #[read_model(filter)]
    pub owner: String,
    pub balance: i64,
    pub moves: i64,
    /// The amount of the move before the last one.
    pub previous: i64,
    pub note: Option<Note>,
}

/// The last move of a purse.
#[derive(ReadModel, Clone, Debug, PartialEq)]
pub(super) struct LastMove {
    #[read_model(key)]
    pub purse: PurseId,
    pub amount: i64,
}

impl Project<Moved> for Content {
    fn project(row: &mut Row<Self>, event: &Recorded<Moved>) -> Result<(), ProjectionError> {
        let purse = row.id()?;
        let Trap { amount, fault, switch } = &event.amount.0;
        let last = row.lookup::<LastMove>(purse.clone()).get()?;
        row.lookup::<LastMove>(purse.clone())
            .upsert(|| LastMove { purse: purse.clone(), amount: 0 }, |last| last.amount = *amount)?;
        let empty =
            || Self { purse: purse.clone(), owner: event.owner.clone(), balance: 0, moves: 0, previous: 0, note: None };
        row.upsert(empty, |content| {
            content.balance += amount;
            assert!(*fault != Fault::Changing || !is_broken(switch), "changing the row, it panics");
            content.moves += 1;
            content.previous = last.map_or(0, |last| last.amount);
            content.note = Some(Note(event.amount.0.clone()));
        })?;
        if *fault == Fault::Refused && is_broken(switch) {
            return Err(ProjectionError::refused(NotYet));
        }
        Ok(())
    }
}

impl Content {
    /// What a move makes of what there is.
    pub(super) fn after(before: Option<Self>, purse: &str, trap: &Trap, last: Option<i64>) -> Self {
        let before = before.unwrap_or_else(|| Self {
            purse: purse.parse().unwrap(),
            owner: String::from("nobody"),
            balance: 0,
            moves: 0,
            previous: 0,
            note: None,
        });
        Self {
            balance: before.balance + trap.amount,
            moves: before.moves + 1,
            previous: last.unwrap_or(0),
            note: Some(Note(Trap { fault: Fault::Nothing, ..trap.clone() })),
            ..before
        }
    }
}
