use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_graphql::parser::types::OperationType;

/// Upper bounds of the histogram, in milliseconds.
const BUCKETS: [u64; 10] = [1, 2, 5, 10, 25, 100, 250, 1_000, 5_000, 30_000];
const KINDS: [&str; 4] = ["query", "mutation", "subscription", "unknown"];
const OUTCOMES: [&str; 4] = ["ok", "errors", "refused", "timeout"];

/// How an operation ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Ok,
    /// It was executed, and some of its fields failed.
    Errors,
    Refused,
    Timeout,
}

/// What `/metrics` tells.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    operations: [[AtomicU64; OUTCOMES.len()]; KINDS.len()],
    latencies: [Latency; KINDS.len()],
    pub(super) connections: Gauge,
    pub(super) sockets: Gauge,
    pub(super) subscriptions: Gauge,
}

#[derive(Debug, Default)]
struct Latency {
    buckets: [AtomicU64; BUCKETS.len()],
    micros: AtomicU64,
    count: AtomicU64,
}

/// How many there are at the moment.
#[derive(Debug, Default)]
pub(super) struct Gauge(AtomicU64);

/// One of a [`Gauge`], as long as it lives.
#[derive(Debug)]
pub(super) struct Counted {
    metrics: Arc<Metrics>,
    gauge: fn(&Metrics) -> &Gauge,
}

impl Gauge {
    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counted {
    /// One more, unless there are as many as there may be.
    pub(super) fn up_to(maximum: usize, metrics: Arc<Metrics>, gauge: fn(&Metrics) -> &Gauge) -> Option<Self> {
        let one_more = |open: u64| (open < maximum as u64).then_some(open + 1);
        let counted = gauge(&metrics).0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        counted.ok().map(|_| Self { metrics, gauge })
    }

    /// One more.
    pub(super) fn new(metrics: Arc<Metrics>, gauge: fn(&Metrics) -> &Gauge) -> Self {
        gauge(&metrics).0.fetch_add(1, Ordering::Relaxed);
        Self { metrics, gauge }
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        (self.gauge)(&self.metrics).0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// An operation has ended; of a subscription, `took` is how long it was open.
    pub(super) fn record(&self, kind: Option<OperationType>, outcome: Outcome, took: Duration) {
        let kind = match kind {
            Some(OperationType::Query) => 0,
            Some(OperationType::Mutation) => 1,
            Some(OperationType::Subscription) => 2,
            None => 3,
        };
        if let Some(counter) = self.operations.get(kind).and_then(|outcomes| outcomes.get(outcome as usize)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(latency) = self.latencies.get(kind) {
            latency.record(took);
        }
    }

    /// All of it, in the text format of Prometheus.
    pub(super) fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        writeln!(
            text,
            "# HELP graphql_operations_total Operations that have ended, by what they were and how they ended."
        )?;
        writeln!(text, "# TYPE graphql_operations_total counter")?;
        for (kind, outcomes) in KINDS.iter().zip(&self.operations) {
            for (outcome, counter) in OUTCOMES.iter().zip(outcomes) {
                let value = counter.load(Ordering::Relaxed);
                writeln!(text, "graphql_operations_total{{type=\"{kind}\",outcome=\"{outcome}\"}} {value}")?;
            }
        }
        writeln!(text, "# HELP graphql_operation_seconds How long operations took.")?;
        writeln!(text, "# TYPE graphql_operation_seconds histogram")?;
        for (kind, latency) in KINDS.iter().zip(&self.latencies) {
            latency.write(kind, text)?;
        }
        for (name, help, gauge) in [
            ("http_connections", "Connections that are open.", &self.connections),
            ("graphql_sockets", "Websockets and streams of server-sent events that are open.", &self.sockets),
            ("graphql_subscriptions", "Operations that run on them.", &self.subscriptions),
        ] {
            writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {}", gauge.get())?;
        }
        Ok(())
    }
}

impl Latency {
    fn record(&self, took: Duration) {
        let bounds = BUCKETS.iter().zip(&self.buckets);
        for (_, bucket) in bounds.filter(|(bound, _)| took <= Duration::from_millis(**bound)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    fn write(&self, kind: &str, text: &mut String) -> std::fmt::Result {
        for (bound, bucket) in BUCKETS.iter().zip(&self.buckets) {
            let (whole, rest, count) = (bound / 1_000, bound % 1_000, bucket.load(Ordering::Relaxed));
            writeln!(text, "graphql_operation_seconds_bucket{{type=\"{kind}\",le=\"{whole}.{rest:03}\"}} {count}")?;
        }
        let count = self.count.load(Ordering::Relaxed);
        let micros = self.micros.load(Ordering::Relaxed);
        writeln!(text, "graphql_operation_seconds_bucket{{type=\"{kind}\",le=\"+Inf\"}} {count}")?;
        let (whole, rest) = (micros / 1_000_000, micros % 1_000_000);
        writeln!(text, "graphql_operation_seconds_sum{{type=\"{kind}\"}} {whole}.{rest:06}")?;
        writeln!(text, "graphql_operation_seconds_count{{type=\"{kind}\"}} {count}")
    }
}
