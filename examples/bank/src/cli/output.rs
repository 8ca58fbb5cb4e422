//! Where answers and failures go: tables for people, or one JSON document.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

use super::failure::{Failure, FailureView};

pub(crate) struct Output {
    json: bool,
}

/// A failure as the only document.
#[derive(Serialize)]
struct Failed {
    error: FailureView,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Answers with a document, or with the text that people get.
    pub(crate) fn answer(&self, document: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Failure> {
        let text = if self.json { serde_json::to_string_pretty(document)? + "\n" } else { text() };
        print(&text).map_err(Failure::Output)
    }

    /// Tells people why a part was not done; a document has said it.
    pub(crate) fn told(&self, failure: &Failure) {
        if !self.json {
            // Where even this can't be said, the exit code says it.
            let _ = io::stderr().write_all(prose(&failure.into()).as_bytes());
        }
    }

    /// Tells why it was not done.
    pub(crate) fn failure(&self, failure: &Failure) -> ExitCode {
        // Where even this can't be said, the exit code says it.
        let _ = if self.json {
            let document = serde_json::to_string_pretty(&Failed { error: failure.into() });
            document.map_err(io::Error::from).and_then(|document| print(&(document + "\n")))
        } else {
            io::stderr().write_all(prose(&failure.into()).as_bytes())
        };
        ExitCode::from(failure.exit_code())
    }
}

/// Tells what was wrong with the arguments, or helps.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() || !std::env::args_os().any(|argument| argument == "--json") {
        // Where even this can't be said, the exit code says it.
        let _ = error.print();
        return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
    }
    let text = error.to_string();
    let message = text.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default().to_owned();
    let hint = Some("`bank --help` says what there is");
    let view = FailureView { code: "USAGE".into(), message, field: None, causes: Vec::new(), hint };
    if let Ok(document) = serde_json::to_string_pretty(&Failed { error: view }) {
        let _ = print(&(document + "\n"));
    }
    ExitCode::from(2)
}

fn prose(view: &FailureView) -> String {
    let error = format!("error: {}\n", view.message);
    let causes = view.causes.iter().map(|cause| format!("  because: {cause}\n"));
    let hint = view.hint.map(|hint| format!("  what to do: {hint}\n"));
    std::iter::once(error).chain(causes).chain(hint).collect()
}

/// A reader that has seen enough, such as `head`, is no failure.
fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// A table that keeps to the terminal's width, where there is one.
pub(crate) fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    let to_terminal = io::stdout().is_terminal();
    let arrangement = if to_terminal { ContentArrangement::Dynamic } else { ContentArrangement::Disabled };
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(arrangement);
    if header.iter().any(|title| !title.is_empty()) {
        table.set_header(header);
    }
    table
}

/// Aligns columns of numbers to the right.
pub(crate) fn right(table: &mut Table, columns: impl IntoIterator<Item = usize>) {
    for column in columns {
        table.column_mut(column).into_iter().for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    }
}

/// The number with its thousands apart.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}
