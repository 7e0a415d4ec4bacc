use std::sync::OnceLock;
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;

use crate::meters::{Meters, Rpc};

static METERS: OnceLock<Meters> = OnceLock::new();

const BY: &str = "yihe.service";

/// From now on everything is counted by this meter. Returns false where another was given before, which stays.
pub fn count_with(meter: &Meter) -> bool {
    METERS.set(Meters::new(meter)).is_ok()
}

/// Whether anything is counted.
#[must_use]
pub fn is_counting() -> bool {
    METERS.get().is_some()
}

/// Now, where something is counted whose length is asked for later.
#[must_use]
pub fn started() -> Option<Instant> {
    METERS.get().map(|_| Instant::now())
}

/// A call was answered with a gRPC code, so long after it came in.
pub fn rpc_answered(rpc: Rpc, code: i64, took: Duration) {
    if let Some(meters) = METERS.get() {
        let attributes = [
            KeyValue::new(BY, rpc.by),
            KeyValue::new("rpc.system", "grpc"),
            KeyValue::new("rpc.service", rpc.service),
            KeyValue::new("rpc.method", rpc.method),
            KeyValue::new("rpc.grpc.status_code", code),
        ];
        meters.rpc.record(took.as_secs_f64(), &attributes);
    }
}

/// A call was refused, for a reason of the contract.
pub fn refused(rpc: Rpc, reason: &str) {
    if let Some(meters) = METERS.get() {
        let attributes = [
            KeyValue::new(BY, rpc.by),
            KeyValue::new("rpc.service", rpc.service),
            KeyValue::new("rpc.method", rpc.method),
            KeyValue::new("reason", reason.to_owned()),
        ];
        meters.refusals.add(1, &attributes);
    }
}

/// A permission was decided: `allow`, `deny` or `conditional`.
pub fn decided(by: &'static str, permission: &'static str, effect: &'static str) {
    if let Some(meters) = METERS.get() {
        let attributes = [
            KeyValue::new(BY, by),
            KeyValue::new("permission", permission),
            KeyValue::new("effect", effect),
        ];
        meters.decisions.add(1, &attributes);
    }
}

/// A transaction ended: `committed`, `refused` or `failed`.
pub fn transaction_ended(name: &'static str, outcome: &'static str, took: Duration) {
    if let Some(meters) = METERS.get() {
        let attributes = [KeyValue::new("transaction", name), KeyValue::new("outcome", outcome)];
        meters.transactions.record(took.as_secs_f64(), &attributes);
    }
}

/// Counts a vote, and how long that takes.
pub fn tally<T>(count: impl FnOnce() -> T) -> T {
    let Some(meters) = METERS.get() else {
        return count();
    };
    let begun = Instant::now();
    let counted = count();
    meters.tallies.record(begun.elapsed().as_secs_f64(), &[]);
    counted
}

/// How old the policies are by which a part of the process decides.
pub fn snapshot_age(by: &'static str, age: Duration) {
    if let Some(meters) = METERS.get() {
        meters.snapshot_age.record(age.as_secs_f64(), &[KeyValue::new(BY, by)]);
    }
}

/// How many events of a service wait to be published, and for how long the oldest has.
pub fn outbox(by: &'static str, depth: u64, lag: Duration) {
    if let Some(meters) = METERS.get() {
        let attributes = [KeyValue::new(BY, by)];
        meters.outbox_depth.record(depth, &attributes);
        meters.outbox_lag.record(lag.as_secs_f64(), &attributes);
    }
}

/// How many events consumers of a service have put aside.
pub fn dead_letters(by: &'static str, count: u64) {
    if let Some(meters) = METERS.get() {
        meters.dead_letters.record(count, &[KeyValue::new(BY, by)]);
    }
}

/// How many connections a service has to its database.
pub fn connections(by: &'static str, used: u64, idle: u64, max: u64) {
    if let Some(meters) = METERS.get() {
        for (state, count) in [("used", used), ("idle", idle)] {
            let attributes = [KeyValue::new(BY, by), KeyValue::new("state", state)];
            meters.connections.record(count, &attributes);
        }
        meters.connections_max.record(max, &[KeyValue::new(BY, by)]);
    }
}
