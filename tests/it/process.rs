//! Processes of this package's programs, told and heard line by line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};

use tokio::sync::mpsc;

/// A process, ended with the value.
pub(crate) struct Process {
    child: Child,
    input: Option<ChildStdin>,
    lines: mpsc::UnboundedReceiver<String>,
}

impl Process {
    pub(crate) fn start(program: &str, arguments: &[&str]) -> Self {
        let mut child =
            Command::new(program).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = child.stdout.take().unwrap();
        let (sender, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            let mut line = String::new();
            // A line that was cut off is none.
            while output.read_line(&mut line).is_ok_and(|_| line.ends_with('\n')) {
                let _ = sender.send(line.trim_end().to_owned());
                line.clear();
            }
        });
        Self { input: child.stdin.take(), child, lines }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn tell(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{line}").unwrap();
        input.flush().unwrap();
    }

    /// The next line, unless the process has ended.
    pub(crate) async fn hear(&mut self) -> Option<String> {
        self.lines.recv().await
    }

    /// Whether there is a line that was not heard, or will never be another one.
    pub(crate) fn has_spoken(&self) -> bool {
        !self.lines.is_empty() || self.lines.is_closed()
    }

    /// Ends the process with SIGKILL; its last lines.
    pub(crate) async fn kill(mut self) -> Vec<String> {
        self.child.kill().unwrap();
        self.rest().await
    }

    /// Lets the process end by itself, without a failure; its last lines.
    pub(crate) async fn end(mut self) -> Vec<String> {
        drop(self.input.take());
        let rest = self.rest().await;
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
        rest
    }

    async fn rest(&mut self) -> Vec<String> {
        let mut rest = Vec::new();
        while let Some(line) = self.hear().await {
            rest.push(line);
        }
        rest
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
