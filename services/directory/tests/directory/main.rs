//! The directory as its callers see it: in-process gRPC, an adjustable clock, and policies that grant what a test needs.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod applications;
mod appointments;
mod authority;
mod calendars;
mod clients;
mod communities;
mod compounds;
mod contract;
mod divisions;
mod extensions;
mod lapses;
mod levels;
mod memberships;
mod node;
mod owners;
mod policies;
mod races;
mod registers;
mod replicas;
mod secrets;
mod sessions;
mod throttling;
mod world;
