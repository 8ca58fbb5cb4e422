//! What is done with several read models, one after the other: that one fails is no loss to the others.

use std::process::ExitCode;

use bank::read_models::read_models;
use cqrs_runtime::projection::ReadModels;
use serde::Serialize;

use super::bank::Bank;
use super::failure::{Failure, FailureView};
use super::output::Output;

/// The read models that were named, or all.
pub(crate) fn named(bank: &Bank, names: &[String]) -> (ReadModels, Vec<String>) {
    let read_models = read_models(bank.store().clone());
    let names = if names.is_empty() { read_models.names().map(str::to_owned).collect() } else { names.to_vec() };
    (read_models, names)
}

/// What has come of each.
pub(crate) struct Each<V> {
    done: Vec<Done<V>>,
}

struct Done<V> {
    name: String,
    view: Option<V>,
    failure: Option<Failure>,
}

#[derive(Serialize)]
struct View<'d, V> {
    /// Where nothing else names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_model: Option<&'d str>,
    #[serde(flatten)]
    done: Option<&'d V>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<FailureView>,
}

impl<V> Default for Each<V> {
    fn default() -> Self {
        Self { done: Vec::new() }
    }
}

impl<V: Serialize> Each<V> {
    /// Notes what has come of the next one.
    pub(crate) fn push(&mut self, name: &str, done: Result<V, Failure>) {
        let (view, failure) = match done {
            Ok(view) => (Some(view), None),
            Err(failure) => (None, Some(failure)),
        };
        self.done.push(Done { name: name.to_owned(), view, failure });
    }

    /// Notes what was found of the next one before it failed.
    pub(crate) fn push_failed(&mut self, name: &str, view: V, failure: Failure) {
        self.done.push(Done { name: name.to_owned(), view: Some(view), failure: Some(failure) });
    }

    /// Answers with all that was done, and tells why the rest was not; the exit code, where nothing has failed, is `code`.
    pub(crate) fn answer(
        mut self,
        output: &Output,
        text: impl FnOnce(&[&V]) -> String,
        code: impl FnOnce(&[&V]) -> ExitCode,
    ) -> Result<ExitCode, Failure> {
        if let [Done { view: None, failure, .. }] = &mut self.done[..]
            && let Some(failure) = failure.take()
        {
            return Err(failure);
        }
        let documents: Vec<_> = self.done.iter().map(Done::shown).collect();
        let views: Vec<&V> = self.done.iter().filter_map(|done| done.view.as_ref()).collect();
        output.answer(&documents, || if views.is_empty() { String::new() } else { text(&views) })?;
        let failures: Vec<&Failure> = self.done.iter().filter_map(|done| done.failure.as_ref()).collect();
        for failure in &failures {
            output.told(failure);
        }
        let worst = failures.iter().map(|failure| failure.exit_code()).max();
        Ok(worst.map_or_else(|| code(&views), ExitCode::from))
    }
}

impl<V> Done<V> {
    fn shown(&self) -> View<'_, V> {
        let read_model = self.view.is_none().then_some(&*self.name);
        View { read_model, done: self.view.as_ref(), error: self.failure.as_ref().map(Into::into) }
    }
}
