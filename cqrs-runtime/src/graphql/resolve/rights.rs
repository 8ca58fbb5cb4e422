//! What who asks may do and see, before anything is done or read.

use async_graphql::{Pos, ServerError, ServerResult};
use serde_json::Value as Json;

use super::super::Problem;
use super::super::catalog::{AggregateEntry, CommandEntry, ModelEntry};
use super::super::permitted::Permitted;
use super::super::selection::Selected;
use super::Resolving;
use crate::access::{Access, Granted, Own};

impl<'q> Resolving<'q> {
    fn granted(self, access: Access) -> Granted {
        Granted::by(access, self.principal, !self.denies)
    }

    /// Which rows of a read model may be seen.
    pub(super) fn permitted(self, model: &ModelEntry, pos: Pos) -> ServerResult<Permitted> {
        let permitted = Permitted::of(&self.granted(model.table.access), &model.rows);
        permitted.ok_or_else(|| self.denied(model.type_name(), pos))
    }

    /// Refuses to tell of fields of a read model that may not be known, be it by choosing or ordering rows by them.
    pub(super) fn readable(
        self,
        model: &ModelEntry,
        fields: impl IntoIterator<Item = usize>,
        pos: Pos,
    ) -> ServerResult<()> {
        for index in fields {
            let Some(field) = model.table.fields.get(index) else { continue };
            // Who may see a row may know its fields, where nothing else is said.
            if Granted::by(field.access, self.principal, true) != Granted::Everything {
                let name = model.fields.get(index).map_or("", |field| &field.name);
                return Err(self.denied(&format!("{}.{name}", model.type_name()), pos));
            }
        }
        Ok(())
    }

    /// Which aggregates of a type may be seen: some, all where nothing is returned.
    pub(super) fn visible(self, aggregate: &AggregateEntry, pos: Pos) -> ServerResult<Option<Own>> {
        self.own_of(aggregate, aggregate.state.name).map_err(|problem| problem.at(pos))
    }

    /// To which aggregates a command may be sent: some, all where nothing is returned.
    ///
    /// What may not be seen can't be commanded either; which aggregates a command begins, it decides itself.
    pub(super) fn may_send(
        self,
        aggregate: &AggregateEntry,
        CommandEntry { command, mutation }: &CommandEntry,
    ) -> Result<Option<Own>, Problem> {
        if self.granted(command.access) == Granted::Nothing {
            return Err(Problem::denied(self.principal, mutation));
        }
        if command.creates { Ok(None) } else { self.own_of(aggregate, mutation) }
    }

    fn own_of(self, aggregate: &AggregateEntry, what: &str) -> Result<Option<Own>, Problem> {
        match self.granted(aggregate.any.access()) {
            Granted::Everything => Ok(None),
            Granted::Own(own) => Ok(Some(own)),
            Granted::Nothing => Err(Problem::denied(self.principal, what)),
        }
    }

    /// Refuses to tell of a row, before anything is waited for or read.
    pub(super) fn may_see(self, model: &ModelEntry, field: &Selected<'q>) -> ServerResult<()> {
        self.permitted(model, field.pos)?;
        self.wanted(model, &self.asked.of_type(&field.sets, model.type_name())?).map(drop)
    }

    /// Asks the guards of a field of a root; a field that only they protect needs one where nothing is granted by default.
    pub(in crate::graphql) async fn guarded(self, field: &Selected<'_>) -> ServerResult<()> {
        let guards = self.engine.extensions.guards_of(field.name);
        let mut is_guarded = false;
        for guard in guards {
            is_guarded = true;
            let allowed = guard(self.principal.clone(), Json::Object(field.arguments.clone())).await;
            allowed.map_err(|problem| problem.at(field.pos))?;
        }
        let is_custom = self.engine.extensions.is_custom(field.name);
        if is_custom && self.denies && !is_guarded { Err(self.denied(field.name, field.pos)) } else { Ok(()) }
    }

    fn denied(self, what: &str, pos: Pos) -> ServerError {
        Problem::denied(self.principal, what).at(pos)
    }
}
