//! Clients of other makers: what they make of the schema, and what they do while the bank and its connections break.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Child;
use tokio::time::timeout;

use super::program::Bank;
use super::service::Service;
use crate::node::{Package, all, last_lines};
use crate::workspace;

/// The program that follows has a limit of its own; this one is for the case that it does not keep it.
const LIMIT: Duration = Duration::from_mins(2);

#[test]
fn the_schema_that_is_checked_in_is_the_one_that_is_served() {
    let path = "examples/bank/client/schema.graphql";
    let printed = Bank::sqlite().run(&["schema"]);
    printed.succeeds();
    let kept = workspace::read(path);
    let same = kept.lines().zip(printed.stdout.lines()).take_while(|(kept, printed)| kept == printed).count();
    let renew = format!("cargo run -p bank -- schema > {path}, then npm run codegen in its folder");
    assert!(kept == printed.stdout, "{path} differs from line {} on; to renew it: {renew}", same + 1);
}

#[tokio::test]
async fn the_schema_and_the_answers_are_what_graphql_js_expects() {
    let bank = Bank::sqlite();
    let service = Service::start(&bank, &[]);
    service.is_ready().await;
    let others = Package::installed("tests/clients").await;
    let says = async |script: &str| others.run("node", &[script, service.graphql()], &[]).await;
    assert_eq!(says("introspect.js").await, "the schema is valid\n");
    assert_eq!(says("audit.js").await, "61 of 61 audits are ok\n");
    service.end();
}

/// What the client of the example says; the words that differ from run to run are not among them.
const SAID: &str = "\
opened an account with 100.00 EUR
deposited 12.50 EUR, sent for the first time: 112.50 EUR at version 3
deposited 12.50 EUR, sent for the second time: 112.50 EUR at version 3
refused: INSUFFICIENT_FUNDS (amount), insufficient funds: 612.50 EUR available
a page, of 3: 20.00 EUR, 30.00 EUR
a page, of 3: 112.50 EUR
it held 100.00 EUR at version 2
event 1: AccountOpened
event 2: MoneyDeposited of 100.00 EUR
event 3: MoneyDeposited of 12.50 EUR
event 4: MoneyDeposited of 7.50 EUR
";

#[tokio::test]
async fn the_client_of_the_example_runs_with_the_types_of_graphql_codegen() {
    let bank = Bank::sqlite();
    let service = Service::start(&bank, &[]);
    service.is_ready().await;
    let example = Package::installed("examples/bank/client").await;
    example.run("node", &["codegen.mjs", "--check"], &[]).await;
    example.run("node", &["node_modules/typescript/bin/tsc"], &[]).await;
    assert_eq!(example.run("node", &["build/main.js", service.graphql()], &[]).await, SAID);
    let others = Package::installed("tests/clients").await;
    let said = others.run("node", &["bank/example.js", service.graphql()], &[]).await;
    assert_eq!(said, "the example: nothing missed, nothing twice\n");
    service.end();
}

/// Follows accounts with several clients; kills the bank and starts it again when they say so.
async fn nothing_is_missed_or_repeated(bank: Bank) {
    let mut service = Service::start(&bank, &[]);
    service.is_ready().await;
    let package = Package::installed("tests/clients").await;
    let failed = tempfile::tempfile().unwrap();
    let mut command = package.command("node", &["bank/resume.js", service.graphql()]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(failed.try_clone().unwrap());
    let mut program = command.spawn().unwrap();
    let said = timeout(LIMIT, obey(&mut program, &bank, &mut service)).await.expect("it ends by itself");
    let status = program.wait().await.unwrap();
    assert!(status.success(), "{status}: {}", last_lines(&all(failed)));
    assert_eq!(said, ["graphql-ws, Apollo, urql: nothing missed, nothing twice"]);
    service.end();
}

/// Does with the bank what a program says, and returns what else it says.
async fn obey(program: &mut Child, bank: &Bank, service: &mut Service) -> Vec<String> {
    let address = service.address().to_string();
    let mut done = program.stdin.take().unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        match line.as_str() {
            "kill" => service.kill(),
            "start" => *service = Service::start_at(bank, &address, &[]),
            _ => said.push(line),
        }
        // Who has said the last words does not listen any more.
        let _ = done.write_all(b"done\n").await;
    }
    said
}

#[tokio::test]
async fn graphql_ws_apollo_and_urql_resume_on_sqlite() {
    nothing_is_missed_or_repeated(Bank::sqlite()).await;
}

#[tokio::test]
async fn graphql_ws_apollo_and_urql_resume_on_postgres() {
    nothing_is_missed_or_repeated(Bank::postgres().await).await;
}
