//! The tables as they are in the database.

use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::column::RowWriter;
use cqrs_runtime::prelude::*;
use cqrs_runtime::store::{
    Backend, Checkpoint, EventQuery, EventStore, Generation, GenerationState, StoredEvent, Tables, Wanted,
};
use cqrs_tests::orders::{CustomerOrder, Payment, Turnover};
use futures_util::TryStreamExt;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement};
use serde_json::Value;

use super::fold::{Known, Rows, fold};
use super::turnover::turnover;
use crate::database::Database;

/// A look at a database past those who project.
pub(super) struct Look {
    pub(super) store: EventStore,
    backend: Arc<dyn Backend>,
    raw: DatabaseConnection,
}

/// How far the partitions of each generation have come, by the name that workers share them under.
pub(super) type Checkpoints = BTreeMap<String, Vec<u64>>;

impl Look {
    pub(super) async fn at(url: &str) -> Self {
        let store = EventStore::open(url).await.unwrap();
        let backend = open(url, &Options::default()).await.unwrap();
        Self { store, backend, raw: sea_orm::Database::connect(url).await.unwrap() }
    }

    pub(super) async fn of(database: &Database) -> Self {
        Self::at(&database.url).await
    }

    pub(super) fn tables(&self) -> &dyn Tables {
        self.backend.tables().unwrap()
    }

    pub(super) async fn close(self) {
        self.store.close().await;
        self.backend.close().await;
        self.raw.close().await.unwrap();
    }

    pub(super) async fn head(&self) -> u64 {
        self.store.head().await.unwrap().position
    }

    pub(super) async fn log(&self) -> Vec<StoredEvent> {
        self.store.read(EventQuery::log()).try_collect().await.unwrap()
    }

    /// The generations of both read models.
    pub(super) async fn generations(&self) -> Vec<Generation> {
        let orders = self.tables().generations(CustomerOrder::TABLE.name).await.unwrap();
        let payments = self.tables().generations(Payment::TABLE.name).await.unwrap();
        orders.into_iter().chain(payments).collect()
    }

    pub(super) async fn partitions(&self, generation: &Generation) -> Vec<Checkpoint> {
        self.tables().checkpoints(&generation.key.to_string()).await.unwrap()
    }

    pub(super) async fn checkpoints(&self) -> Checkpoints {
        let mut checkpoints = Checkpoints::new();
        for generation in self.generations().await {
            let partitions = self.partitions(&generation).await;
            let positions = partitions.iter().map(|known| known.lease.checkpoint).collect();
            checkpoints.insert(generation.key.to_string(), positions);
        }
        checkpoints
    }

    /// Whether all that there is has been projected, and nothing is being built.
    pub(super) async fn is_projected(&self) -> bool {
        let (log, generations) = (self.log().await, self.generations().await);
        let (orders, payments) = (last::<CustomerOrder>(&log), last::<Payment>(&log));
        let mut all = !generations.is_empty();
        for generation in generations {
            let last = if generation.key.projection == CustomerOrder::TABLE.name { orders } else { payments };
            let partitions = self.partitions(&generation).await;
            let come = partitions.iter().map(|known| known.lease.checkpoint).min().unwrap_or(0) >= last;
            all &= come && generation.state != GenerationState::Building;
        }
        all
    }

    /// All tables are what the log makes of them, up to the checkpoints that stand beside them; the checkpoints of both read
    /// models.
    ///
    /// What a killed process has sent may be written a moment later: then all is looked at again.
    pub(super) async fn all_equal_a_fold(&self) -> Checkpoints {
        loop {
            let checkpoints = self.checkpoints().await;
            let mut differences = Vec::new();
            for generation in self.generations().await {
                // One that has come meanwhile is seen in the next look.
                let Some(positions) = checkpoints.get(&generation.key.to_string()) else { continue };
                differences.extend(match generation.key.projection.as_str() {
                    "customer_order" => self.difference::<CustomerOrder>(&generation, positions).await,
                    _ => self.difference::<Payment>(&generation, positions).await,
                });
            }
            let (turnovers, differs) = self.turnover_differs().await;
            differences.extend(differs);
            if checkpoints == self.checkpoints().await && turnovers == self.turnovers().await {
                assert!(differences.is_empty(), "{}", differences.join("\n"));
                return checkpoints;
            }
        }
    }

    /// The generations of what is written in transactions, and how far each has come.
    pub(super) async fn turnovers(&self) -> Vec<(Generation, Vec<u64>)> {
        let mut turnovers = Vec::new();
        for generation in self.tables().generations(Turnover::NAME).await.unwrap() {
            let partitions = self.partitions(&generation).await;
            turnovers.push((generation, partitions.iter().map(|known| known.lease.checkpoint).collect()));
        }
        turnovers
    }

