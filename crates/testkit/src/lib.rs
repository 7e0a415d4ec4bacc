//! What tests need: a PostgreSQL of one's own, a whole node, and builders that go through the public API.

mod postgres;

pub use postgres::Postgres;
