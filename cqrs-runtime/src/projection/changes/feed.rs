//! Reading what has changed since it was last read.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::select;

use super::RowChange;
use super::given::{MOST, Shared};
use crate::column::{Numbers, RowReader, RowWriter, read_rows};
use crate::projection::query::Source;
use crate::projection::{Filter, QueryError};
use crate::read_model::ReadModel;
use crate::store::{
    ChangesQuery, Condition, EventStore, Keys, RowHints, SeenChanges, Select, Selected, StoreError, ToldChanges,
};
use crate::subscription::{Outage, ReadAhead};

/// Follows rows, page by page.
///
/// It learns which rows have changed first, and reads them then: so the rows show at least what was told, and what changes
/// between the two is told again.
pub(super) struct Feed<M: ReadModel> {
    store: EventStore,
    source: Arc<Source>,
    tenant: String,
    filters: Vec<Filter<M>>,
    /// `None` where all rows of the tenant are followed: then each one's leaving is told.
    given: Option<Shared>,
    /// Whether a beginning gives the rows that there are.
    gives_rows: bool,
    ahead: ReadAhead,
    /// How many rows are read next, by the size of the last ones.
    size: usize,
    place: Place<M>,
    /// Made before the first look; what changes after it was made, it tells.
    hints: Option<RowHints>,
    /// Whether there were more changes at the last look than it has told.
    more: bool,
    /// Whether all has been told that there was.
    caught_up: bool,
}

/// How far it has come.
enum Place<M: ReadModel> {
    /// It is not known what the consumer has.
    Nowhere,
    /// So many changes have been seen; the rows of these keys have yet to be read.
    Known { seen: SeenChanges, keys: Vec<M::Key>, rows: Passed },
}

/// How far the rows have been passed that there were at the beginning.
///
/// Between two pages of them it is asked what has changed: however many rows there are, no more changes have to be kept than
/// are made while one page is read.
#[derive(Clone, PartialEq, Eq)]
enum Passed {
    /// Up to a key, in the order of their keys; `looks`, if it is to be asked what has changed before the next page.
    UpTo {
        key: Option<String>,
        looks: bool,
    },
    All,
}

impl<M: ReadModel> Feed<M> {
    pub(super) fn new(
        store: EventStore,
        source: Arc<Source>,
        tenant: String,
        filters: Vec<Filter<M>>,
        gives_rows: bool,
        ahead: ReadAhead,
    ) -> Self {
        let given = (!filters.is_empty()).then(Shared::default);
        let (size, place, hints) = (ahead.rows_at_first(), Place::Nowhere, None);
        let (more, caught_up) = (false, false);
        Self { store, source, tenant, filters, given, gives_rows, ahead, size, place, hints, more, caught_up }
    }

    /// Comes to where changes are known.
    pub(super) async fn begin(&mut self) -> Result<(), QueryError> {
        self.begin_anew().await?;
        Ok(())
    }

    /// Of which rows the consumer has been told, where that matters.
    pub(super) fn given(&self) -> Option<Shared> {
        self.given.clone()
    }

    /// The next changes, at least one.
    pub(super) async fn next(&mut self) -> Result<Vec<RowChange<M>>, QueryError> {
        let mut outage = Outage::default();
        loop {
            if self.store.is_closed() {
                return Err(StoreError::Closed.into());
            }
            self.wait().await?;
            match self.step().await {
                Ok(changes) if !changes.is_empty() => return Ok(changes),
                Ok(_) => outage = Outage::default(),
                Err(QueryError::Store(error)) if error.is_retryable() => select! {
                    () = outage.wait(&error) => {}
                    () = self.store.closed() => {}
                },
                Err(error) => return Err(error),
            }
        }
    }

    /// Where all has been told, waits until there may be more.
    async fn wait(&mut self) -> Result<(), StoreError> {
        match &mut self.hints {
            None => self.hints = Some(self.store.row_hints(M::TABLE.name, &self.source.fingerprint)),
            Some(hints) if self.caught_up => hints.next().await?,
            Some(_) => {}
        }
        self.caught_up = false;
        Ok(())
    }

    async fn step(&mut self) -> Result<Vec<RowChange<M>>, QueryError> {
        let Place::Known { seen, keys, rows } = &mut self.place else { return self.begin_anew().await };
        if !keys.is_empty() {
            return self.changed().await;
        }
        let seen = seen.clone();
        match rows {
            Passed::UpTo { key, looks: false } => {
                let behind = key.clone();
                self.page(seen, behind).await
            }
            Passed::UpTo { looks, .. } => {
                *looks = false;
                self.look(seen).await
            }
            Passed::All => self.look(seen).await,
        }
    }

    async fn begin_anew(&mut self) -> Result<Vec<RowChange<M>>, QueryError> {
        let seen = self.told(None).await?.seen;
        self.given.iter().for_each(|given| given.lock().clear());
        let rows = if self.gives_rows { Passed::UpTo { key: None, looks: false } } else { Passed::All };
        self.place = Place::Known { seen, keys: Vec::new(), rows };
        Ok(vec![RowChange::Reset])
    }

    /// Reads rows in the order of their keys.
    async fn page(&mut self, seen: SeenChanges, behind: Option<String>) -> Result<Vec<RowChange<M>>, QueryError> {
        let size = self.size;
        let selected = self.select(behind.map_or(Keys::Any, Keys::Behind)).await?;
        if selected.generation != seen.generation {
            self.place = Place::Nowhere;
            return Ok(Vec::new());
        }
        let rows = self.rows(&selected)?;
        self.size = self.ahead.rows_behind(rows.len(), selected.rows.len());
        for row in &rows {
            self.gives(&row.key())?;
        }
        let passed = match rows.last() {
            Some(last) if rows.len() >= size => Passed::UpTo { key: Some(self.cells(&last.key())?), looks: true },
            _ => Passed::All,
        };
        let position = selected.position;
        self.place = Place::Known { seen, keys: Vec::new(), rows: passed };
        Ok(rows.into_iter().map(|row| RowChange::Upsert { row, position }).collect())
    }

