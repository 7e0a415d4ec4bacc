//! Events between processes, over a NATS server of the test's own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod away;
mod dead;
mod flow;
mod harness;
mod losses;
mod relays;
mod tls;
