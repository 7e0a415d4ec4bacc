//! The whole service through in-process gRPC: real store, real decisions, an adjustable clock, doubles for the directory and
//! the source of policies.

mod authorization;
mod bodies;
mod casting;
mod concurrency;
mod directory_double;
mod draft;
mod harness;
mod policy_double;
mod procedure;
mod room;
mod story;
mod watching;
