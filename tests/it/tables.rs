//! Tables of read models: the same cases on both databases.

mod changes;
mod compare;
mod conditions;
mod dropped;
mod fence;
mod generations;
mod letters;
mod shapes;
mod swap;
mod values;
mod wide;

use std::sync::Arc;
use std::time::Duration;

use cqrs_runtime::backend::sea_orm::{Options, open};
use cqrs_runtime::column::RowWriter;
use cqrs_runtime::store::{
    Advance, AdvanceVerdict, Append, Backend, BatchKind, Changed, Condition, ExpectedVersion, Generation,
    GenerationKey, GenerationState, GenerationTables, Keys, Lease, LetterChanges, NewEvent, NewGeneration, RowBatch,
    Select, Selected, Session, StoreError, StreamKey, TableColumn, TableShape, TableWrite, Tables, Wanted, WorkerId,
};
use uuid::Uuid;

use self::wide::Wide;
use crate::database::Database;

const HOUR: Duration = Duration::from_hours(1);

/// The projection whose table most cases write.
const PROJECTION: &str = "wide";
const FINGERPRINT: &str = "00000000000000aa";

/// A database that holds tables.
struct Fixture {
    backend: Arc<dyn Backend>,
    database: Database,
}

impl Fixture {
    async fn sqlite() -> Self {
        Self::of(Database::sqlite()).await
    }

    async fn postgres() -> Self {
        Self::of(Database::postgres().await).await
    }

    async fn of(database: Database) -> Self {
        Self { backend: open(&database.url, &Options::default()).await.unwrap(), database }
    }

    /// The same database, opened by another process as it were.
    async fn again(&self) -> Arc<dyn Backend> {
        open(&self.database.url, &Options::default()).await.unwrap()
    }

    fn tables(&self) -> &dyn Tables {
        self.backend.tables().unwrap()
    }

    /// Appends so many events.
    async fn log(&self, events: usize) {
        let events = (0..events).map(|_| NewEvent::new(Uuid::now_v7(), "Opened", "{}")).collect();
        let append = Append::new(StreamKey::new("Account", Uuid::now_v7().to_string()), ExpectedVersion::Any, events);
        self.backend.commit(Uuid::now_v7(), &[append]).await.unwrap();
    }

    async fn create(&self, shape: &TableShape) -> Generation {
        self.create_of(shape, FINGERPRINT).await
    }

    async fn create_of(&self, shape: &TableShape, fingerprint: &str) -> Generation {
        let new = NewGeneration {
            projection: &shape.name,
            fingerprint,
            partitions: 4,
            tables: GenerationTables::Shaped(std::slice::from_ref(shape)),
            state: GenerationState::Building,
        };
        self.tables().create_generation(&new).await.unwrap()
    }

    /// A new generation, and a worker that has all its partitions.
    async fn filling(&self, shape: &TableShape) -> Filling<'_> {
        let generation = self.create(shape).await;
        self.fill(shape, &generation, 1).await
    }

    async fn fill(&self, shape: &TableShape, generation: &Generation, worker: u128) -> Filling<'_> {
        self.fill_as(shape, generation, &session(&generation.key, worker)).await
    }

    async fn fill_as(&self, shape: &TableShape, generation: &Generation, session: &Session) -> Filling<'_> {
        let leases = self.tables().acquire(session).await.unwrap();
        let shape = TableShape { name: generation.key.table(&shape.name), ..shape.clone() };
        Filling { tables: self.tables(), key: generation.key.clone(), worker: session.worker, leases, shape }
    }

    /// All rows of a projection's first table, as a query without conditions shows them.
    async fn all(&self, shape: &TableShape) -> Selected {
        self.select(shape, |_| {}).await.unwrap()
    }

    async fn select(&self, shape: &TableShape, ask: impl FnOnce(&mut Select<'_>)) -> Result<Selected, StoreError> {
        let mut select = everything(shape);
        ask(&mut select);
        self.tables().select(&select).await
    }
}

fn everything(shape: &TableShape) -> Select<'_> {
    Select {
        projection: &shape.name,
        fingerprint: FINGERPRINT,
        table: shape,
        tenant: "",
        keys: Keys::Any,
        condition: Condition::All(Vec::new()),
        order: &[],
        limit: 10_000,
        offset: 0,
        count: false,
    }
}

fn session(key: &GenerationKey, worker: u128) -> Session {
    Session::new(key.to_string(), WorkerId(Uuid::from_u128(worker)), 4, HOUR)
}

/// A generation in the hands of a worker.
struct Filling<'f> {
    tables: &'f dyn Tables,
    key: GenerationKey,
    worker: WorkerId,
    leases: Vec<Lease>,
    /// The table, as it is in the database.
    shape: TableShape,
}