    /// The same, and where their tables are not what the log makes of them.
    async fn turnover_differs(&self) -> (Vec<(Generation, Vec<u64>)>, Vec<String>) {
        let (turnovers, log, mut differences) = (self.turnovers().await, self.log().await, Vec::new());
        for (generation, positions) in &turnovers {
            let letters = self.tables().letters(&generation.key).await.unwrap();
            let letters = letters.iter().map(|letter| (letter.position, !letter.error.is_empty())).collect();
            let [sums, numbers] = [Turnover::TURNOVER, Turnover::TURNOVER_LOG]
                .map(|table| format!("SELECT * FROM {}", generation.key.table(table.view())));
            let row = |row: &QueryResult| -> Result<_, DbErr> {
                let place: (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
                Ok((place, (row.try_get_by_index(2)?, row.try_get_by_index(3)?)))
            };
            let sums = self.rows(&sums).await.iter().map(row).collect::<Result<_, _>>().unwrap();
            let number =
                |row: &QueryResult| -> Result<_, DbErr> { Ok((row.try_get_by_index(1)?, row.try_get_by_index(0)?)) };
            let numbers = self.rows(&numbers).await.iter().map(number).collect::<Result<_, _>>().unwrap();
            let (found, expected) = ((sums, numbers, letters), turnover(&log, positions.first().copied().unwrap_or(0)));
            if found != expected {
                differences.push(format!("{} at {positions:?}:\n{expected:#?}\n{found:#?}", generation.key));
            }
        }
        (turnovers, differences)
    }

    async fn difference<M: Known>(&self, generation: &Generation, positions: &[u64]) -> Option<String> {
        let folded = fold::<M>(&self.log().await, positions);
        let letters = self.tables().letters(&generation.key).await.unwrap();
        let letters: Vec<_> = letters.iter().map(|letter| (letter.position, !letter.error.is_empty())).collect();
        let expected = (self.written(&folded.own), self.written(&folded.lookup), folded.parked);
        let found = (self.found(generation, &folded.own).await, self.found(generation, &folded.lookup).await, letters);
        (expected != found).then(|| format!("{} at {positions:?}:\n{expected:#?}\n{found:#?}", generation.key))
    }

    /// What the rows would be written as: tenant, sequence, position, and all cells.
    fn written<M: ReadModel>(&self, rows: &Rows<M>) -> Vec<Value> {
        let mut writer = RowWriter::new(self.tables().numbers());
        for ((tenant, _), (sequence, position, row)) in &rows.rows {
            let written = writer.row(|cells| {
                cells.text(tenant)?;
                cells.integer(*sequence);
                cells.integer(i64::try_from(*position).unwrap());
                row.write(cells)
            });
            written.unwrap();
        }
        sorted(&writer.finish())
    }

    /// What is in the table.
    async fn found<M: ReadModel>(&self, generation: &Generation, rows: &Rows<M>) -> Vec<Value> {
        let table = generation.key.table(M::TABLE.name);
        let mut keys = RowWriter::new(self.tables().numbers());
        for (tenant, key) in &rows.ever {
            let written = keys.row(|cells| {
                cells.text(tenant)?;
                M::write_key(key, cells)
            });
            written.unwrap();
        }
        let wanted = Wanted { keys: Some(keys.finish()), values: Vec::new() };
        let found = self.tables().load(&M::TABLE.shape(table.clone()), &wanted).await.unwrap();
        let mut found = sorted(&found);
        let count = self.number(&format!("SELECT count(*) FROM {table}")).await;
        if usize::try_from(count) != Ok(found.len()) {
            found.push(format!("{count} rows, some of which never were").into());
        }
        found
    }

    /// All tables of a generation as texts, those of the engine's columns too.
    pub(super) async fn dump(&self, generation: &Generation) -> Vec<String> {
        let mut tables = Vec::new();
        for table in &generation.tables {
            let sql = match self.raw.get_database_backend() {
                DbBackend::Sqlite => {
                    let columns = format!(
                        "SELECT group_concat('quote(\"' || name || '\")', ' || '','' || ') FROM pragma_table_info('{table}')"
                    );
                    let row = self.text(&columns).await;
                    format!(
                        "SELECT coalesce(group_concat(r, char(10)), '') FROM (SELECT {row} AS r FROM {table} ORDER BY 1)"
                    )
                }
                _ => format!(
                    "SELECT coalesce(string_agg(t::text, chr(10) ORDER BY t::text COLLATE \"C\"), '') FROM {table} AS t"
                ),
            };
            tables.push(self.text(&sql).await);
        }
        tables
    }

    async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let statement = Statement::from_string(self.raw.get_database_backend(), sql);
        self.raw.query_all_raw(statement).await.unwrap()
    }

    pub(super) async fn text(&self, sql: &str) -> String {
        let statement = Statement::from_string(self.raw.get_database_backend(), sql);
        self.raw.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    pub(super) async fn number(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.raw.get_database_backend(), sql);
        self.raw.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    pub(super) async fn has_table(&self, table: &str) -> bool {
        let sql = match self.raw.get_database_backend() {
            DbBackend::Sqlite => format!("SELECT count(*) FROM sqlite_schema WHERE name = '{table}'"),
            _ => format!("SELECT count(*) FROM pg_tables WHERE tablename = '{table}'"),
        };
        self.number(&sql).await > 0
    }

    /// Drops what is kept to go back to.
    pub(super) async fn drop_retired(&self) {
        let turnovers = self.turnovers().await.into_iter().map(|(generation, _)| generation);
        for generation in self.generations().await.into_iter().chain(turnovers) {
            if generation.state == GenerationState::Retired {
                self.tables().drop_generation(&generation.key).await.unwrap();
            }
        }
    }

    /// What serves of a read model.
    pub(super) async fn serving(&self, projection: &str) -> Generation {
        let generations = self.tables().generations(projection).await.unwrap();
        generations.into_iter().find(|known| known.state == GenerationState::Serving).expect("something serves")
    }
}

/// The last event that a read model is made of.
fn last<M: Known>(log: &[StoredEvent]) -> u64 {
    log.iter().rev().find(|event| M::sequence(event).is_some()).map_or(0, |event| event.position)
}

fn sorted(rows: &str) -> Vec<Value> {
    let rows: Vec<Value> = serde_json::from_str(rows).unwrap();
    let mut rows: Vec<_> = rows.into_iter().map(|row| (row.to_string(), row)).collect();
    rows.sort_by(|one, other| one.0.cmp(&other.0));
    rows.into_iter().map(|(_, row)| row).collect()
}
