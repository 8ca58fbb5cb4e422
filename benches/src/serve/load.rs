//! The load: `load/load.mjs`, which is autocannon.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::contestant::Running;
use super::kind::Request;
use crate::Error;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/load/load.mjs");

#[derive(Serialize)]
pub(super) struct Load {
    pub(super) connections: usize,
    pub(super) warmup: u64,
    pub(super) seconds: u64,
    /// They are shared among the connections.
    pub(super) requests: Vec<Request>,
    /// What stands in each answer.
    pub(super) says: &'static str,
}

/// What came of it.
pub(super) struct Outcome {
    /// Answers in a second.
    pub(super) rate: f64,
    /// How long half of the answers took at most, in milliseconds.
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) all: u64,
    pub(super) errors: u64,
    /// The time of processors that the server took for an answer.
    pub(super) processor: Duration,
    /// The most memory that the server took meanwhile, in bytes.
    pub(super) peak: u64,
}

#[derive(Deserialize)]
struct Measured {
    rate: f64,
    p50: f64,
    p99: f64,
    all: u64,
    errors: u64,
}

impl Load {
    pub(super) fn run(&self, server: &Running) -> Result<Outcome, Error> {
        let mut plan = serde_json::to_value(self)?;
        plan["url"] = json!(format!("http://{}", server.address));
        server.forget_peak()?;
        let before = server.processor()?;
        let mut node = Command::new("node").arg(PROGRAM).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        node.stdin.take().ok_or("no standard input")?.write_all(plan.to_string().as_bytes())?;
        let output = node.wait_with_output()?;
        if !output.status.success() {
            return Err("the load has failed".into());
        }
        let Measured { rate, p50, p99, all, errors } = serde_json::from_slice(&output.stdout)?;
        let processor = (server.processor()? - before).div_f64((all as f64).max(1.0));
        Ok(Outcome { rate, p50, p99, all, errors, processor, peak: server.peak()? })
    }
}
