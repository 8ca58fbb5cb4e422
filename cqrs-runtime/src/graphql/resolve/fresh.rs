//! Answers that wait for what was done before.

use std::collections::BTreeSet;

use async_graphql::ServerResult;

use super::super::Problem;
use super::super::catalog::{By, ModelEntry};
use super::super::selection::Selected;
use super::super::value::given_number;
use super::Resolving;

/// What a field shows of a read model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// One row.
    Row,
    /// A page of rows.
    Page,
}

impl<'q> Resolving<'q> {
    /// Waits until the read models that a field shows have come as far as its argument `minPosition`.
    pub(super) async fn fresh(self, model: &ModelEntry, field: &Selected<'q>, shows: Shows) -> ServerResult<()> {
        let position = given_number(field, "minPosition").map_err(|problem| problem.at(field.pos))?;
        let come = self.come_to(model, field, shows, position).await?;
        come.map_err(|problem| problem.at(field.pos))
    }

    /// Waits until the read models that a field shows, and those that they lead to, have come to a position.
    pub(super) async fn come_to(
        self,
        model: &ModelEntry,
        field: &Selected<'q>,
        shows: Shows,
        position: Option<u64>,
    ) -> ServerResult<Result<(), Problem>> {
        let Some(position) = position else { return Ok(Ok(())) };
        let mut tables = BTreeSet::new();
        self.tables(model, field, shows, &mut tables)?;
        for table in tables {
            if let Err(problem) = self.engine.come_to(table, position).await {
                return Ok(Err(problem));
            }
        }
        Ok(Ok(()))
    }

    /// The tables of a read model, and of those that its rows lead to, as deep as is asked.
    fn tables(
        self,
        model: &ModelEntry,
        field: &Selected<'q>,
        shows: Shows,
        found: &mut BTreeSet<&'static str>,
    ) -> ServerResult<()> {
        found.insert(model.table.name);
        let asked = match shows {
            Shows::Row => self.asked.of_type(&field.sets, model.type_name())?,
            Shows::Page => self.asked_of(model, field)?.rows,
        };
        for part in asked {
            let Some(relation) = model.relations.iter().find(|relation| relation.name == part.name) else { continue };
            let shows = match relation.by {
                By::Key(_) => Shows::Row,
                By::Reference(_) => Shows::Page,
            };
            self.tables(self.model(relation.to, &part)?, &part, shows, found)?;
        }
        Ok(())
    }
}
