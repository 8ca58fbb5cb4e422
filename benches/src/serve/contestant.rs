//! A contestant that runs.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use clap::ValueEnum;
use tokio::io::AsyncReadExt;

use super::Contestant;
use crate::Error;
use crate::database::Address;
use crate::memory;

/// Ticks of the system's clock in a second, in which it tells the time of processors: on Linux always so many.
const TICKS: f64 = 100.0;

pub(super) struct Running {
    pub(super) contestant: Contestant,
    pub(super) address: SocketAddr,
    child: Child,
}

impl Running {
    pub(super) fn start(contestant: Contestant, address: &Address) -> Result<Self, Error> {
        let name = contestant.to_possible_value().ok_or("no such contestant")?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["answer", name.get_name(), &address.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let output = child.stdout.take().ok_or("no standard output")?;
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().parse().map_err(|_| format!("{} has not begun", name.get_name()))?;
        Ok(Self { contestant, address, child })
    }

    /// The time of processors that it has taken.
    pub(super) fn processor(&self) -> Result<Duration, Error> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Behind the name, which may have spaces in it.
        let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2);
        let ticks: u64 = fields.map(|field| field.parse().unwrap_or(0)).sum();
        Ok(Duration::from_secs_f64(ticks as f64 / TICKS))
    }

    pub(super) fn peak(&self) -> Result<u64, Error> {
        memory::peak_of(&self.child.id().to_string())
    }

    /// Lets the peak begin again at what is taken now.
    pub(super) fn forget_peak(&self) -> Result<(), Error> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5")?)
    }

    pub(super) fn end(mut self) -> Result<(), Error> {
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("{:?} has ended with {status}", self.contestant).into()) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Until the other end of standard input is closed.
pub(super) async fn told_to_end() {
    let mut nothing = Vec::new();
    let _ = tokio::io::stdin().read_to_end(&mut nothing).await;
}
