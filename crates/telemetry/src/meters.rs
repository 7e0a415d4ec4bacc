//! The instruments, by the names that `docs/guides/telemetry.md` lists.

use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter};

/// From the shortest read to the longest wait, in seconds.
const SECONDS: [f64; 15] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0,
];

/// Which RPC, answered by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rpc {
    /// Who answers: `gateway` or the name of a service.
    pub by: &'static str,
    /// The service of the contract, `yihe.meeting.v1.VoteService`.
    pub service: &'static str,
    /// The method, `CastBallot`.
    pub method: &'static str,
}

pub(crate) struct Meters {
    pub rpc: Histogram<f64>,
    pub refusals: Counter<u64>,
    pub decisions: Counter<u64>,
    pub transactions: Histogram<f64>,
    pub tallies: Histogram<f64>,
    pub snapshot_age: Gauge<f64>,
    pub outbox_depth: Gauge<u64>,
    pub outbox_lag: Gauge<f64>,
    pub dead_letters: Gauge<u64>,
    pub connections: Gauge<u64>,
    pub connections_max: Gauge<u64>,
}

impl Meters {
    pub fn new(meter: &Meter) -> Self {
        let seconds = |name: &'static str, what: &'static str| {
            let histogram = meter.f64_histogram(name).with_unit("s").with_description(what);
            histogram.with_boundaries(SECONDS.to_vec()).build()
        };
        let count = |name: &'static str, unit: &'static str, what: &'static str| {
            meter.u64_counter(name).with_unit(unit).with_description(what).build()
        };
        let level = |name: &'static str, unit: &'static str, what: &'static str| {
            meter.u64_gauge(name).with_unit(unit).with_description(what).build()
        };
        let age = |name: &'static str, what: &'static str| {
            meter.f64_gauge(name).with_unit("s").with_description(what).build()
        };
        Self {
            rpc: seconds("rpc.server.call.duration", "How long calls took to answer"),
            refusals: count("yihe.rpc.refusals", "{call}", "Calls that were refused, by reason"),
            decisions: count(
                "yihe.authz.decisions",
                "{decision}",
                "Decisions by permission and effect",
            ),
            transactions: seconds(
                "yihe.transaction.duration",
                "How long transactions took, waiting included",
            ),
            tallies: seconds("yihe.tally.duration", "How long counting a vote took"),
            snapshot_age: age("yihe.policy.snapshot.age", "Since the policies were last confirmed"),
            outbox_depth: level("yihe.outbox.depth", "{event}", "Events that wait to be published"),
            outbox_lag: age(
                "yihe.outbox.lag",
                "How long the oldest event has waited to be published",
            ),
            dead_letters: level("yihe.bus.dead_letters", "{event}", "Events that consumers put aside"),
            connections: level(
                "db.client.connection.count",
                "{connection}",
                "Connections to the database, by state",
            ),
            connections_max: level(
                "db.client.connection.max",
                "{connection}",
                "Connections that may be opened",
            ),
        }
    }
}