impl Filling<'_> {
    /// Writes rows, each of which the event at its position has made, and moves all checkpoints there.
    async fn put(&mut self, position: u64, rows: &[Wide]) -> AdvanceVerdict {
        let upserts = self.upserts(position, rows);
        self.write(position, upserts, "[]".to_owned()).await.unwrap()
    }

    fn upserts(&self, position: u64, rows: &[Wide]) -> String {
        let mut writer = RowWriter::new(self.tables.numbers());
        for row in rows {
            writer
                .row(|cells| {
                    cells.text(&row.tenant)?;
                    cells.integer(row.sequence);
                    cells.integer(position.cast_signed());
                    row.write(cells)
                })
                .unwrap();
        }
        writer.finish()
    }

    fn deletes(&self, position: u64, rows: &[Wide]) -> String {
        let mut writer = RowWriter::new(self.tables.numbers());
        for row in rows {
            writer
                .row(|cells| {
                    cells.text(&row.tenant)?;
                    cells.integer(row.sequence);
                    cells.integer(position.cast_signed());
                    cells.text(&row.id)
                })
                .unwrap();
        }
        writer.finish()
    }

    fn steps(&self, position: u64) -> Vec<Advance> {
        let step = |lease: &Lease| Advance { lease: *lease, position, event_id: Uuid::from_u128(position.into()) };
        self.leases.iter().map(step).collect()
    }

    async fn write(&mut self, position: u64, upserts: String, deletes: String) -> Result<AdvanceVerdict, StoreError> {
        let steps = self.steps(position);
        let changed = self.changed(&upserts, &deletes);
        let tables = [TableWrite { table: &self.shape, upserts, deletes }];
        let batch = RowBatch { steps: &steps, changed, tables: &tables, ..self.batch() };
        let verdict = self.tables.write(&batch).await?;
        if verdict == AdvanceVerdict::Advanced {
            self.leases = steps.iter().map(|step| step.done()).collect();
        }
        Ok(verdict)
    }

    /// The keys of rows that are written.
    fn changed(&self, upserts: &str, deletes: &str) -> Changed {
        let rows = |text: &str| -> Vec<Vec<serde_json::Value>> { serde_json::from_str(text).unwrap() };
        let key = |row: &[serde_json::Value], cells: &[usize]| -> Vec<serde_json::Value> {
            std::iter::once(&row[0]).chain(cells.iter().map(|cell| &row[3 + cell])).cloned().collect()
        };
        let first: Vec<usize> = (0..self.shape.key.len()).collect();
        let upserted = rows(upserts).into_iter().map(|row| key(&row, &self.shape.key));
        let keys: Vec<_> = upserted.chain(rows(deletes).into_iter().map(|row| key(&row, &first))).collect();
        if keys.is_empty() { Changed::Nothing } else { Changed::Rows(serde_json::to_string(&keys).unwrap()) }
    }

    fn batch(&self) -> RowBatch<'_> {
        RowBatch {
            generation: &self.key,
            worker: self.worker,
            steps: &[],
            kind: BatchKind::Forward,
            partitions: 4,
            changed: Changed::Nothing,
            tables: &[],
            letters: LetterChanges::default(),
            placing: None,
        }
    }

    /// The rows of keys, by tenant and key: with the sequence and the position of each.
    async fn load(&self, keys: &[(&str, &str)]) -> Vec<(Wide, i64)> {
        let mut writer = RowWriter::new(self.tables.numbers());
        for (tenant, id) in keys {
            writer.row(|cells| cells.text(tenant).and_then(|()| cells.text(id))).unwrap();
        }
        let wanted = Wanted { keys: Some(writer.finish()), values: Vec::new() };
        self.loaded(&wanted).await
    }

    async fn loaded(&self, wanted: &Wanted) -> Vec<(Wide, i64)> {
        let page = self.tables.load(&self.shape, wanted).await.unwrap();
        wide::read_loaded(&page, self.tables.numbers())
    }

    async fn positions(&self) -> Vec<u64> {
        let checkpoints = self.tables.checkpoints(&self.key.to_string()).await.unwrap();
        checkpoints.iter().map(|checkpoint| checkpoint.lease.checkpoint).collect()
    }

    /// Lets its generation serve.
    async fn serve(&self) {
        let verdict = self.tables.swap(&self.key, false).await.unwrap();
        assert_eq!(verdict, cqrs_runtime::store::SwapVerdict::Serves);
    }
}

fn column(name: &str, ty: cqrs_runtime::column::ColumnType, optional: bool) -> TableColumn {
    TableColumn { name: name.to_owned(), ty, optional }
}
