//! The schema that is generated for the bank, asked as clients ask.

mod access;
mod asking;
mod commands;
mod cursors;
mod custom;
mod errors;
mod events;
mod filters;
mod in_other_words;
mod names;
mod pages;
mod rows;
mod shelf;
mod subscriptions;

use bank::domain::{Account, BankLimits};
use cqrs_runtime::bounded_context::Application;
use cqrs_runtime::dispatch::Dispatcher;
use cqrs_runtime::graphql::Schema;
use cqrs_runtime::principal::Principal;
use cqrs_runtime::projection::Running;
use cqrs_runtime::store::EventStore;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::database::Database;

/// The bank over a database of its own, its read models kept up to date.
pub(super) struct Bank {
    pub(super) application: Application<bank::Bank>,
    pub(super) schema: Schema,
    /// What keeps the read models up to date.
    running: Option<Running>,
    /// Gone with the bank.
    pub(super) database: Database,
}

impl Bank {
    pub(super) async fn over(database: Database) -> Self {
        let mut bank = Self::without_projections(database).await;
        bank.application.read_models().prepare().await.unwrap();
        bank.running = Some(bank.application.read_models().start());
        bank
    }

    pub(super) async fn without_projections(database: Database) -> Self {
        let store = EventStore::open(&database.url).await.unwrap();
        let config = |accounts: Dispatcher<Account>| accounts.config(BankLimits::default());
        let application = Application::new(store).dispatcher(config);
        let schema = bank::schema(&application).unwrap();
        Self { application, schema, running: None, database }
    }

    /// The answer to a request of somebody.
    pub(super) async fn answer_to(&self, principal: &str, document: &str, variables: Json) -> Json {
        let request = async_graphql::Request::new(document).data(Principal::new(principal).role("teller"));
        let request = request.variables(async_graphql::Variables::from_json(variables));
        serde_json::to_value(self.schema.execute(request).await).unwrap()
    }

    /// The answer to a request, errors and all.
    pub(super) async fn answer(&self, document: &str, variables: Json) -> Json {
        self.answer_to("ada", document, variables).await
    }

    /// The data of an answer without errors.
    pub(super) async fn ask(&self, document: &str, variables: Json) -> Json {
        let mut answer = self.answer(document, variables).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].take()
    }

    /// What a subscription gives, one by one, errors and all.
    pub(super) fn answers(&self, document: &str, variables: Json) -> BoxStream<'static, Json> {
        let request = async_graphql::Request::new(document).data(Principal::new("ada").role("teller"));
        let request = request.variables(async_graphql::Variables::from_json(variables));
        self.schema.execute_stream(request).map(|answer| serde_json::to_value(answer).unwrap()).boxed()
    }

    /// What a subscription gives, one by one: data without errors.
    pub(super) fn follow(&self, document: &str, variables: Json) -> BoxStream<'static, Json> {
        let answers = self.answers(document, variables).map(|mut answer| {
            assert!(answer.get("errors").is_none(), "{answer:#}");
            answer["data"].take()
        });
        answers.boxed()
    }

    /// Opens an account in US dollars; its id, and where the log is then.
    pub(super) async fn open(&self, owner: &str, deposit: &str) -> (String, String) {
        let id = Uuid::now_v7().to_string();
        let input = json!({
            "accountId": id,
            "owner": owner,
            "email": "somebody@example.org",
            "deposit": { "amount": deposit, "currency": "USD" },
        });
        let document =
            "mutation($input: OpenAccountInput!) { openAccount(input: $input) { position userErrors { message } } }";
        let opened = self.ask(document, json!({ "input": input })).await;
        assert_eq!(opened["openAccount"]["userErrors"], json!([]));
        (id, opened["openAccount"]["position"].as_str().unwrap().to_owned())
    }

    /// Puts US dollars into an account; where the log is then.
    pub(super) async fn deposit(&self, id: &str, amount: &str) -> String {
        let document = "mutation($input: DepositInput!) { deposit(input: $input) { position userErrors { message } } }";
        let input = json!({ "accountId": id, "amount": { "amount": amount, "currency": "USD" } });
        let deposited = self.ask(document, json!({ "input": input })).await;
        assert_eq!(deposited["deposit"]["userErrors"], json!([]));
        deposited["deposit"]["position"].as_str().unwrap().to_owned()
    }
}

/// The code and the path of the only error of an answer.
pub(super) fn only_error(answer: &Json) -> (&str, &Json) {
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{answer:#}");
    (errors[0]["extensions"]["code"].as_str().unwrap_or_default(), &errors[0]["path"])
}
