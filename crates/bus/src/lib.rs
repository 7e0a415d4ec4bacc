//! Consuming what other services' transactions appended to their outbox: within one process, or over NATS JetStream.
//!
//! Within a process a consumer tails the outbox itself. Between processes a [`Relay`] of each service publishes its outbox to a
//! stream of its own, and consumers read that stream; effects and tables are the same.
//!
//! **Invariants**
//! - At least once, and in the order of the outbox for each community. A consumer's effect and its note of the event's id are one
//!   transaction of the consumer's own store, so each event has one effect however often it is delivered.
//! - A message extends the stream that its relay knows, or is refused: relays that do not know of one another publish nothing
//!   out of order.
//! - What JetStream acknowledged and lost is published again: the outbox is what counts, and a stream that is shorter than it was
//!   is made anew.

mod connection;
mod consumer;
mod delivery;
mod in_process;
mod lanes;
mod relay;
mod settle;
mod traced;
mod wake;
mod wire;

pub use connection::{Bus, BusConfig, BusError};
pub use consumer::{Consumer, Source};
pub use relay::Relay;
