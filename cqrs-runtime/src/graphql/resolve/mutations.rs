//! The fields of the mutation: commands.

use async_graphql::{ServerResult, Value};
use serde_json::Value as Json;

use super::super::Problem;
use super::super::aggregate::Answer;
use super::super::catalog::{AggregateEntry, CommandEntry, ModelEntry};
use super::super::engine::MutationField;
use super::super::failure::{Unexecuted, UserError};
use super::super::selection::Selected;
use super::super::value::{Object, big, given_number, told, type_name};
use super::fresh::Shows;
use super::{Resolving, unknown};
use crate::api::accept_fields;
use crate::dispatch::CommandOptions;

/// What comes of a command.
type Outcome = Result<Answer, UserError>;

impl<'q> Resolving<'q> {
    /// Answers a field of the mutation.
    pub(in crate::graphql) async fn mutation(self, field: &Selected<'q>) -> ServerResult<Value> {
        let known = self.engine.mutations.get(field.name).copied();
        match known.ok_or_else(|| unknown(field))? {
            MutationField::Command { aggregate, command } => {
                let aggregate = self.aggregate(aggregate, field)?;
                let command = aggregate.commands.get(command).ok_or_else(|| unknown(field))?;
                let outcome = self.execute(aggregate, command, field).await;
                let outcome = outcome.map_err(|problem| problem.at(field.pos))?;
                self.payload(aggregate, command, &outcome, field).await
            }
            MutationField::Custom(custom) => {
                let custom = self.engine.extensions.mutations.get(custom).ok_or_else(|| unknown(field))?;
                self.custom(custom, field).await
            }
        }
    }

    async fn execute(
        self,
        aggregate: &AggregateEntry,
        entry: &CommandEntry,
        field: &Selected<'_>,
    ) -> Result<Outcome, Problem> {
        let command = &entry.command;
        let given = field.argument("input").cloned().unwrap_or_else(|| Json::Object(serde_json::Map::new()));
        let input = accept_fields(given, &command.input.fields, &self.engine.catalog.types);
        let input = input.map_err(|error| Problem::input(error.within("input").to_string()))?;
        let mut options = CommandOptions::new().deadline(self.engine.options.command_deadline);
        options = options.principal(&self.principal.id).tenant(&self.principal.tenant);
        if let Some(own) = self.may_send(aggregate, entry)? {
            options = options.only(own);
        }
        if let Some(key) = field.argument("idempotencyKey").and_then(Json::as_str) {
            options = options.idempotency_key(key);
        }
        if let Some(version) = given_number(field, "expectedVersion")? {
            options = options.expected_version(version);
        }
        match aggregate.any.execute(command.name, &input, options).await {
            Ok(answer) => Ok(Ok(answer)),
            Err(Unexecuted::Refused(error)) => Ok(Err(error)),
            Err(Unexecuted::Failed(problem)) => Err(problem),
        }
    }

    async fn payload(
        self,
        aggregate: &AggregateEntry,
        command: &CommandEntry,
        outcome: &Outcome,
        field: &Selected<'q>,
    ) -> ServerResult<Value> {
        let name = format!("{}Payload", command.command.input.name);
        let mut object = Object::new();
        let mut late = None;
        for part in self.asked.of_type(&field.sets, &name)? {
            let value = match (part.name, outcome) {
                ("userErrors", Ok(_)) => Value::List(Vec::new()),
                ("userErrors", Err(error)) => Value::List(vec![self.user_error(error, &part)?]),
                ("id" | "version" | "position", Err(_)) => Value::Null,
                ("id", Ok(answer)) => told(&self.engine.catalog, self.asked, &part, &aggregate.id, answer.id.clone())?,
                ("version", Ok(answer)) => big(answer.version),
                ("position", Ok(answer)) => answer.position.map_or(Value::Null, big),
                (of, outcome) => {
                    let models =
                        aggregate.read_models.iter().filter_map(|model| self.engine.catalog.models.get(*model));
                    match (models.into_iter().find(|model| model.one == of), outcome) {
                        (Some(model), Ok(answer)) => self.shown(model, answer, (field, &part), &mut late).await?,
                        (Some(_), Err(_)) => Value::Null,
                        (None, _) => type_name(&part, &name)?,
                    }
                }
            };
            object.insert(part.key, value);
        }
        Ok(Value::Object(object))
    }

    fn user_error(self, error: &UserError, field: &Selected<'q>) -> ServerResult<Value> {
        let mut object = Object::new();
        for part in self.asked.of_type(&field.sets, "UserError")? {
            let value = match part.name {
                "field" => error.field.as_deref().map_or(Value::Null, |name| Value::List(vec![Value::from(name)])),
                "message" => Value::from(error.message.as_str()),
                "code" => Value::from(error.code.as_str()),
                _ => type_name(&part, "UserError")?,
            };
            object.insert(part.key, value);
        }
        Ok(Value::Object(object))
    }

    /// A row of a read model, as fresh as the command's events. What was done is done: where the row can't be had, it is null,
    /// and why stands among the errors. Once one was late, no other one is waited for: the answer is not to be late as well.
    async fn shown(
        self,
        model: &ModelEntry,
        answer: &Answer,
        (mutation, field): (&Selected<'_>, &Selected<'q>),
        late: &mut Option<Problem>,
    ) -> ServerResult<Value> {
        let denied = self.may_see(model, field).err();
        if late.is_none() && denied.is_none() {
            *late = self.come_to(model, field, Shows::Row, answer.position).await?.err();
        }
        let row = match (denied, &*late) {
            (Some(denied), _) => Err(denied),
            (None, None) => self.by_key(model, std::slice::from_ref(&answer.id), field).await,
            (None, Some(problem)) => Err(problem.clone().at(field.pos)),
        };
        Ok(row.unwrap_or_else(|mut error| {
            let path = [&mutation.key, &field.key];
            error.path = path.map(|key| async_graphql::PathSegment::Field(key.to_string())).to_vec();
            self.asked.add_error(error);
            Value::Null
        }))
    }
}