    /// Asks which rows have changed.
    async fn look(&mut self, behind: SeenChanges) -> Result<Vec<RowChange<M>>, QueryError> {
        let told = self.told(Some(behind)).await?;
        let Some(page) = told.keys else {
            self.place = Place::Nowhere;
            return Ok(Vec::new());
        };
        let mut changed = HashSet::new();
        self.read(&page, |row| {
            row.text()?;
            changed.insert(M::read_key(row)?);
            Ok(())
        })?;
        let Place::Known { seen, keys, rows } = &mut self.place else { return Ok(Vec::new()) };
        (*seen, *keys) = (told.seen, changed.into_iter().collect());
        self.more = told.more;
        self.caught_up = keys.is_empty() && !told.more && *rows == Passed::All;
        Ok(Vec::new())
    }

    /// Reads rows that have changed.
    async fn changed(&mut self) -> Result<Vec<RowChange<M>>, QueryError> {
        let Place::Known { seen, keys, .. } = &self.place else { return Ok(Vec::new()) };
        let (generation, left) = (seen.generation, keys.len().saturating_sub(self.size));
        let mut wanted: HashSet<M::Key> = keys.iter().skip(left).cloned().collect();
        let mut cells = RowWriter::new(self.numbers()?);
        for key in &wanted {
            let written = cells.row(|row| {
                row.text(&self.tenant)?;
                M::write_key(key, row)
            });
            written.map_err(|source| QueryError::Row { table: M::TABLE.name, source })?;
        }
        let selected = self.select(Keys::Of(cells.finish())).await?;
        if selected.generation != generation {
            self.place = Place::Nowhere;
            return Ok(Vec::new());
        }
        let (rows, position) = (self.rows(&selected)?, selected.position);
        self.size = self.ahead.rows_behind(rows.len(), selected.rows.len());
        let mut changes = Vec::new();
        for row in rows {
            wanted.remove(&row.key());
            self.gives(&row.key())?;
            changes.push(RowChange::Upsert { row, position });
        }
        for key in wanted {
            if self.given.as_ref().is_none_or(|given| given.lock().remove(&key)) {
                changes.push(RowChange::Removed { key, position });
            }
        }
        if let Place::Known { keys, rows, .. } = &mut self.place {
            keys.truncate(left);
            self.caught_up = left == 0 && !self.more && *rows == Passed::All;
        }
        Ok(changes)
    }

    /// Takes note that the consumer has a row.
    fn gives(&mut self, key: &M::Key) -> Result<(), QueryError> {
        let few_enough = self.given.as_ref().is_none_or(|given| given.lock().insert(key));
        few_enough.then_some(()).ok_or(QueryError::TooManyRows { table: M::TABLE.name, limit: MOST })
    }

    async fn told(&self, behind: Option<SeenChanges>) -> Result<ToldChanges, StoreError> {
        let (store, source, tenant) = (self.store.clone(), Arc::clone(&self.source), self.tenant.clone());
        let ahead = self.ahead;
        let told = async move {
            let _turn = ahead.turn(&store).await;
            let fingerprint = &source.fingerprint;
            let (projection, behind) = (M::TABLE.name, behind.as_ref());
            store.tables()?.changes(&ChangesQuery { projection, fingerprint, tenant: &tenant, behind }).await
        };
        self.store.detached(told).await
    }

    /// Reads rows with whether they satisfy the conditions, and which generation serves, in one snapshot.
    async fn select(&self, keys: Keys) -> Result<Selected, QueryError> {
        let numbers = self.numbers()?;
        let conditions = self.filters.iter().map(|filter| filter.condition(numbers)).collect::<Result<_, _>>()?;
        let (store, source, tenant) = (self.store.clone(), Arc::clone(&self.source), self.tenant.clone());
        let (ahead, size) = (self.ahead, self.size as u64);
        let selected = async move {
            let _turn = ahead.turn(&store).await;
            let select = Select {
                projection: M::TABLE.name,
                fingerprint: &source.fingerprint,
                table: &source.shape,
                tenant: &tenant,
                keys,
                condition: Condition::All(conditions),
                order: &[],
                limit: size,
                offset: 0,
                count: false,
            };
            store.tables()?.select(&select).await
        };
        Ok(self.store.detached(selected).await?)
    }

    fn rows(&self, selected: &Selected) -> Result<Vec<M>, QueryError> {
        let mut rows = Vec::new();
        self.read(&selected.rows, |row| {
            rows.push(M::read(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    fn read(
        &self,
        page: &str,
        take: impl FnMut(&mut RowReader<'_, '_>) -> Result<(), crate::column::ColumnError>,
    ) -> Result<(), QueryError> {
        read_rows(page, self.numbers()?, take).map_err(|source| QueryError::Row { table: M::TABLE.name, source })
    }

    /// The cells of a key, as an array.
    fn cells(&self, key: &M::Key) -> Result<String, QueryError> {
        let mut cells = RowWriter::new(self.numbers()?);
        let written = cells.row(|row| M::write_key(key, row));
        written.map_err(|source| QueryError::Row { table: M::TABLE.name, source })?;
        let rows = cells.finish();
        // The only row of a page.
        Ok(rows.strip_prefix('[').and_then(|rows| rows.strip_suffix(']')).unwrap_or(&rows).to_owned())
    }

    fn numbers(&self) -> Result<Numbers, StoreError> {
        Ok(self.store.tables()?.numbers())
    }
}
