//! Rows that are found by a field whose value changes: batches of any size make the same rows, while few rows stay in memory.

use std::collections::BTreeMap;

use cqrs_runtime::prelude::*;
use cqrs_runtime::projection::{EngineOptions, ReadModels};
use cqrs_runtime::store::{Append, EventStore, ExpectedVersion, NewEvent, StreamKey};
use fastrand::Rng;

use super::killed::LONG;
use crate::database::Database;
use crate::random::rng;

const SIZES: [usize; 4] = [1, 7, 1_000, usize::MAX];
const EVENTS: usize = 1_300;
const NAME: &str = "piece";
const TENANTS: [&str; 2] = ["", "north"];

#[derive(Id)]
struct BoardId(String);

/// A piece is put into a zone, or another one.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Put {
    piece: i64,
    zone: String,
}

/// All pieces of a zone are in another one.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Shifted {
    from: String,
    to: String,
}

/// All pieces of a zone are counted.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Counted {
    zone: String,
}

/// All pieces of a zone are gone.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Swept {
    zone: String,
}

#[derive(Command, Clone, Debug, Serialize, Deserialize)]
struct Begin {
    #[command(id)]
    board: BoardId,
}

#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
enum Never {}

#[derive(Aggregate, Clone)]
#[aggregate(id = BoardId, events(Put, Shifted, Counted, Swept), commands(create(Begin)), error = Never)]
struct Board;

impl Create<Begin> for Board {
    fn create(_: Begin, _: &Context<Self>) -> Result<Events<Self>, Never> {
        Ok(Events::none())
    }
}

impl Init<Put> for Board {
    fn init(_: &Put) -> Self {
        Self
    }
}

impl Apply<Shifted> for Board {
    fn apply(&mut self, _: &Shifted) {}
}

impl Apply<Counted> for Board {
    fn apply(&mut self, _: &Counted) {}
}

impl Apply<Swept> for Board {
    fn apply(&mut self, _: &Swept) {}
}

#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Board(Put, Shifted, Counted, Swept)), partition = tenant)]
struct Piece {
    #[read_model(key)]
    number: i64,
    #[read_model(filter)]
    zone: String,
    counted: i64,
    #[read_model(filter)]
    parity: Option<i64>,
}

impl Project<Put> for Piece {
    fn project(row: &mut Row<Self>, event: &Recorded<Put>) -> Result<(), ProjectionError> {
        let Put { piece, zone } = event.event.clone();
        let parity = Some(piece % 2);
        row.at(piece)
            .upsert(|| Self { number: piece, zone: String::new(), counted: 0, parity }, |known| known.zone = zone)
    }
}

impl Project<Shifted> for Piece {
    fn project(row: &mut Row<Self>, event: &Recorded<Shifted>) -> Result<(), ProjectionError> {
        row.matching(Self::ZONE, &event.from).update(|piece| piece.zone.clone_from(&event.to))
    }
}

impl Project<Counted> for Piece {
    fn project(row: &mut Row<Self>, event: &Recorded<Counted>) -> Result<(), ProjectionError> {
        let all = row.matching(Self::ZONE, &event.zone).get()?.len() as u64;
        row.matching(Self::ZONE, &event.zone).update(|piece| {
            piece.counted += all.cast_signed();
            piece.parity = Some(piece.counted % 2);
        })?;
        // By another field that has just changed.
        row.matching(Self::PARITY, &Some(0)).update(|piece| piece.parity = None)
    }
}

impl Project<Swept> for Piece {
    fn project(row: &mut Row<Self>, event: &Recorded<Swept>) -> Result<(), ProjectionError> {
        row.matching(Self::ZONE, &event.zone).delete()
    }
}

fn happens<E: Event>(event: &E) -> NewEvent {
    NewEvent::new(Uuid::now_v7(), E::NAME, serde_json::to_string(event).unwrap())
}

/// A random course of the game, and the rows that a plain fold makes of it, by tenant.
fn game(rng: &mut Rng) -> ([Vec<NewEvent>; 2], [Vec<Piece>; 2]) {
    let mut tables: [BTreeMap<i64, Piece>; 2] = Default::default();
    let mut log: [Vec<NewEvent>; 2] = Default::default();
    for _ in 0..EVENTS {
        let which = rng.usize(..2);
        let rows = &mut tables[which];
        let zones = rng.usize(1..30);
        let mut zone = || format!("zone {}", rng.usize(..zones));
        let (zone, to) = (zone(), zone());
        let event = match rng.u8(..100) {
            0..=59 => {
                let piece = rng.i64(0..150);
                let fresh = Piece { number: piece, zone: String::new(), counted: 0, parity: Some(piece % 2) };
                rows.entry(piece).or_insert(fresh).zone.clone_from(&zone);
                happens(&Put { piece, zone })
            }
            60..=79 => {
                let moved = rows.values_mut().filter(|row| row.zone == zone);
                moved.for_each(|row| row.zone.clone_from(&to));
                happens(&Shifted { from: zone, to })
            }
            80..=94 => {
                let all = rows.values().filter(|row| row.zone == zone).count() as u64;
                for row in rows.values_mut().filter(|row| row.zone == zone) {
                    row.counted += all.cast_signed();
                    row.parity = Some(row.counted % 2);
                }
                rows.values_mut().filter(|row| row.parity == Some(0)).for_each(|row| row.parity = None);
                happens(&Counted { zone })
            }
            _ => {
                rows.retain(|_, row| row.zone != zone);
                happens(&Swept { zone })
            }
        };
        log[which].push(event);
    }
    (log, tables.map(|rows| rows.into_values().collect()))
}

async fn all_sizes_give_the_same(database: Database) {
    let mut rng = rng();
    let store = EventStore::open(&database.url).await.unwrap();
    let (log, expected) = game(&mut rng);
    // By turns, so that tenants alternate in a batch.
    for turn in 0..=EVENTS / 5 {
        for (tenant, events) in TENANTS.into_iter().zip(&log) {
            let events: Vec<_> = events.iter().skip(turn * 5).take(5).cloned().collect();
            if !events.is_empty() {
                let board = StreamKey::new(Board::TYPE, "b").of_tenant(tenant);
                store.append(Append::new(board, ExpectedVersion::Any, events)).await.unwrap();
            }
        }
    }
    for size in SIZES {
        let options = EngineOptions {
            lease_time: LONG,
            batch_events: size,
            rows_in_memory: rng.usize(..120),
            workers: rng.u32(1..=2),
            ..EngineOptions::default()
        };
        let read_models = ReadModels::new(store.clone()).with::<Piece>().options(options);
        let rebuilt = read_models.rebuild(NAME, |_| ()).await.unwrap();
        assert_eq!(rebuilt.parked, 0);
        assert_eq!(read_models.find::<Piece>(&-1).await.unwrap(), None);
        for (tenant, expected) in TENANTS.into_iter().zip(&expected) {
            let rows = read_models.query::<Piece>().tenant(tenant).limit(1_000).fetch().await.unwrap().rows;
            let differs = rows.iter().zip(expected).find(|(row, expected)| row != expected);
            assert_eq!((differs, rows.len()), (None, expected.len()), "of {tenant:?}, {size} at once, {options:?}");
            let found = read_models.query::<Piece>().tenant(tenant).find(&expected[0].number).await.unwrap();
            assert_eq!(found.as_ref(), Some(&expected[0]));
        }
    }
    store.close().await;
}

#[tokio::test]
async fn on_sqlite() {
    all_sizes_give_the_same(Database::sqlite()).await;
}

#[tokio::test]
async fn on_postgres() {
    all_sizes_give_the_same(Database::postgres().await).await;
}
