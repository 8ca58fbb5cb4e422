//! The bank on the command line.

mod cli;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::cli::failure::Failure;
use self::cli::options::Options;
use self::cli::output::Output;
use self::cli::queries::{statement, summaries, summary, totals};
use self::cli::serve::Serve;
use self::cli::{
    accounts, dead_letters, drop_generation, generate, history, import, movements, open, projections, rebuild,
    rollback, schema, standing, state, status, token, verify,
};

/// A bank whose accounts are the sum of what has happened to them.
///
/// Without a command, it is a service: a page for people, and GraphQL for programs.
#[derive(Parser)]
#[command(version, after_help = cli::options::AFTER_HELP)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    serve: Serve,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Open(open::Open),
    Deposit(movements::Deposit),
    Withdraw(movements::Withdraw),
    Interest(movements::Interest),
    Fee(movements::Fee),
    Suspend(standing::Suspend),
    Reactivate(standing::Reactivate),
    ChangeEmail(standing::ChangeEmail),
    Close(standing::Close),
    Accounts(accounts::Accounts),
    State(state::State),
    History(history::History),
    Summary(summary::Summary),
    Summaries(summaries::Summaries),
    Statement(statement::Statement),
    Totals(totals::Totals),
    Rebuild(rebuild::Rebuild),
    Rollback(rollback::Rollback),
    DropGeneration(drop_generation::DropGeneration),
    Verify(verify::Verify),
    Projections(projections::Projections),
    DeadLetters(dead_letters::DeadLetters),
    Import(import::Import),
    Generate(generate::Generate),
    Status(status::Status),
    Schema(schema::Schema),
    Token(token::Token),
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return cli::output::usage(&error),
    };
    cli::log::start();
    let output = Output::new(cli.options.json);
    match run(&cli, &output).await {
        Ok(code) => code,
        Err(failure) => output.failure(&failure),
    }
}

async fn run(cli: &Cli, output: &Output) -> Result<ExitCode, Failure> {
    match &cli.command {
        Some(Command::Generate(generate)) => return generate.run(output),
        Some(Command::Schema(_)) => return schema::Schema::run(output),
        Some(Command::Token(token)) => return token.run(cli.options.now(), output),
        _ => {}
    }
    let bank = cli.options.open().await?;
    let done = match &cli.command {
        None => cli.serve.run(&bank, output).await,
        // They need no database, and have been done.
        Some(Command::Generate(_) | Command::Schema(_) | Command::Token(_)) => Ok(ExitCode::SUCCESS),
        Some(Command::Status(status)) => status.run(&bank, output).await,
        Some(Command::Open(open)) => open.run(&bank, output).await,
        Some(Command::Deposit(deposit)) => deposit.run(&bank, output).await,
        Some(Command::Withdraw(withdraw)) => withdraw.run(&bank, output).await,
        Some(Command::Interest(interest)) => interest.run(&bank, output).await,
        Some(Command::Fee(fee)) => fee.run(&bank, output).await,
        Some(Command::Suspend(suspend)) => suspend.run(&bank, output).await,
        Some(Command::Reactivate(reactivate)) => reactivate.run(&bank, output).await,
        Some(Command::ChangeEmail(change)) => change.run(&bank, output).await,
        Some(Command::Close(close)) => close.run(&bank, output).await,
        Some(Command::Accounts(accounts)) => accounts.run(&bank, output).await,
        Some(Command::State(state)) => state.run(&bank, output).await,
        Some(Command::History(history)) => history.run(&bank, output).await,
        Some(Command::Summary(summary)) => summary.run(&bank, output).await,
        Some(Command::Summaries(summaries)) => summaries.run(&bank, output).await,
        Some(Command::Statement(statement)) => statement.run(&bank, output).await,
        Some(Command::Totals(totals)) => totals.run(&bank, output).await,
        Some(Command::Rebuild(rebuild)) => rebuild.run(&bank, output).await,
        Some(Command::Rollback(rollback)) => rollback.run(&bank, output).await,
        Some(Command::DropGeneration(generation)) => generation.run(&bank, output).await,
        Some(Command::Verify(verify)) => verify.run(&bank, output).await,
        Some(Command::Projections(projections)) => projections.run(&bank, output).await,
        Some(Command::DeadLetters(letters)) => letters.run(&bank, output).await,
        Some(Command::Import(import)) => import.run(&bank, output).await,
    };
    bank.close().await;
    done
}
